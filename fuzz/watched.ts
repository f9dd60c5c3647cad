/** What the thread that runs cases and the one that watches it say to each other. */
import type { Outcome } from './target.ts';

/** Places in shared memory: the number of the case, and how many were begun in all, so that one is told from the next. */
export const watched = { index: 0, begun: 1 } as const;

export type WorkerData = { readonly area: string; readonly seed: string; readonly shared: Int32Array };

/** Cases `from` to before `from + count` of a target, or one input. */
export type Batch = {
  readonly target: string;
  readonly from: number;
  readonly count: number;
  readonly input?: Uint8Array;
};

export type Found = {
  readonly target: string;
  readonly index: number;
  /** The same for what is likely the same fault. */
  readonly signature: string;
  readonly what: string;
  /** As small as a second of trying made it. */
  readonly bytes: Uint8Array;
};

export type BatchResult = {
  readonly outcomes: ReadonlyMap<Outcome, number>;
  readonly slowest: { readonly index: number; readonly milliseconds: number };
  readonly found: readonly Found[];
  /** Findings in all, those that look like another among them. */
  readonly findings: number;
};
