/** Many seeds of a scenario, counted: on this thread, or shared among several. */
import { mergedTally, runSeeds, type Scenario, type Tally } from '@holdfast/lab';
import { evenShares, onThread } from './threads.ts';

/** MiB for what is young in a thread: a life's objects die with it, and most before they are ever copied. */
const limits = { maxYoungGenerationSizeMb: 64 };

/** Seeds in a row, and how they are lived. */
export type SeedShare = {
  readonly scenario: string;
  readonly profile: string;
  readonly from: number;
  readonly seeds: number;
  readonly unshared: boolean;
};

export function seedShares(all: SeedShare, jobs: number): readonly SeedShare[] {
  let { from } = all;
  return evenShares(all.seeds, jobs).map((seeds) => {
    const share = { ...all, from, seeds };
    from += seeds;
    return share;
  });
}

export type SeedRun = {
  /** Threads; one is this one. */
  readonly jobs: number;
  readonly stopped: AbortSignal;
  /** How many of all are done. */
  progress(done: number): void;
};

/** Counts seeds. @throws the reason of `stopped`; what a life throws */
export async function tallySeeds(
  scenario: Scenario,
  all: SeedShare,
  { jobs, stopped, progress }: SeedRun,
): Promise<Tally> {
  if (jobs === 1) {
    const { profile, seeds, from, unshared } = all;
    return await runSeeds(scenario, profile, seeds, { from, unshared }, (done) => {
      stopped.throwIfAborted();
      progress(done);
    });
  }
  const shares = seedShares(all, jobs);
  const reached = shares.map(() => 0);
  const tallies = shares.map((share, index) =>
    onThread<Tally>('seeds-worker', share, {
      stopped,
      limits,
      progress(done) {
        reached[index] = done;
        progress(reached.reduce((sum, one) => sum + one, 0));
      },
    }),
  );
  return mergedTally(await Promise.all(tallies));
}
