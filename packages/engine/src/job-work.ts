/** One job in hand: its record, what is said of it, and what it is reported as. */
import { type GateEvidence, type GateWait, HoldfastError, knownError } from '@holdfast/contract';
import type { Change, Job, JobPorts } from './change.ts';
import type { Gate } from './gates.ts';
import { afterSetback, type Setback, waitsUntil } from './history.ts';
import type { JobEvent } from './job-events.ts';
import { type ChangeRecord, type JobRecord, type Ledger, newRecord } from './ledger.ts';

export type JobReport = {
  readonly job: string;
  /**
   * `done`: every post-condition was seen to hold; `refused`: all but what the system refused. `undone`: it went wrong and
   * was taken back. `held`: tried often enough.
   */
  readonly state: 'done' | 'refused' | 'waiting' | 'restart-needed' | 'undone' | 'held';
  readonly reason: string | null;
  readonly wait: GateWait | null;
  readonly refused: readonly { readonly change: string; readonly reason: string }[];
  /** When it is to be looked at again, wall clock; null = not by itself. */
  readonly wakeAt: number | null;
  /** Those it waits at: a stir of one is a reason to look at once. */
  readonly gates: readonly Gate[];
};

export type JobWork = {
  readonly job: Job;
  readonly ports: JobPorts;
  /** As the ledger has it now. */
  readonly record: JobRecord;
  save(change: Partial<JobRecord>): Promise<void>;
  /** The change's record as given, in place of the one it had; undefined takes it out. */
  mark(change: Change, as: Omit<ChangeRecord, 'name'> | undefined): Promise<void>;
  say(what: JobEvent['what'], change: string | null, text: string, evidence?: GateEvidence): void;
};

export function workOn(job: Job, ledger: Ledger, ports: JobPorts): JobWork {
  let record = currentRecord(job, ledger);
  const save = async (change: Partial<JobRecord>) => {
    record = { ...record, ...change };
    await ledger.write(job.id, record);
  };
  return {
    job,
    ports,
    get record() {
      return record;
    },
    save,
    mark: async (change, as) => {
      const others = record.changes.filter(({ name }) => name !== change.name);
      await save({ changes: as ? [...others, { name: change.name, ...as }] : others });
    },
    say: (what, change, text, evidence) => {
      const event = { at: ports.clock.now(), job: job.id, change, what, text };
      ports.report?.(evidence === undefined ? event : { ...event, evidence });
    },
  };
}

/** A new version begins anew, except that it takes up what the old one has begun, and waits for the same restart. */
function currentRecord(job: Job, ledger: Ledger): JobRecord {
  const record = ledger.read(job.id);
  const fresh = newRecord(job.version);
  if (!record) return fresh;
  if (record.version === job.version) return record;
  const changes = record.changes.filter(({ phase }) => phase === 'applying' || phase === 'applied');
  return { ...fresh, changes, history: { ...fresh.history, rebootAfter: record.history.rebootAfter } };
}

export function report(
  work: JobWork,
  state: JobReport['state'],
  more: Partial<Pick<JobReport, 'reason' | 'wakeAt' | 'gates'>> = {},
): JobReport {
  const { record, job } = work;
  const refused = record.changes.flatMap(({ name, phase, reason }) =>
    phase === 'refused' ? [{ change: name, reason: reason ?? '' }] : [],
  );
  const { reason = record.history.reason, wakeAt = null, gates = [] } = more;
  return { job: job.id, state, reason, wait: record.wait, refused, wakeAt, gates };
}

/** Counted, and either held or waiting for a time that is drawn here and kept. */
export async function setBack(work: JobWork, setback: Setback, reason: string): Promise<JobReport> {
  const { clock, entropy } = work.ports;
  const history = afterSetback(work.record.history, setback, reason, clock.now(), entropy);
  await work.save({ history });
  work.say('setback', null, reason);
  if (history.heldBy) work.say('held', null, `held: ${reason}`);
  return paused(work) ?? report(work, 'waiting', { wakeAt: clock.now() });
}

/** The report of a job that is held or waits for its time; undefined for one that may be worked on. */
export function paused(work: JobWork): JobReport | undefined {
  const { heldBy } = work.record.history;
  if (heldBy) return report(work, 'held');
  const wakeAt = waitsUntil(work.record.history, work.ports.clock.now());
  return wakeAt === null ? undefined : report(work, 'waiting', { wakeAt });
}

/** How an error that stopped a change, or its undoing, is counted. */
export function setbackOf(error: HoldfastError): Setback {
  const { class: is } = knownError(error);
  return is === 'not-ready' || is === 'busy' ? is : 'failed';
}

export type Attempt<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly error: HoldfastError };

/** What a change does or sees may fail; that is a result. Anything that is no coded error is a fault of ours. */
export async function attempt<Value>(act: () => Promise<Value>): Promise<Attempt<Value>> {
  try {
    return { ok: true, value: await act() };
  } catch (thrown) {
    if (thrown instanceof HoldfastError) return { ok: false, error: thrown };
    const happened = thrown instanceof Error ? thrown.message : String(thrown);
    return { ok: false, error: new HoldfastError('internal', happened, { cause: thrown }) };
  }
}
