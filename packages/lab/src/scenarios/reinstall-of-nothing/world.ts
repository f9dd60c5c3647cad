/** What chance decides about a machine that is sent a new version by an upgrade line. */
import type { Random } from '../../world/random.ts';
import { between, day, hour, minute } from '../field/times.ts';

/** Milliseconds, all times. */
export type World = {
  /** Whether the machine has the version before. */
  readonly installed: 'older' | 'none';
  /**
   * `minor`: the new package keeps the product code. `other-code`: it has one of its own, and knows nothing of the older
   * product. `major`: it has one of its own, and removes the older product.
   */
  readonly upgrade: 'minor' | 'other-code' | 'major';
  /** When the administrator sends it. */
  readonly sentAt: number;
  /** How long he takes to read what the site answers, and to change his line. */
  readonly readsMs: number;
  /** From one run of a careless server's agent to the next. */
  readonly everyMs: number;
};

/** "Success" changed nothing for two weeks. */
export const verdictAt = 14 * day;

export function drawWorld(random: Random): World {
  return {
    installed: random.chance(3, 4) ? 'older' : 'none',
    upgrade: random.pick(['minor', 'minor', 'other-code', 'major']),
    sentAt: between(random, hour, 8 * hour),
    readsMs: between(random, 2 * minute, day),
    everyMs: between(random, 12 * hour, 36 * hour),
  };
}
