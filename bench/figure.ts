/** What a bench answers. */

/** One figure: what was measured beside what, and what is asked of it. */
export type Figure = {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly target: { readonly atLeast?: number; readonly atMost?: number };
  /** The raw figures of both sides. */
  readonly sides: Readonly<Record<string, number>>;
};

/** A figure that cannot be taken here, and why. */
export type Skipped = { readonly name: string; readonly skipped: string };
