/**
 * Carrying a step out: gates, journal, apply, journal, detect again, verdict. What a crash leaves behind is taken up
 * where the journal says it was.
 */
import {
  type ErrorClass,
  type ExitCodeTable,
  type ExitMeaning,
  exitMeaning,
  exitName,
  HoldfastError,
  type Intent,
  knownDpkg,
  knownExit,
} from '@holdfast/contract';
import type { Clock, Command, Entropy, Exit, Processes, ProcessIdentity, Running } from '@holdfast/ports';
import { type ClosedGate, firstClosedGate, type Gate } from './gates.ts';
import type { Setback } from './history.ts';
import { isReached, type Observed } from './plan.ts';
import { endAfter } from './time-limit.ts';

export type Step = {
  readonly intent: Intent;
  /** Without its mark, which is drawn anew for every run. */
  readonly command: Omit<Command, 'mark'>;
  readonly exitCodes: ExitCodeTable;
  /** Longer runs are ended; sleep of the machine does not count. Milliseconds. */
  readonly maxRunMs: number;
  /** All must be open before anything is journalled or run. */
  readonly gates: readonly Gate[];
  /**
   * While one of these is closed the next restart may undo what a program has done that ended well: then that counts
   * only after it. Absent: none.
   */
  readonly lasting?: readonly Gate[];
  detect(): Promise<Observed>;
};

/** How a program ended, as kept in the journal. Plain JSON. */
export type StepEnd =
  | {
      readonly kind: 'exited';
      readonly code: number | null;
      readonly meaning: ExitMeaning;
      /** How a failure is to be taken; absent where only the program's own table speaks, and in older journals. */
      readonly class?: ErrorClass;
      readonly output: string;
    }
  | { readonly kind: 'timed-out'; readonly output: string }
  | { readonly kind: 'not-started'; readonly reason: string }
  /** The client was not there when it ended: no exit code is known. */
  | { readonly kind: 'interrupted' };

/** Writes the journal; each resolves when its entry is durable. */
export type StepRecorder = {
  /** Before the program is started: from here on it may have run, and is found by this mark. */
  starting(mark: string): Promise<void>;
  started(identity: ProcessIdentity): Promise<void>;
  ended(end: StepEnd): Promise<void>;
};

export type Verdict =
  /** `cutShort`: it is as it should be, and nobody has said that it is durable. */
  | { readonly kind: 'reached'; readonly observed: Observed; readonly cutShort?: true }
  | { readonly kind: 'restart-needed'; readonly reason: string }
  | { readonly kind: 'setback'; readonly setback: Setback; readonly reason: string };

export type RunPorts = {
  readonly clock: Clock;
  readonly processes: Processes;
  readonly entropy: Pick<Entropy, 'uuid'>;
};

/**
 * Runs one step to its verdict. The caller runs one at a time.
 *
 * An aborted signal stops the waiting, not the program: it is found again through the journal.
 * @throws the signal's reason; whatever the recorder or detection throw
 */
export async function carryOut(
  ports: RunPorts,
  step: Step,
  recorder: StepRecorder,
  signal?: AbortSignal,
): Promise<Verdict | ({ readonly kind: 'gate-closed' } & ClosedGate)> {
  const closed = await firstClosedGate(step.gates);
  if (closed) return { kind: 'gate-closed', ...closed };
  const mark = ports.entropy.uuid();
  await recorder.starting(mark);
  const end = await apply(ports, step, mark, recorder, signal);
  await recorder.ended(end);
  return await verdictOn(step, end);
}

/** What the journal says of a step that was under way. */
export type Unfinished = {
  readonly mark: string;
  /** Null where the client went down before it knew the process. */
  readonly identity: ProcessIdentity | null;
  readonly end: StepEnd | null;
};

/**
 * Takes up a step after a restart of the client: one whose process still runs is left running until its time is over;
 * otherwise detection decides.
 * @param watchedMs for how long this life of the client has seen it run, sleep left out. What an earlier life saw does not
 * count: no clock tells how much of it the machine was awake.
 */
export async function recover(
  ports: Pick<RunPorts, 'processes'>,
  step: Pick<Step, 'intent' | 'maxRunMs' | 'lasting' | 'detect'>,
  unfinished: Unfinished,
  recorder: Pick<StepRecorder, 'ended'>,
  watchedMs: number,
): Promise<Verdict | { readonly kind: 'running' }> {
  if (unfinished.end) return await verdictOn(step, unfinished.end);
  const end = await endOfUnfinished(ports.processes, unfinished, watchedMs > step.maxRunMs);
  if (end === undefined) return { kind: 'running' };
  await recorder.ended(end);
  return await verdictOn(step, end);
}

/**
 * How it came to an end; undefined while it runs.
 *
 * A program that nobody had written down is found by its mark. What is found may be that program, or a service that it
 * has started and left: so it is waited for, and no longer than a program may run, but never ended.
 */
async function endOfUnfinished(
  processes: Processes,
  { identity, mark }: Unfinished,
  overdue: boolean,
): Promise<StepEnd | undefined> {
  if (identity === null) {
    const waiting = !overdue && (await processes.find(mark)) !== undefined;
    return waiting ? undefined : { kind: 'interrupted' };
  }
  if (!(await processes.alive(identity))) return { kind: 'interrupted' };
  if (!overdue || !(await endOverdue(processes, identity, mark))) return undefined;
  return { kind: 'timed-out', output: '' };
}

/** Whether it came to an end. What cannot be ended is waited for all the same: nothing starts beside it. */
async function endOverdue(processes: Processes, identity: ProcessIdentity, mark: string): Promise<boolean> {
  try {
    await processes.end({ identity, mark });
  } catch (thrown) {
    if (!(thrown instanceof HoldfastError)) throw thrown;
    return false;
  }
  return !(await processes.alive(identity));
}

/** Exit code 0 is no promise for the next restart: what waits for it is looked at too (wazuh/wazuh#38182). */
async function verdictOn(step: Pick<Step, 'intent' | 'lasting' | 'detect'>, end: StepEnd): Promise<Verdict> {
  const verdict = judge(end, step.intent, await step.detect());
  if (end.kind !== 'exited' || end.meaning !== 'success') return verdict;
  const closed = await firstClosedGate(step.lasting ?? []);
  return closed ? { kind: 'restart-needed', reason: closed.reason } : verdict;
}

/** The post-condition decides; the exit code only says how to take a post-condition that does not hold. */
export function judge(end: StepEnd, intent: Intent, observed: Observed): Verdict {
  if (end.kind === 'timed-out') {
    return { kind: 'setback', setback: 'failed', reason: 'it ran longer than allowed and was ended' };
  }
  if (end.kind === 'exited' && (end.meaning === 'reboot-required' || end.meaning === 'reboot-started')) {
    return { kind: 'restart-needed', reason: describeExit(end) };
  }
  const endedBadly = end.kind === 'interrupted' || (end.kind === 'exited' && end.meaning === 'failure');
  if (isReached(intent, observed, endedBadly)) {
    return { kind: 'reached', observed, ...(end.kind === 'interrupted' ? { cutShort: true } : {}) };
  }
  if (end.kind === 'not-started') return { kind: 'setback', setback: 'failed', reason: end.reason };
  if (end.kind === 'interrupted') {
    const left = intent === 'uninstall' && observed.part === true ? 'a part of it is left' : observed.reason;
    return { kind: 'setback', setback: 'interrupted', reason: `it was interrupted, and ${left}` };
  }
  if (end.meaning === 'success') return { kind: 'setback', setback: 'unverified', reason: observed.reason };
  return { kind: 'setback', setback: setbackOfExit(end), reason: describeExit(end) };
}

function setbackOfExit(end: Extract<StepEnd, { kind: 'exited' }>): Setback {
  if (end.meaning === 'busy') return 'busy';
  const { class: is } = end;
  return is === 'busy' || is === 'not-ready' || is === 'refused' ? is : 'failed';
}

/** `exit code 1603 (a fatal error ended it): last line of its output`. */
export function describeExit(end: { readonly code: number | null; readonly output: string }): string {
  const name = end.code === null ? undefined : exitName(end.code);
  const code = end.code === null ? 'ended by a signal' : `exit code ${end.code}${name ? ` (${name})` : ''}`;
  const lastLine = end.output.trimEnd().split('\n').at(-1)?.trim();
  return lastLine ? `${code}: ${lastLine.slice(0, 300)}` : code;
}

async function apply(
  ports: RunPorts,
  step: Step,
  mark: string,
  recorder: StepRecorder,
  signal: AbortSignal | undefined,
): Promise<StepEnd> {
  let running: Running;
  try {
    running = await ports.processes.start({ ...step.command, mark });
  } catch (thrown) {
    if (!(thrown instanceof HoldfastError)) throw thrown;
    return { kind: 'not-started', reason: thrown.message };
  }
  const watch = new AbortController();
  const limit = endAfter(ports.clock, running, step.maxRunMs, watch.signal);
  try {
    await recorder.started(running.identity).catch(async (thrown) => {
      // Without its place in the journal the program is still the one that runs: nothing else may begin.
      await untilAborted(running.exit, signal);
      throw thrown;
    });
    const exit = await untilAborted(running.exit, signal);
    watch.abort();
    return (await limit) ? { kind: 'timed-out', output: exit.output } : ended(exit, step.exitCodes);
  } finally {
    watch.abort();
  }
}

/** What the program's own table says of a code stands; other failures are taken as the catalogue takes them. */
function ended({ code, output }: Exit, table: ExitCodeTable): StepEnd {
  if (code === null) return { kind: 'exited', code, meaning: 'failure', output };
  const meaning = exitMeaning(code, table);
  const own = table.some((row) => (row.code | 0) === (code | 0));
  if (meaning !== 'failure' || own) return { kind: 'exited', code, meaning, output };
  const { class: is } = knownDpkg(output) ?? knownExit(code);
  return { kind: 'exited', code, meaning: is === 'busy' ? 'busy' : 'failure', class: is, output };
}

/** The promise, or a rejection with the signal's reason as soon as it is aborted. */
function untilAborted<Value>(promise: Promise<Value>, signal: AbortSignal | undefined): Promise<Value> {
  if (!signal) return promise;
  return new Promise((resolve, reject) => {
    const leave = () => reject(signal.reason);
    if (signal.aborted) return leave();
    signal.addEventListener('abort', leave, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave));
  });
}
