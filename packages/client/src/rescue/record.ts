/** What the second starter remembers from one run to the next: a journal of its own, for the client's may be what is broken. */
import { type ErrorCode, isHoldfastError, type Uuid } from '@holdfast/contract';
import { type Journal, openJournal, peekJournal, setAside } from '@holdfast/engine';
import type { Folder } from '@holdfast/ports';
import type { Pulse } from './pulse.ts';

export const rescueFolder = 'rescue';
const journalName = 'rescue.journal';

/** What was done for the client, from the mildest to the last resort. */
export type RescueAct = 'define' | 'start' | 'restart' | 'revert' | 'reinstall';

/** A moment that a later run can reckon from, in the same boot. */
export type AwakeMoment = { readonly bootId: string; readonly awakeMs: number };

export type Untold = { readonly action: string; readonly reason: string; readonly error?: ErrorCode };

/**
 * What was done, and when. With `error` it came to nothing, for that reason; a cut in its midst leaves none. With `trial`
 * (its upgrade) it was done for a version on trial.
 */
export type DoneAct = AwakeMoment & {
  readonly act: RescueAct;
  readonly trial?: Uuid;
  readonly error?: ErrorCode;
};

export type RescueRecord = {
  /** Acts since the client last lived for a good interval, oldest first. */
  readonly acts: readonly DoneAct[];
  /** The life of the client that was seen at the last act: only another one can prove that the act helped. */
  readonly lifeBefore: Pick<Pulse, 'bootId' | 'sinceMs'> | null;
  /** Since when something else (an installation) is waited for. */
  readonly waitsSince: AwakeMoment | null;
  /** What was begun, and was not spoken of yet: of a run that is cut off the next one tells. */
  readonly unsaid: { readonly act: RescueAct; readonly reason: string } | null;
  /** What was said last, so that a standing fact is said once. */
  readonly said: string | null;
  /** What the site is to be told directly, and was not yet: nobody lives who would bring it. */
  readonly untold: Untold | null;
  /** Number of the next message for the spool. */
  readonly nextMessage: number;
  /** When the second starter last ran. */
  readonly ranAt: number | null;
};

export type RescueEntry = Partial<RescueRecord>;

export type RescueJournal = Journal<RescueRecord, RescueEntry>;

export const emptyRecord: RescueRecord = {
  acts: [],
  lifeBefore: null,
  waitsSince: null,
  unsaid: null,
  said: null,
  untold: null,
  nextMessage: 1,
  ranAt: null,
};

/** Acts that are remembered: the back-off has long reached its end. */
const actLimit = 32;

function reduce(record: RescueRecord, entry: RescueEntry): RescueRecord {
  const next = { ...record, ...entry };
  return { ...next, acts: next.acts.slice(-actLimit) };
}

/** What it remembers, without a hand on its file: it may be at work. Undefined where that cannot be read. */
export function peekRecord(folder: Folder): Promise<RescueRecord | undefined> {
  return peekJournal<RescueRecord, RescueEntry>({ folder, name: journalName, initial: emptyRecord, reduce });
}

/** A damaged journal is kept beside a new one: nobody is rescued by a second starter that has given up. */
export async function openRecord(folder: Folder): Promise<RescueJournal> {
  const open = () =>
    openJournal<RescueRecord, RescueEntry>({
      folder,
      name: journalName,
      initial: emptyRecord,
      reduce,
      snapshotAfterBytes: 32 * 1024,
    });
  try {
    return await open();
  } catch (thrown) {
    if (!isHoldfastError(thrown, 'journal.damaged')) throw thrown;
    await setAside(folder, journalName);
    return await open();
  }
}
