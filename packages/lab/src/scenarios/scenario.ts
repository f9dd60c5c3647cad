/** What a scenario of the lab is: profiles that live through the same world, and what becomes of each machine. */
import type { TimelineEvent } from '../timeline/timeline.ts';

/** One machine under one profile. */
export type Outcome = {
  readonly seed: number | string;
  readonly profile: string;
  /** The same for all profiles of a seed. */
  readonly worldHash: string;
  /** Of everything that happened. */
  readonly traceHash: string;
  readonly lost: boolean;
  /** A sentence: why it is lost, or what it has. */
  readonly reason: string;
  /** Win32 errors that the client's work failed by, in their order. */
  readonly errors: readonly number[];
  /** A gate was closed because the system said that it is not ready. */
  readonly gateClosedBy21: boolean;
  /** Whether every published workaround brings a lost machine back; null where none was tried. */
  readonly cured: boolean | null;
  readonly events: readonly TimelineEvent[];
};

export type ScenarioOptions = {
  /**
   * Every life runs all of its past; without it, lives share a snapshot of the machine as it was before its world
   * begins, and each goes on with a fork of it.
   */
  readonly unshared?: boolean;
  /** Lost machines are counted, and no workaround is tried on them. */
  readonly withoutCures?: boolean;
};

export type Scenario = {
  readonly name: string;
  readonly title: string;
  readonly profiles: readonly { readonly name: string; readonly summary: string }[];
  /** @throws HoldfastError `not-found` for a profile that it does not have */
  run(profile: string, seed: number | string, options?: ScenarioOptions): Promise<Outcome>;
};

/** Many machines under one profile. */
export type Tally = {
  readonly scenario: string;
  readonly profile: string;
  /** The first seed, and how many there were. */
  readonly from: number;
  readonly seeds: number;
  readonly lost: number;
  /** Lost machines and others, by the Win32 error that they met: each machine once for each number. */
  readonly errors: Readonly<Record<string, number>>;
  /** Lost machines that met no error 21. */
  readonly lostWithout21: number;
  readonly gateClosedBy21: number;
  /** Lost machines on which the published workarounds were tried, and those of them that each of them brings back. */
  readonly cureTried: number;
  readonly cured: number;
  readonly firstLostSeed: number | null;
};

/** Which seeds of a scenario are run, one after the other; the first is 1 unless given. */
export type SeedOptions = ScenarioOptions & { readonly from?: number };

/** Runs so many seeds. `progress` hears how many were run. */
export async function runSeeds(
  scenario: Scenario,
  profile: string,
  seeds: number,
  { from = 1, ...options }: SeedOptions = {},
  progress: (done: number) => void = () => undefined,
): Promise<Tally> {
  const errors: Record<string, number> = {};
  let [lost, lostWithout21, gateClosedBy21, cureTried, cured] = [0, 0, 0, 0, 0];
  let firstLostSeed: number | null = null;
  for (let seed = from; seed < from + seeds; seed += 1) {
    const outcome = await scenario.run(profile, seed, options);
    for (const error of new Set(outcome.errors)) errors[error] = (errors[error] ?? 0) + 1;
    if (outcome.gateClosedBy21) gateClosedBy21 += 1;
    if (outcome.cured !== null) cureTried += 1;
    if (outcome.cured === true) cured += 1;
    if (outcome.lost) {
      lost += 1;
      firstLostSeed ??= seed;
      if (!outcome.errors.includes(21)) lostWithout21 += 1;
    }
    progress(seed - from + 1);
  }
  return {
    scenario: scenario.name,
    profile,
    from,
    seeds,
    lost,
    errors,
    lostWithout21,
    gateClosedBy21,
    cureTried,
    cured,
    firstLostSeed,
  };
}

/** Tallies of seeds that follow each other as one. @throws RangeError without any */
export function mergedTally(tallies: readonly Tally[]): Tally {
  const sorted = tallies.toSorted((one, other) => one.from - other.from);
  const [first] = sorted;
  if (first === undefined) throw new RangeError('There is nothing to merge.');
  const sum = (of: (tally: Tally) => number) => sorted.reduce((total, one) => total + of(one), 0);
  const numbers = new Set(sorted.flatMap(({ errors }) => Object.keys(errors)));
  return {
    ...first,
    seeds: sum((one) => one.seeds),
    lost: sum((one) => one.lost),
    errors: Object.fromEntries([...numbers].map((error) => [error, sum(({ errors }) => errors[error] ?? 0)])),
    lostWithout21: sum((one) => one.lostWithout21),
    gateClosedBy21: sum((one) => one.gateClosedBy21),
    cureTried: sum((one) => one.cureTried),
    cured: sum((one) => one.cured),
    firstLostSeed: sorted.find((one) => one.firstLostSeed !== null)?.firstLostSeed ?? null,
  };
}
