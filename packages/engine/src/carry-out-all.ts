/**
 * Carrying jobs out: what is desired is looked at, what differs is changed behind its gates, one change at a time, with
 * the journal always ahead of the machine. After a crash at any point each change is finished or undone.
 */
import { gateSentence, type HoldfastError, knownError } from '@holdfast/contract';
import type { Change, Job, JobPorts } from './change.ts';
import { type ClosedGate, firstClosedGate, gatePollMs, untilStirred, waitAt } from './gates.ts';
import { afterRepairStarted, afterSuccess, longestWaitMs } from './history.ts';
import { takeUp, undoAll, undoOne } from './job-undo.ts';
import { attempt, type JobReport, type JobWork, report, setBack, setbackOf, workOn } from './job-work.ts';
import type { Ledger } from './ledger.ts';
import { type Action, type Observed, plan } from './plan.ts';

/**
 * One pass over all jobs; a job that waits is passed by. What was begun is finished or undone first.
 * @throws the signal's reason between two jobs; what the ledger throws
 */
export async function carryOutAll(
  jobs: readonly Job[],
  ledger: Ledger,
  ports: JobPorts,
  signal?: AbortSignal,
): Promise<readonly JobReport[]> {
  const reports: JobReport[] = [];
  for (const job of jobs) {
    signal?.throwIfAborted();
    reports.push(await ports.exclusive(() => carryOutJob(workOn(job, ledger, ports))));
  }
  return reports;
}

/**
 * Passes until no job waits for anything but a restart or a person, woken by gates and by time.
 * @throws the signal's reason; what the ledger throws
 */
export async function carryOutUntilSettled(
  jobs: readonly Job[],
  ledger: Ledger,
  ports: JobPorts,
  signal?: AbortSignal,
): Promise<readonly JobReport[]> {
  for (;;) {
    const reports = await carryOutAll(jobs, ledger, ports, signal);
    const wakes = reports.flatMap(({ wakeAt }) => (wakeAt === null ? [] : [wakeAt]));
    if (wakes.length === 0) return reports;
    const ms = Math.min(Math.max(Math.min(...wakes) - ports.clock.now(), 1), longestWaitMs);
    const gates = reports.flatMap((one) => one.gates);
    await untilStirred(gates, ms, ports.clock, signal ? [signal] : []);
  }
}

/** As every change that is not refused is wanted: required, and at once. */
const wanted = {
  intent: 'install',
  purpose: 'required',
  requested: false,
  availableAt: null,
  deadlineAt: null,
} as const;

async function carryOutJob(work: JobWork): Promise<JobReport> {
  const bootId = await work.ports.boot.id();
  const before = await takeUp(work, bootId);
  if (before) return before;
  const observed = await attempt(() => observe(work));
  if (!observed.ok) return await setBack(work, 'undetectable', observed.error.message);
  const moment = { now: work.ports.clock.now(), bootId };
  const decided = plan(wanted, observed.value, work.record.history, moment);
  switch (decided.do) {
    case 'nothing':
      return await finish(work);
    case 'restart':
      return report(work, 'restart-needed', { reason: 'the machine must restart first' });
    case 'wait':
      return report(work, 'waiting', { reason: decided.reason, wakeAt: decided.until });
    case 'hold':
      return report(work, 'held', { reason: decided.reason, wakeAt: decided.until });
    case 'offer':
      return report(work, 'waiting');
    default:
      return await makeChanges(work, decided.do, bootId);
  }
}

/** All post-conditions but those of refused changes; the first that does not hold is the reason. */
async function observe(work: JobWork): Promise<Observed> {
  for (const change of work.job.changes) {
    if (isRefused(work, change)) continue;
    const condition = await change.postcondition();
    if (!condition.holds) return { present: false, reason: condition.reason };
  }
  return { present: true, reason: 'every post-condition holds' };
}

function isRefused({ record }: JobWork, { name }: Change): boolean {
  return record.changes.some((one) => one.name === name && one.phase === 'refused');
}

/** Everything holds: what was kept for undoing goes, then the job is done. */
async function finish(work: JobWork): Promise<JobReport> {
  const { job, record } = work;
  const refused = record.changes.filter(({ phase }) => phase === 'refused');
  if (record.stage !== 'done' || record.wait !== null) {
    for (const { name, note } of record.changes) {
      const forget = job.changes.find((change) => change.name === name)?.forget;
      const forgotten = forget ? await attempt(() => forget(note)) : undefined;
      if (forgotten && !forgotten.ok)
        return await setBack(work, setbackOf(forgotten.error), forgotten.error.message);
    }
    await work.save({
      stage: 'done',
      changes: refused,
      wait: null,
      history: afterSuccess(record.history, true),
    });
    work.say('done', null, 'every post-condition holds');
  }
  return report(work, refused.length > 0 ? 'refused' : 'done', { reason: null });
}

async function makeChanges(work: JobWork, action: Action, bootId: string): Promise<JobReport> {
  let repairing = action !== 'install';
  for (const change of work.job.changes) {
    if (isRefused(work, change)) continue;
    const look = await attempt(() => lookAt(change));
    if (!look.ok) return await setBack(work, 'undetectable', look.error.message);
    if (look.value.there) continue;
    if (look.value.closed) return await atGate(work, change, look.value.closed);
    await passGate(work, change);
    if (look.value.unfit !== undefined) {
      await refuse(work, change, look.value.unfit);
      continue;
    }
    if (repairing) {
      const history = afterRepairStarted(work.record.history, work.ports.clock.now());
      await work.save({ stage: 'under-way', history });
      repairing = false;
    }
    const stopped = await make(work, change, bootId);
    if (stopped) return stopped;
  }
  const observed = await attempt(() => observe(work));
  if (!observed.ok) return await setBack(work, 'undetectable', observed.error.message);
  if (observed.value.present) return await finish(work);
  return await setBack(work, 'unverified', observed.value.reason);
}

type Look = { readonly there: boolean; readonly closed?: ClosedGate; readonly unfit?: string };

/** Whether a change is needed, and may be made now. */
async function lookAt(change: Change): Promise<Look> {
  if ((await change.postcondition()).holds) return { there: true };
  const closed = await firstClosedGate(change.gates);
  if (closed) return { there: false, closed };
  const fit = await change.precondition?.();
  return fit && !fit.holds ? { there: false, unfit: fit.reason } : { there: false };
}

async function atGate(work: JobWork, change: Change, closed: ClosedGate): Promise<JobReport> {
  const { clock, entropy } = work.ports;
  const before = work.record.wait;
  const wait = waitAt(before, closed, clock.now());
  if (before?.gate !== wait.gate || before.reason !== wait.reason) {
    await work.save({ wait });
    work.say('gate-closed', change.name, gateSentence(wait), wait.evidence);
  }
  const wakeAt = closed.opensAt ?? clock.now() + gatePollMs(wait, clock.now(), entropy);
  return report(work, 'waiting', { reason: gateSentence(wait), wakeAt, gates: change.gates });
}

async function passGate(work: JobWork, change: Change): Promise<void> {
  const { wait } = work.record;
  if (!wait) return;
  await work.save({ wait: null });
  work.say('gate-opened', change.name, `${wait.gate} is open`);
}

async function refuse(work: JobWork, change: Change, reason: string): Promise<void> {
  await work.mark(change, { phase: 'refused', note: null, reason });
  work.say('refused', change.name, reason);
}

/** Applies one change and looks at it; undefined when the job goes on with the next one. */
async function make(work: JobWork, change: Change, bootId: string): Promise<JobReport | undefined> {
  await work.mark(change, { phase: 'applying', note: null, reason: null });
  work.say('applying', change.name, `${change.name} begins`);
  const applied = await attempt(() =>
    change.apply((note) => work.mark(change, { phase: 'applying', note, reason: null })),
  );
  if (!applied.ok) return await failed(work, change, applied.error);
  work.say('applied', change.name, `${change.name} was applied`);
  if (applied.value === 'restart-needed') return await awaitRestart(work, change, bootId);
  const condition = await attempt(() => change.postcondition());
  if (!condition.ok) return await setBack(work, 'undetectable', condition.error.message);
  if (condition.value.holds) {
    const note = noteOf(work, change);
    await work.mark(change, { phase: 'verified', note, reason: null });
    work.say('verified', change.name, `the post-condition of ${change.name} holds`);
    return undefined;
  }
  const reason = `${change.name} was applied, and ${condition.value.reason}`;
  return (await undoOne(work, change)) ?? (await setBack(work, 'unverified', reason));
}

async function awaitRestart(work: JobWork, change: Change, bootId: string): Promise<JobReport> {
  const { record } = work;
  const phase = { phase: 'applied', note: noteOf(work, change), reason: null } as const;
  const others = record.changes.filter(({ name }) => name !== change.name);
  await work.save({
    changes: [...others, { name: change.name, ...phase }],
    history: { ...record.history, rebootAfter: bootId },
  });
  work.say('restart-needed', change.name, `${change.name} is done once the machine has restarted`);
  return report(work, 'restart-needed', { reason: `${change.name} needs a restart` });
}

function noteOf({ record }: JobWork, { name }: Change) {
  return record.changes.find((one) => one.name === name)?.note ?? null;
}

/** By the class of the error: undone and back to the gate, undone and passed by, or all undone. */
async function failed(work: JobWork, change: Change, error: HoldfastError): Promise<JobReport | undefined> {
  const known = knownError(error);
  if (known.class === 'reboot-required') return await awaitRestart(work, change, await work.ports.boot.id());
  if (known.class === 'fatal' || known.class === 'success') {
    const history = { ...work.record.history, reason: error.message };
    await work.save({ stage: 'undoing', history });
    work.say('undoing', change.name, error.message, error.details);
    return await undoAll(work);
  }
  const evidence = error.details;
  work.say(known.class === 'refused' ? 'refused' : 'setback', change.name, error.message, evidence);
  const stuck = await undoOne(work, change);
  if (stuck) return stuck;
  if (known.class === 'refused') {
    await work.mark(change, { phase: 'refused', note: null, reason: error.message });
    return undefined;
  }
  return await setBack(work, known.class, error.message);
}
