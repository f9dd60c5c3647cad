/** The journal of one installation: what it does and what undoes it, and how far it came. */
import { type Journal, openJournal } from '@holdfast/engine';
import type { WindowsHost } from '../host/model.ts';
import { type Area, journalName } from './area.ts';
import type { Step } from './steps.ts';

export type RunRecord = {
  readonly productCode: string;
  readonly productName: string;
  readonly steps: readonly Step[];
  /** Everything is done again or undone before it, finished after it. */
  readonly committed: boolean;
  /** Number of the last program that was begun; -1 before the first. */
  readonly reached: number;
  /** Numbers of the programs of rollback and commit that have ended. */
  readonly ended: readonly number[];
  /** Numbers of the files that take their places at the next start of the machine. */
  readonly waiting: readonly number[];
};

export type RunEntry =
  | { readonly kind: 'begins'; readonly step: number }
  | { readonly kind: 'committed'; readonly waiting: readonly number[] }
  | { readonly kind: 'ended'; readonly step: number };

export type RunJournal = Journal<RunRecord, RunEntry>;

function reduce(record: RunRecord, entry: RunEntry): RunRecord {
  switch (entry.kind) {
    case 'begins':
      return { ...record, reached: Math.max(record.reached, entry.step) };
    case 'committed':
      return { ...record, committed: true, waiting: entry.waiting };
    case 'ended':
      return { ...record, ended: [...record.ended, entry.step] };
  }
}

const emptyRecord: RunRecord = {
  productCode: '',
  productName: '',
  steps: [],
  committed: false,
  reached: -1,
  ended: [],
  waiting: [],
};

/** Begins the journal of an area, or reads the one that is there. */
export async function openRecord(
  files: WindowsHost['files'],
  area: Area,
  first: Partial<RunRecord> = {},
): Promise<RunJournal> {
  const folder = await files.open(area.path);
  try {
    const journal = await openJournal<RunRecord, RunEntry>({
      folder,
      name: journalName,
      initial: { ...emptyRecord, ...first },
      reduce,
    });
    return {
      get state() {
        return journal.state;
      },
      commit: journal.commit,
      rewrite: journal.rewrite,
      async close() {
        await journal.close();
        await folder.close();
      },
    };
  } catch (thrown) {
    await folder.close();
    throw thrown;
  }
}
