/** The work on the machine: every deployment looked at, planned, and what is due carried out, one at a time. */
import { HoldfastError, isHoldfastError, type Uuid } from '@holdfast/contract';
import {
  type Action,
  type ClosedGate,
  carryOut,
  gatePollMs,
  isReached,
  type Observed,
  type Plan,
  plan,
  recover,
  type Step,
  waitAt,
  wasBegun,
} from '@holdfast/engine';
import type { WorkContext } from '../context.ts';
import { isOlderClient } from '../older-clients.ts';
import { obtain } from './obtain.ts';
import { actionName, conclude, leaveOlder, sayOnce, setBack, settle, type WakeAt } from './outcome.ts';
import { recorderFor } from './recorder.ts';
import { lastingGates, type Machine, maxRunMs, needsContent, stepFor, type Task, taskOf } from './task.ts';

/** Milliseconds between looks at a program that an earlier life of the client started. */
const runningPollMs = 1_000;

/**
 * Works on all deployments once.
 * @returns when the first of those that wait is due
 * @throws only the signal's reason
 */
export async function work(context: WorkContext, signal: AbortSignal | undefined): Promise<WakeAt> {
  const { boot, clock } = context.ports;
  const machine = { platform: (await boot.operatingSystem()).platform, bootId: await boot.id() };
  const ids = Object.keys(context.journal.state.items);
  const wakes: WakeAt[] = [];
  for (const id of ids) {
    signal?.throwIfAborted();
    if (!context.journal.state.items[id]?.running) continue;
    const wake = await guarded(context, signal, () => takeUp(context, id, machine));
    if (wake === 'running') return clock.now() + runningPollMs;
    wakes.push(wake);
  }
  const { policy } = context.journal.state;
  const versions = new Map(policy?.index.assignments.map(({ deploymentId, hash }) => [deploymentId, hash]));
  for (const id of ids) {
    signal?.throwIfAborted();
    const item = context.journal.state.items[id];
    if (policy && item && !item.running && versions.get(id) !== item.version) {
      // It was withdrawn or changed while its program ran.
      await context.journal.commit({ kind: 'policy', policy, assignments: {} });
    }
    wakes.push(await guarded(context, signal, () => workOn(context, id, machine, signal)));
  }
  return wakes.reduce(
    (first, wake) => (first === null || (wake !== null && wake < first) ? wake : first),
    null,
  );
}

/** What goes wrong with one deployment is reported and stops no other. */
async function guarded<Wake extends WakeAt | 'running'>(
  context: WorkContext,
  signal: AbortSignal | undefined,
  act: () => Promise<Wake>,
): Promise<Wake | number> {
  try {
    return await act();
  } catch (thrown) {
    signal?.throwIfAborted();
    await context.fault(thrown);
    return context.ports.clock.now() + 60_000;
  }
}

/** A step that was under way when the client went down. */
async function takeUp(context: WorkContext, id: Uuid, machine: Machine): Promise<WakeAt | 'running'> {
  const task = taskOf(context, id, machine);
  const running = task?.item.running;
  if (!task || !running) return null;
  const step = {
    intent: task.assignment.intent,
    maxRunMs: maxRunMs(task),
    lasting: lastingGates(context, task),
    detect: task.detect,
  };
  const watchedMs = context.stopwatch.look(running.mark);
  const recorder = recorderFor(context, task, running.action);
  const verdict = await recover(context.ports, step, running, recorder, watchedMs);
  if (verdict.kind === 'running') return 'running';
  return await conclude(context, task, running.action, verdict);
}

async function workOn(
  context: WorkContext,
  id: Uuid,
  machine: Machine,
  signal: AbortSignal | undefined,
): Promise<WakeAt> {
  const task = taskOf(context, id, machine);
  if (!task) return null;
  // Its end could not be written down (a full disk): `guarded` has said when that is tried again.
  if (task.item.running) return null;
  const { program, intent } = task.assignment;
  if (program.platform !== machine.platform) {
    await sayOnce(context, task, 'platform', {
      name: 'platform-rejected',
      details: { program: program.name },
    });
    return null;
  }
  if (intent === 'install' && isOlderClient(program.detection)) return await leaveOlder(context, task);
  const observed = await look(context, task);
  if (!observed) return task.item.history.notBefore;
  const reached = isReached(intent, observed, wasBegun(task.item.history));
  const { history } = task.item;
  if (history.rebootAfter !== null && history.rebootAfter !== machine.bootId && !reached) {
    const reason = `the machine has restarted, and ${observed.reason}`;
    return await setBack(context, task, defaultAction(task), { setback: 'unverified', reason });
  }
  if (history.hadIt && intent === 'install' && !reached && !task.item.broken) {
    const { verifiedIn = machine.bootId } = task.item;
    const since =
      verifiedIn === machine.bootId ? '' : 'the machine has restarted since it was verified, and ';
    const details = { package: task.title, reason: `${since}${observed.reason}` };
    const status = { name: 'software-broken', details } as const;
    await context.reporter.reportItem(id, status, { broken: true, said: 'broken' });
  }
  return await follow(context, task, observed, signal);
}

function planNow({ ports }: WorkContext, { assignment, item, machine }: Task, observed: Observed): Plan {
  const desired = { ...assignment, requested: item.requested };
  return plan(desired, observed, item.history, { now: ports.clock.now(), bootId: machine.bootId });
}

/** Does what the plan says. */
async function follow(
  context: WorkContext,
  task: Task,
  observed: Observed,
  signal: AbortSignal | undefined,
): Promise<WakeAt> {
  const { item } = task;
  const decided = planNow(context, task, observed);
  const details = { package: task.title };
  switch (decided.do) {
    case 'nothing':
      return await settle(context, task);
    case 'offer':
      await sayOnce(context, task, 'offered', { name: 'software-available', details });
      return decided.at;
    case 'restart':
      await sayOnce(context, task, 'restart', {
        name: 'reboot-pending',
        details: { ...details, reason: 'what was done counts only after it' },
      });
      return null;
    case 'wait':
      return decided.until;
    case 'hold': {
      const action = actionName(defaultAction(task));
      const attempts = item.history.repairs.length;
      const status = {
        name: 'detection-still-false',
        details: { ...details, action, reason: decided.reason, attempts },
      } as const;
      await sayOnce(context, task, 'held', status);
      return decided.until;
    }
    default:
      return await act(context, task, decided.do, signal);
  }
}

/** Content, a second look, the step, its verdict. */
async function act(
  context: WorkContext,
  task: Task,
  action: Action,
  signal: AbortSignal | undefined,
): Promise<WakeAt> {
  let step: Step;
  try {
    step = await stepFor(context, task, action);
  } catch (thrown) {
    if (!isHoldfastError(thrown, 'command.invalid')) throw thrown;
    const details = { program: task.assignment.program.name, reason: thrown.message };
    await sayOnce(context, task, 'cannot-run', { name: 'program-cannot-run', details });
    return null;
  }
  if (needsContent(task, action)) {
    const obtained = await obtain(context, task, action, signal);
    if (!obtained.ready) return obtained.wakeAt;
    const observed = await look(context, task);
    if (!observed) return task.item.history.notBefore;
    // That may have taken hours: a clock was set right meanwhile, or somebody else has installed it.
    if (planNow(context, task, observed).do !== action) return await follow(context, task, observed, signal);
  }
  const verdict = await carryOut(context.ports, step, recorderFor(context, task, action), signal);
  const wakeAt =
    verdict.kind === 'gate-closed'
      ? await atGate(context, task, step, verdict)
      : await conclude(context, task, action, verdict);
  await context.deliverSoon();
  return wakeAt;
}

/** Waiting is no setback: the gate is looked at again when it stirs, and after a while all the same. */
async function atGate(context: WorkContext, task: Task, step: Step, closed: ClosedGate): Promise<WakeAt> {
  const { clock, entropy } = context.ports;
  const now = clock.now();
  const waiting = waitAt(task.item.waiting ?? null, closed, now);
  const { gate, reason, since, evidence } = waiting;
  const key = `gate ${gate} ${evidence.win32 ?? evidence.exitCode ?? ''}`;
  if (task.item.said !== key) {
    const details = { ...evidence, package: task.title, gate, reason, since };
    await context.reporter.reportItem(task.id, { name: 'waiting-at-gate', details }, { waiting, said: key });
  } else if (!task.item.waiting) {
    await context.journal.commit({ kind: 'item', id: task.id, change: { waiting } });
  }
  context.waitingAt(step.gates);
  return closed.opensAt ?? now + gatePollMs(waiting, now, entropy);
}

/** Looks at the machine; undefined where that failed, which is reported and waits like any setback. */
async function look(context: WorkContext, task: Task): Promise<Observed | undefined> {
  try {
    return await task.detect();
  } catch (thrown) {
    if (!(thrown instanceof HoldfastError)) throw thrown;
    const reason = `detection could not look: ${thrown.message}`;
    const status = { name: 'client-fault', details: { error: thrown.code, reason } } as const;
    const say = { key: `undetectable ${thrown.code}`, status };
    await setBack(context, task, defaultAction(task), { setback: 'undetectable', reason, say });
    return undefined;
  }
}

/** What work on the item would be, for messages where none was planned. */
function defaultAction(task: Task): Action {
  if (task.assignment.intent === 'uninstall') return 'uninstall';
  return task.item.history.hadIt ? 'repair' : 'install';
}
