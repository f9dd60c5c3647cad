/** What chance decides about a machine of Q239564: its verify cycle, and the schedule of its inventories. */
import type { Random } from '../../world/random.ts';
import { between, day, hour } from '../field/times.ts';
import { type FeatureName, features } from './packages.ts';

/** Milliseconds, all of them; times since the client was installed. */
export type World = {
  /** The periodic (30-day) verification. */
  readonly verifyAt: number;
  /** "May be reinstalled": the article does not say when. Here in three of five. */
  readonly reinstalls: boolean;
  /** Inventories are taken so often, the first so long after the installation. */
  readonly everyMs: number;
  readonly firstInventoryAt: number;
  /** A component whose file is deleted before the verification; null on a machine that is well. */
  readonly damaged: FeatureName | null;
};

export const beginsAt = 29 * day;
export const verdictAt = 38 * day;

export function drawWorld(random: Random): World {
  const damaged = random.pick(features);
  const everyMs = random.pick([day, 7 * day]);
  return {
    verifyAt: 30 * day + between(random, 0, 23 * hour),
    reinstalls: random.chance(3, 5),
    everyMs,
    firstInventoryAt: between(random, hour, everyMs),
    damaged: random.chance(1, 3) ? damaged : null,
  };
}
