/** The way from one version to another: which one comes next where some may not be stepped over. */
import { compareVersions } from '@holdfast/contract';

/** What a release says of the way to it. */
export type Milestone = {
  readonly version: string;
  /** Whoever is below `below` takes `via` first. */
  readonly steppingStones: readonly { readonly below: string; readonly via: string }[];
};

/** The next version to take, or the one that is missing from the way. */
export type NextVersion = { readonly next: string } | { readonly missing: string };

const isLower = (one: string, other: string): boolean => (compareVersions(one, other, 3) ?? 0) < 0;

/**
 * The version that a client takes next on its way up to another: the lowest stepping stone that it has not passed, and the
 * stones of that one before it.
 *
 * @param release what is known of a version; undefined where it cannot be had
 */
export function nextVersion(
  current: string,
  target: string,
  release: (version: string) => Milestone | undefined,
): NextVersion {
  let goal = target;
  for (;;) {
    const known = release(goal);
    if (!known) return { missing: goal };
    const [stone] = known.steppingStones
      .filter(({ below, via }) => isLower(current, below) && isLower(current, via) && isLower(via, goal))
      .map(({ via }) => via)
      .sort((one, other) => compareVersions(one, other, 3) ?? 0);
    // Every stone is lower than what it leads to: this ends.
    if (stone === undefined) return { next: goal };
    goal = stone;
  }
}
