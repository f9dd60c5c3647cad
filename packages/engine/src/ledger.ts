/** What the journal knows of jobs: how far each came, what it waits for, what was tried. */
import type { GateWait } from '@holdfast/contract';
import type { Folder } from '@holdfast/ports';
import type { Json } from './change.ts';
import { afterRequest, emptyHistory, type History } from './history.ts';
import { openJournal } from './journal.ts';

export type ChangeRecord = {
  readonly name: string;
  /**
   * `applying`: begun; how far it came is not known. `applied`: waits for a restart or for a second look.
   * `verified`: its post-condition held. `refused`: the system said no, or its pre-condition did not hold.
   */
  readonly phase: 'applying' | 'applied' | 'verified' | 'refused';
  /** What `undo` was promised. */
  readonly note: Json;
  /** Why it was refused. */
  readonly reason: string | null;
};

/** One job in one version. Plain JSON. */
export type JobRecord = {
  readonly version: string;
  /** `undoing` until all is taken back; `undone` and `done` until the version changes or the machine drifts. */
  readonly stage: 'under-way' | 'undoing' | 'undone' | 'done';
  /** In the order in which they were begun. */
  readonly changes: readonly ChangeRecord[];
  /** The gate that it stands before. */
  readonly wait: GateWait | null;
  readonly history: History;
};

export function newRecord(version: string): JobRecord {
  return { version, stage: 'under-way', changes: [], wait: null, history: emptyHistory };
}

/** A person asks: what was held, refused or undone is tried again with a whole new budget. */
export function released(record: JobRecord): JobRecord {
  return {
    ...record,
    stage: record.stage === 'undone' ? 'under-way' : record.stage,
    changes: record.changes.filter(({ phase }) => phase !== 'refused'),
    history: afterRequest(record.history),
  };
}

export type Ledger = {
  read(job: string): JobRecord | undefined;
  /** Resolves when it is durable. */
  write(job: string, record: JobRecord): Promise<void>;
};

type Entry = { readonly job: string; readonly record: JobRecord };
type State = { readonly jobs: Readonly<Record<string, JobRecord>> };

/** A ledger in a journal of its own. @throws HoldfastError as `openJournal` */
export async function openLedger(folder: Folder, name: string): Promise<Ledger & { close(): Promise<void> }> {
  const journal = await openJournal<State, Entry>({
    folder,
    name,
    initial: { jobs: {} },
    reduce: (state, { job, record }) => ({ jobs: { ...state.jobs, [job]: record } }),
  });
  return {
    read: (job) => journal.state.jobs[job],
    write: async (job, record) => void (await journal.commit({ job, record })),
    close: () => journal.close(),
  };
}
