/** What chance decides: how long the first boot after the upgrade of Windows takes, how slow it is, and what was lost. */
import type { Random } from '../../world/random.ts';
import { between, minute, second } from '../field/times.ts';

/** Milliseconds but for the flags; times of the boot count from the power on. */
export type World = {
  /** Nothing is slow in some first boots. */
  readonly quiet: boolean;
  /** The service manager starts the client. */
  readonly serviceAtMs: number;
  /** Until the program of the client is loaded and does its first work. */
  readonly loadMs: number;
  /** Longest time of one call of the disk, until everything has started. */
  readonly slowestCallMs: number;
  readonly settledAtMs: number;
  readonly networkAtMs: number;
  /** The set-up of the new Windows left a file of Tool behind. */
  readonly fileLost: boolean;
};

export function drawWorld(random: Random): World {
  const quiet = random.chance(1, 8);
  const fileLost = random.chance(1, 2);
  if (quiet) {
    const times = { serviceAtMs: 20 * second, loadMs: second, slowestCallMs: 1 };
    return { quiet, fileLost, ...times, settledAtMs: 40 * second, networkAtMs: 15 * second };
  }
  return {
    quiet,
    fileLost,
    serviceAtMs: between(random, minute, 3 * minute),
    loadMs: between(random, 2 * second, 18 * second),
    slowestCallMs: between(random, 20, second),
    settledAtMs: between(random, 3.5 * minute, 5 * minute),
    networkAtMs: between(random, 8 * minute, 14 * minute),
  };
}
