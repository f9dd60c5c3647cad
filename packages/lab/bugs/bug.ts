/** What a planted bug is: a small, likely mistake as data, and the promise that it breaks. */

/** The promises as `findings.ts` of the explorer lists them; not imported, so that a planted copy of the lab cannot matter. */
export type Promised = 'I1' | 'I2' | 'I3' | 'I4' | 'I5' | 'I6' | 'I7' | 'I8' | 'I9' | 'I10' | 'I11' | 'I12';

export type PlantedBug = {
  /** As people call it: `journal-unsynced`. */
  readonly name: string;
  readonly promise: Promised;
  /** Below `packages/`. */
  readonly file: string;
  /** Exact text, which occurs once in the file. */
  readonly find: string;
  readonly replace: string;
  /** One sentence: the mistake, as somebody would have made it. */
  readonly mistake: string;
};
