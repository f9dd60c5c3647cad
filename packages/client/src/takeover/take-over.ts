/** One pass over all foreign agents that policy names, and over those that were begun. */
import { sha256, type TakeoverOrder, type TakeoverRule, type Uuid } from '@holdfast/contract';
import {
  carryOutAll,
  createSerial,
  type Gate,
  type JobRecord,
  type JobReport,
  type Ledger,
  newRecord,
  openLedger,
  openPath,
  released,
  withOpen,
} from '@holdfast/engine';
import type { ClientContext } from '../context.ts';
import { jobOf, type Taking } from './changes.ts';
import { takeoverFolder } from './kept.ts';
import type { TakeoverProgress, TakeoverTurn } from './progress.ts';
import { whyHalf, whyUnknown } from './recognize.ts';
import { tell } from './tell.ts';
import { lookAtOurs, type Ours } from './verify.ts';

const ledgerName = 'work.journal';

/** Milliseconds until a takeover that waits for our own screen driver is looked at again. */
const oursAgainMs = 10 * 60_000;
/** Milliseconds until one that was taken back is tried again, and how often that is, with one rule and one driver. */
const againMs = 24 * 60 * 60_000;
const mostTries = 3;
/** Milliseconds until putting back, which has failed too often in a row, is begun anew: that is never given up. */
const putBackAgainMs = 10 * 60_000;

type Pass = {
  readonly context: ClientContext;
  readonly ledger: Ledger;
  readonly signal: AbortSignal | undefined;
};

const nothingToDo: TakeoverTurn = { at: null, gates: [] };

/** @throws HoldfastError `disk.*`, `journal.damaged`; what recognizing throws */
export async function takeOverAll(
  context: ClientContext,
  orders: readonly TakeoverOrder[],
  signal: AbortSignal | undefined,
): Promise<TakeoverTurn> {
  return await withOpen(openPath(context.folder, [takeoverFolder], { create: true }), (folder) =>
    withOpen(openLedger(folder, ledgerName), async (ledger) => {
      const pass = { context, ledger, signal };
      const turns: TakeoverTurn[] = [];
      const known = Object.keys(context.journal.state.takeovers ?? {});
      const ids = new Set([...known, ...orders.map(({ takeoverId }) => takeoverId)]);
      for (const id of ids)
        turns.push(
          await turnOf(
            pass,
            id,
            orders.find((one) => one.takeoverId === id),
          ),
        );
      const times = turns.flatMap(({ at }) => (at === null ? [] : [at]));
      const gates = turns.flatMap((turn) => turn.gates);
      return { at: times.length === 0 ? null : Math.min(...times), gates };
    }),
  );
}

async function turnOf(pass: Pass, takeoverId: Uuid, order: TakeoverOrder | undefined): Promise<TakeoverTurn> {
  const { context } = pass;
  const known = context.journal.state.takeovers?.[takeoverId];
  if (known?.begun) return await goOn(pass, takeoverId, known, order);
  if (!order) {
    await context.journal.commit({ kind: 'takeover', takeoverId, progress: null });
    return nothingToDo;
  }
  const { platform } = await context.ports.boot.operatingSystem();
  if (platform !== order.rule.platform) return nothingToDo;
  return await begin(pass, order, known);
}

/** Nothing of it is begun: the agent is looked for and, where it may be taken over now, that is begun. */
async function begin(
  pass: Pass,
  order: TakeoverOrder,
  known: TakeoverProgress | undefined,
): Promise<TakeoverTurn> {
  const { context, ledger } = pass;
  const { rule, takeoverId } = order;
  const now = context.ports.clock.now();
  const fresh: TakeoverProgress = {
    rule,
    state: 'absent',
    begun: false,
    said: '',
    basis: '',
    tries: 0,
    at: 0,
  };
  const before = { ...(known ?? fresh), rule };
  const unknown = await whyUnknown(context, rule);
  // A power cut may bring back a part of what was removed.
  const rest = known?.state === 'taken-over' && (await whyHalf(context, rule)) !== undefined;
  if (unknown !== undefined && !rest) {
    // That it is gone is what a takeover ends with.
    if (known?.state === 'taken-over' || known?.state === 'put-back') return nothingToDo;
    await tell(context, takeoverId, { ...before, state: 'absent' }, 'agent-absent', { reason: unknown });
    return nothingToDo;
  }
  if (order.mode === 'look') {
    await tell(context, takeoverId, { ...before, state: 'recognized' }, 'agent-recognized', {});
    return nothingToDo;
  }
  const ours = await lookAtOurs(context);
  if (!ours.verified) {
    const details = { gate: 'its own screen driver', reason: ours.reason };
    await tell(context, takeoverId, { ...before, state: 'waiting' }, 'takeover-waits', details);
    return { at: now + oursAgainMs, gates: [] };
  }
  const basis = sha256(JSON.stringify([rule, ours.driver]));
  const progress = before.basis === basis ? before : { ...before, basis, tries: 0, at: 0 };
  if (progress.tries >= mostTries) return nothingToDo;
  // A wall clock that was set back stretches no wait.
  if (now < progress.at && progress.at - now <= againMs) return { at: progress.at, gates: [] };
  const record = ledger.read(takeoverId);
  if (record) await ledger.write(takeoverId, anew(record));
  const started: TakeoverProgress = { ...progress, state: 'under-way', begun: true, at: 0 };
  await tell(context, takeoverId, started, 'takeover-begun', { verified: ours.text });
  return await work(pass, { context, takeoverId, rule }, ours);
}

/** An agent that is there again after it was gone is counted as a repair is; one that was put back has a new budget. */
function anew(record: JobRecord): JobRecord {
  const { history } = record.stage === 'done' ? record : released(record);
  return { ...newRecord(record.version), history };
}

/** It goes on by the rule that it was begun by; withdrawn, or with ours failing, it is taken back first. */
async function goOn(
  pass: Pass,
  takeoverId: Uuid,
  { rule }: TakeoverProgress,
  order: TakeoverOrder | undefined,
): Promise<TakeoverTurn> {
  const { context, ledger } = pass;
  const taking = { context, takeoverId, rule };
  const ours = await lookAtOurs(context);
  const record = ledger.read(takeoverId) ?? newRecord(versionOf(rule));
  if (record.stage === 'done') return await taken(taking, ours);
  if (record.stage === 'undoing') {
    if (record.history.heldBy) await ledger.write(takeoverId, released(record));
  } else if (record.stage === 'under-way' && !(ours.verified && order)) {
    await takeBack(pass, takeoverId, ours.verified ? 'it was withdrawn' : ours.reason);
  }
  return await work(pass, taking, ours);
}

/** From now on it is taken back: at once, whatever it waited for. */
async function takeBack({ ledger }: Pass, takeoverId: Uuid, reason: string): Promise<void> {
  const record = ledger.read(takeoverId);
  if (!record) return;
  const { history } = newRecord(record.version);
  await ledger.write(takeoverId, {
    ...record,
    stage: 'undoing',
    wait: null,
    history: { ...history, reason },
  });
}

async function work(pass: Pass, taking: Taking, ours: Ours): Promise<TakeoverTurn> {
  const { context, ledger, signal } = pass;
  const { clock, entropy, boot } = context.ports;
  const ports = { clock, entropy, boot, exclusive: createSerial() };
  const job = jobOf(taking, versionOf(taking.rule));
  for (;;) {
    const [report] = await carryOutAll([job], ledger, ports, signal);
    if (!report) return nothingToDo;
    const stuck = report.state === 'held' || report.state === 'refused';
    // What is held half-way would leave their remote control as it is then.
    if (!stuck || ledger.read(job.id)?.stage === 'undoing') return await after(taking, report, ours);
    await takeBack(pass, job.id, report.reason ?? report.state);
  }
}

const versionOf = (rule: TakeoverRule) => sha256(JSON.stringify(rule));

async function taken({ context, takeoverId }: Taking, ours: Ours): Promise<TakeoverTurn> {
  const known = context.journal.state.takeovers?.[takeoverId];
  const verified = ours.verified ? ours.text : ours.reason;
  const ended = known && { ...known, state: 'taken-over' as const, begun: false, tries: 0 };
  if (ended) await tell(context, takeoverId, ended, 'agent-taken-over', { verified });
  return nothingToDo;
}

async function after(taking: Taking, report: JobReport, ours: Ours): Promise<TakeoverTurn> {
  const { context, takeoverId } = taking;
  const now = context.ports.clock.now();
  const known = context.journal.state.takeovers?.[takeoverId];
  if (!known || report.state === 'done') return await taken(taking, ours);
  const reason = report.wait?.reason ?? report.reason ?? report.state;
  switch (report.state) {
    case 'undone': {
      const at = now + againMs;
      const ended = { ...known, state: 'put-back' as const, begun: false, tries: known.tries + 1, at };
      await tell(context, takeoverId, ended, 'agent-put-back', { reason });
      return { at, gates: [] };
    }
    case 'held':
      await tell(context, takeoverId, { ...known, state: 'held' }, 'takeover-held', { reason });
      return { at: now + putBackAgainMs, gates: [] };
    default: {
      const gate = report.wait?.gate ?? (report.state === 'restart-needed' ? 'a restart' : 'another try');
      await tell(context, takeoverId, { ...known, state: 'waiting' }, 'takeover-waits', { gate, reason });
      return waitOf(report, now);
    }
  }
}

/** Ours is looked at all the while: one that fails is not to find theirs stopped for long. */
function waitOf({ wakeAt, gates }: JobReport, now: number): { at: number; gates: readonly Gate[] } {
  return { at: Math.min(wakeAt ?? Number.POSITIVE_INFINITY, now + oursAgainMs), gates };
}
