/** What chance decides: when the client's sign of life cannot be written, why, and whether the client really hangs. */
import type { ErrorCode } from '@holdfast/contract';
import type { Random } from '../../world/random.ts';
import { between, hour, minute } from '../field/times.ts';

/** Milliseconds, all of them. */
export type World = {
  readonly heldAtMs: number;
  readonly heldForMs: number;
  /** An antivirus program has the file; its rights are gone; the disk is full; the disk is broken there. */
  readonly why: Extract<ErrorCode, 'disk.busy' | 'disk.denied' | 'disk.full' | 'disk.failed'>;
  /** When its main loop stops and nobody is answered any more; null = never. */
  readonly hangsAtMs: number | null;
};

export function drawWorld(random: Random): World {
  return {
    heldAtMs: between(random, minute, 3 * hour),
    heldForMs: between(random, 5 * minute, random.pick([hour, 6 * hour, 20 * hour])),
    why: random.pick(['disk.busy', 'disk.busy', 'disk.denied', 'disk.full', 'disk.failed']),
    hangsAtMs: random.chance(1, 4) ? between(random, 2 * hour, 16 * hour) : null,
  };
}
