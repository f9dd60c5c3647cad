/** What chance decides: how the package of another architecture comes to the machine, and when that is mended. */
import type { Random } from '../../world/random.ts';
import { between, hour, minute } from '../field/times.ts';

export type World = {
  /**
   * `listed`: the release has both, and all is as it should be.
   * `wrong-bytes`: whoever stands between answers with the other one, whatever is asked for.
   * `only-other`: the release has the other one alone.
   * `mislabelled`: the release calls the other one ours, properly signed; its own manifests know better.
   */
  readonly how: 'listed' | 'wrong-bytes' | 'only-other' | 'mislabelled';
  /** Of the two packages in a release as it should be, that of the other architecture is the first. */
  readonly otherFirst: boolean;
  /** Until it is as it should be. Milliseconds. */
  readonly mendedMs: number;
};

export function drawWorld(random: Random): World {
  return {
    how: random.pick(['listed', 'wrong-bytes', 'only-other', 'mislabelled']),
    otherFirst: random.chance(1, 2),
    mendedMs: between(random, minute, random.pick([30 * minute, 6 * hour])),
  };
}
