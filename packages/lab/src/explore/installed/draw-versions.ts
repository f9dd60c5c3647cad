/** Drawing which versions the site of an explored client orders, what becomes of its system, and what gets in between. */
import { sickBehaviours } from '../../flows/client-versions/behaviours.ts';
import type { Random } from '../../world/random.ts';
import type { ExploreEvent } from '../events.ts';

const minute = 60_000;

/** Names of those that leave alone what the client knows: what becomes of the rest is cut through by the crash flow. */
const sick = sickBehaviours
  .filter(({ removes, spoils, renews }) => (removes ?? spoils ?? renews) === undefined)
  .map(({ name }) => name);

const mostOrders = 4;
/** Milliseconds after an order in which it is under way. */
const underWayMs = 12 * minute;
/** Port calls of a client in which a version is taken and tried. */
const callsOfTrial = 4_000;

export function drawVersions(random: Random, horizonMs: number): readonly ExploreEvent[] {
  const events: ExploreEvent[] = [];
  const orders = random.integer(mostOrders);
  for (let index = 1; index <= orders; index += 1) {
    const at = random.integer(horizonMs);
    if (index > 1 && random.chance(1, 3)) {
      events.push({ at, kind: 'client-rollback', version: random.integer(index) });
    } else {
      const behaviour = random.chance(1, 2) ? 'is healthy' : random.pick(sick);
      events.push({
        at,
        kind: 'client-upgrade',
        version: index,
        behaviour,
        raisesFloor: random.chance(1, 3),
      });
    }
    for (let times = random.integer(3); times > 0; times -= 1) {
      events.push(drawDisturbance(random, Math.min(at + random.integer(underWayMs), horizonMs)));
    }
  }
  if (random.chance(1, 3)) {
    events.push({ at: random.integer(horizonMs), kind: 'os-upgrade', version: 13 + random.integer(3) });
  }
  return events;
}

function drawDisturbance(random: Random, at: number): ExploreEvent {
  const cut = { at, when: random.pick(['before', 'after'] as const), calls: random.integer(callsOfTrial) };
  const fate = () => random.pick(['lost', 'kept', 'random'] as const);
  const spell = { at, share: 4, forMs: random.integer(20 * minute) };
  switch (random.integer(7)) {
    case 0:
      return { ...cut, kind: 'client-kill' };
    case 1:
      return { ...cut, kind: 'power-cut', names: fate(), contents: fate() };
    case 2:
      return { at, kind: 'restart' };
    case 3:
      return { at, kind: 'sleep', forMs: random.integer(26 * 60 * minute) };
    case 4:
      return { ...spell, kind: 'partition' };
    case 5:
      return { ...spell, kind: 'too-many-requests', retryAfter: random.integer(120) };
    default:
      return { ...spell, kind: 'unavailable', retryAfter: random.integer(120) };
  }
}
