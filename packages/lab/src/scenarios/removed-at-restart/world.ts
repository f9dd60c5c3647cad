/** What chance decides: whether and how the next restart takes away what the set-up has installed. */
import type { Random } from '../../world/random.ts';
import { between, hour, minute, second } from '../field/times.ts';

/**
 * `removal`: the set-up has left the removal of its own new file for the restart, where everybody can see it. `clean-up`:
 * something that nobody sees removes it when the machine starts. `replacement`: the set-up leaves a new file in use for
 * the restart, and says nothing of that; there nothing is lost.
 */
export type Way = 'removal' | 'clean-up' | 'replacement' | 'none';

/** Milliseconds, all but the way. */
export type World = {
  readonly way: Way;
  readonly restartAfterMs: number;
  readonly secondRestartAfterMs: number;
  readonly downMs: number;
  readonly pieceMs: number;
};

export function drawWorld(random: Random): World {
  return {
    way: random.pick(['removal', 'removal', 'clean-up', 'replacement', 'none']),
    restartAfterMs: between(random, 30 * minute, 6 * hour),
    secondRestartAfterMs: between(random, hour, 3 * hour),
    downMs: between(random, 20 * second, 5 * minute),
    pieceMs: between(random, 100, 2 * second),
  };
}
