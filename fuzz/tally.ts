/** What came of the cases: how many of each target, how they ended, and what was found. */
import type { Outcome } from './target.ts';
import type { Batch, BatchResult, Found } from './watched.ts';

export type TargetReport = {
  readonly name: string;
  readonly cases: number;
  readonly outcomes: Readonly<Record<Outcome, number>>;
  readonly slowest: { readonly index: number; readonly milliseconds: number };
};

export type Tally = {
  /** Answers what was not found before. */
  add(batch: Batch, result: BatchResult): readonly Found[];
  /** Cases that were run before their thread fell: how they ended is lost. */
  addLost(target: string, cases: number): void;
  knows(signature: string): boolean;
  cases(): number;
  findings(): number;
  found(): readonly Found[];
  targets(): readonly TargetReport[];
};

export function tally(names: readonly string[]): Tally {
  const reports = new Map(
    names.map((name) => {
      const outcomes: Record<Outcome, number> = {};
      return [name, { name, cases: 0, outcomes, slowest: { index: 0, milliseconds: 0 } }];
    }),
  );
  const known = new Map<string, Found>();
  let findings = 0;
  return {
    add({ target, count }, result) {
      const report = reports.get(target);
      if (report !== undefined) {
        report.cases += count;
        for (const [outcome, times] of result.outcomes) {
          report.outcomes[outcome] = (report.outcomes[outcome] ?? 0) + times;
        }
        if (result.slowest.milliseconds > report.slowest.milliseconds) report.slowest = { ...result.slowest };
      }
      findings += result.findings;
      const news = result.found.filter(({ signature }) => !known.has(signature));
      for (const one of news) known.set(one.signature, one);
      return news;
    },
    addLost(target, cases) {
      const report = reports.get(target);
      if (report !== undefined) report.cases += cases;
    },
    knows: (signature) => known.has(signature),
    cases: () => [...reports.values()].reduce((sum, { cases }) => sum + cases, 0),
    findings: () => findings,
    found: () => [...known.values()],
    targets: () => [...reports.values()],
  };
}
