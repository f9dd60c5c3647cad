/** What chance decides: when the laptop falls asleep, whether its battery lasts, and when the network is back. */
import type { Random } from '../../world/random.ts';
import { between, hour, minute, second } from '../field/times.ts';
import { pieces } from '../field/two-versions.ts';

/** Milliseconds, all of them. */
export type World = {
  /** That a piece of a file takes. */
  readonly pieceMs: number;
  /** From the begin of the swap to the sleep. */
  readonly sleepsAfterMs: number;
  readonly sleptMs: number;
  /** So long after it fell asleep the battery is empty, and all that runs is gone; null = it lasts. */
  readonly emptyAfterMs: number | null;
  /** From the wake on. */
  readonly networkAfterMs: number;
};

export function drawWorld(random: Random): World {
  const pieceMs = between(random, second / 2, 3 * second);
  return {
    pieceMs,
    sleepsAfterMs: random.integer(pieces * pieceMs),
    sleptMs: 26 * hour + random.integer(10 * minute),
    emptyAfterMs: random.chance(1, 5) ? between(random, 3 * hour, 25 * hour) : null,
    networkAfterMs: between(random, 5 * second, 10 * minute),
  };
}
