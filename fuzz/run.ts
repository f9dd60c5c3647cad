/** Runs cases until time or cases are over, in threads that may fall: the rest goes on. */
import { targetsOf } from './areas.ts';
import { casesOf, keptCases } from './cases.ts';
import { type TargetReport, tally } from './tally.ts';
import { type Downfall, runBatch, startThread } from './thread.ts';
import { turns, type Until } from './turns.ts';
import type { Batch, Found } from './watched.ts';

export type FuzzOptions = {
  readonly area: string;
  readonly seed: string;
  /** Names of targets; all where it is left out. */
  readonly only?: readonly string[];
  /** How long, or how many cases (the same number of each target). */
  readonly until: Until;
  readonly workers: number;
  readonly onFound?: (found: Found) => void;
  readonly onProgress?: (cases: number, seconds: number) => void;
};

export type FuzzReport = {
  readonly seed: string;
  readonly seconds: number;
  readonly cases: number;
  readonly casesPerSecond: number;
  readonly targets: readonly TargetReport[];
  /** Cases that broke a promise. */
  readonly findings: number;
  /** One of each kind. */
  readonly found: readonly Found[];
};

/**
 * Fuzzes an area. The corpus comes first, each kept case as it is. A case that takes too long or too much memory is run
 * once more by itself: only what repeats is a finding, so that a busy machine is none.
 */
export async function fuzz(options: FuzzOptions): Promise<FuzzReport> {
  const { area, seed, until } = options;
  const targets = (await targetsOf(area)).filter(({ name }) => options.only?.includes(name) ?? true);
  const names = targets.map(({ name }) => name);
  const kept = keptCases().filter(({ target }) => names.includes(target));
  const replays = kept.map(({ target, bytes }): Batch => ({ target, from: 0, count: 1, input: bytes }));
  const counts = tally(names);
  const order = turns(names, until, replays);
  const started = performance.now();
  const seconds = () => (performance.now() - started) / 1000;
  const tell = (news: readonly Found[]) => {
    for (const one of news) options.onFound?.(one);
  };

  const confirm = async (batch: Batch, { index, kind, what }: Downfall): Promise<void> => {
    const target = targets.find(({ name }) => name === batch.target);
    if (target === undefined) return;
    const bytes = batch.input ?? casesOf(target, seed, kept)(index);
    const found = { target: target.name, index, signature: `${target.name} ${kind}`, what, bytes };
    if (!counts.knows(found.signature)) {
      const alone = await startThread(area, seed);
      const again = await runBatch(alone, { target: target.name, from: index, count: 1, input: bytes });
      await alone.worker.terminate();
      if (!('kind' in again)) return;
    }
    const slowest = { index, milliseconds: 0 };
    tell(counts.add({ ...batch, count: 0 }, { outcomes: new Map(), slowest, found: [found], findings: 1 }));
  };

  const work = async (): Promise<void> => {
    let thread = await startThread(area, seed);
    let rest: Batch | undefined;
    for (;;) {
      const batch = rest ?? ('seconds' in until && seconds() >= until.seconds ? undefined : order.next());
      if (batch === undefined) break;
      const begun = performance.now();
      const result = await runBatch(thread, batch);
      rest = undefined;
      if ('kind' in result) {
        await confirm(batch, result);
        thread = await startThread(area, seed);
        const run = batch.input === undefined ? result.index - batch.from + 1 : 1;
        counts.addLost(batch.target, run);
        if (run < batch.count) rest = { ...batch, from: batch.from + run, count: batch.count - run };
      } else {
        tell(counts.add(batch, result));
        order.done(batch, performance.now() - begun);
      }
      options.onProgress?.(counts.cases(), seconds());
    }
    await thread.worker.terminate();
  };

  await Promise.all(Array.from({ length: options.workers }, work));
  return {
    seed,
    seconds: seconds(),
    cases: counts.cases(),
    casesPerSecond: counts.cases() / seconds(),
    targets: counts.targets(),
    findings: counts.findings(),
    found: counts.found(),
  };
}
