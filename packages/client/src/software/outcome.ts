/** What became of work on a deployment: history and status message, committed as one. */
import {
  type Action,
  afterSetback,
  afterSuccess,
  longestWaitMs,
  type Setback,
  setbackRules,
  type Verdict,
} from '@holdfast/engine';
import type { ClientContext } from '../context.ts';
import type { Item } from '../state.ts';
import type { Status } from '../status/reporter.ts';
import type { Task } from './task.ts';

/** When the item is to be looked at again, wall clock; null = with the next check-in. */
export type WakeAt = number | null;

const actionNames: Readonly<Record<Action, string>> = {
  install: 'Installation',
  repair: 'Repair',
  reinstall: 'Reinstallation',
  uninstall: 'Removal',
};

export function actionName(action: Action): string {
  return actionNames[action];
}

/** Says a standing fact once: not again as long as nothing else was said of the item. */
export async function sayOnce(
  context: ClientContext,
  task: Task,
  key: string,
  status: Status,
  change: Partial<Item> = {},
): Promise<void> {
  if (task.item.said === key) return;
  await context.reporter.reportItem(task.id, status, { ...change, said: key });
}

/** Detection agrees with what is desired. @param cutShort whether the program that brought it about was; absent: none did */
export async function settle(context: ClientContext, task: Task, cutShort?: boolean): Promise<WakeAt> {
  const { item, assignment } = task;
  const present = assignment.intent === 'install';
  const name = item.broken ? 'software-repaired' : present ? 'software-verified' : 'software-removed';
  if (item.said === 'reached' && item.running === null) return null;
  await context.reporter.reportItem(
    task.id,
    { name, details: { package: task.title } },
    {
      history: afterSuccess(item.history, present, cutShort),
      running: null,
      waiting: null,
      broken: false,
      verifiedIn: task.machine.bootId,
      said: 'reached',
    },
  );
  return null;
}

/** What an older client has done itself stays as the site knows it; what was never done is refused. */
export async function leaveOlder(
  { journal, reporter }: ClientContext,
  { id, item, assignment }: Task,
): Promise<null> {
  if (item.said === 'older') return null;
  const text = 'it brings an older client, whose place this one has taken';
  const change = { said: 'older' };
  if (item.history.hadIt) {
    await journal.commit({ kind: 'item', id, change: { ...change, state: 'succeeded', text } });
  } else {
    const details = { program: assignment.program.name, reason: text };
    await reporter.reportItem(id, { name: 'program-cannot-run', details }, change);
  }
  return null;
}

/** The verdict of a step becomes history, and is reported with it. */
export async function conclude(
  context: ClientContext,
  task: Task,
  action: Action,
  verdict: Verdict,
): Promise<WakeAt> {
  if (verdict.kind === 'reached') return await settle(context, task, verdict.cutShort === true);
  if (verdict.kind === 'setback') return await setBack(context, task, action, verdict);
  const { history, running } = task.item;
  const rebootAfter = running?.identity?.bootId ?? task.machine.bootId;
  await context.reporter.reportItem(
    task.id,
    { name: 'reboot-pending', details: { package: task.title, reason: verdict.reason } },
    { history: { ...history, rebootAfter }, running: null, waiting: null, said: 'restart' },
  );
  return null;
}

export type SetbackReport = {
  readonly setback: Setback;
  readonly reason: string;
  /** Seconds that the site asked to wait. */
  readonly retryAfter?: number;
  /** Said instead of the message that fits the setback; once, under this key. */
  readonly say?: { readonly key: string; readonly status: Status };
};

/** A setback is counted; then the item is held, or waits for the time answered. */
export async function setBack(
  context: ClientContext,
  task: Task,
  action: Action,
  { setback, reason, retryAfter = 0, say }: SetbackReport,
): Promise<WakeAt> {
  const { clock, entropy } = context.ports;
  const now = clock.now();
  const counted = afterSetback(task.item.history, setback, reason, now, entropy);
  const asked = now + Math.min(retryAfter * 1000, longestWaitMs);
  const notBefore = counted.notBefore === null ? null : Math.max(counted.notBefore, asked);
  const history = { ...counted, notBefore, waitMs: notBefore === null ? 0 : notBefore - now };
  const change = { history, running: null, waiting: null };
  const details = { action: actionName(action), package: task.title, reason };
  if (say && notBefore !== null) {
    if (task.item.said === say.key) await context.journal.commit({ kind: 'item', id: task.id, change });
    else await context.reporter.reportItem(task.id, say.status, { ...change, said: say.key });
  } else if (notBefore !== null) {
    const seconds = Math.ceil((notBefore - now) / 1000);
    const status = { name: 'attempt-failed', details: { ...details, seconds } } as const;
    await context.reporter.reportItem(task.id, status, { ...change, said: null });
  } else {
    await context.reporter.reportItem(task.id, heldStatus(task, setback, details), {
      ...change,
      said: 'held',
    });
  }
  return notBefore;
}

function heldStatus(task: Task, setback: Setback, details: Record<string, string>): Status {
  if (setback === 'unverified') {
    const attempts = setbackRules.unverified.limit ?? 0;
    return { name: 'detection-still-false', details: { ...details, attempts } };
  }
  if (setback === 'content-refused') {
    const reason = `its content was refused: ${details.reason}`;
    return { name: 'program-cannot-run', details: { program: task.assignment.program.name, reason } };
  }
  return { name: 'program-failed', details };
}
