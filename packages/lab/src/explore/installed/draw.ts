/** Drawing what happens to the client itself, on a machine on which it was set up. */
import type { Random } from '../../world/random.ts';
import type { ExploreEvent } from '../events.ts';

const minute = 60_000;

/** Most of what befalls one machine: more would be a repair by hand. */
const mostDamages = 4;

/** Port calls in which a set-up is over. */
const callsOfSetUp = 1_500;

export function drawDamages(random: Random, horizonMs: number): readonly ExploreEvent[] {
  const moment = () => random.integer(horizonMs);
  const damages = Array.from({ length: 1 + random.integer(mostDamages) }, () => drawDamage(random, moment()));
  const setUps = Array.from({ length: random.integer(3) }, () => moment());
  return [
    ...damages,
    ...setUps.flatMap((at): ExploreEvent[] => {
      const calls = random.integer(callsOfSetUp);
      const cut = { at, when: random.pick(['before', 'after'] as const), calls };
      const fate = () => random.pick(['lost', 'kept', 'random'] as const);
      const downfall: ExploreEvent = random.chance(1, 2)
        ? { ...cut, kind: 'client-kill' }
        : { ...cut, kind: 'power-cut', names: fate(), contents: fate() };
      return [{ at, kind: 'set-up' }, ...(random.chance(2, 3) ? [downfall] : [])];
    }),
  ];
}

function drawDamage(random: Random, at: number): ExploreEvent {
  const kind = random.pick([
    'client-damage',
    'client-damage',
    'client-damage',
    'starter-damage',
    'starter-damage',
    'client-hang',
    'pulse-held',
    'pulse-held',
  ] as const);
  switch (kind) {
    case 'client-damage':
      return {
        at,
        kind,
        file: random.integer(100),
        how: random.pick(['remove', 'change', 'empty'] as const),
      };
    case 'starter-damage': {
      const how = random.pick(['stop', 'disable', 'redefine', 'remove'] as const);
      return { at, kind, name: random.pick(['service', 'second'] as const), how };
    }
    case 'pulse-held':
      return { at: Math.floor(at / 3), kind, forMs: 60 * minute + random.integer(120 * minute) };
    default:
      return { at, kind };
  }
}
