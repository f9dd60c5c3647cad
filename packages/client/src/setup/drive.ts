/** Driving a set-up through its phases: each reported before and after, tried again with patience, gone on from anywhere. */

import type { SetupReport } from '@holdfast/contract';
import { HoldfastError, isHoldfastError, setupExit } from '@holdfast/contract';
import { backoffMs, untilStirred } from '@holdfast/engine';
import { judgementOn } from './judge.ts';
import { type NamedPhase, phasesOf } from './phases.ts';
import { putBack } from './predecessors/present.ts';
import type { Progress, SetupEnd } from './progress.ts';
import { type Delivery, reportOf, type Told } from './reports.ts';
import type { PhaseOutcome, SetUp } from './set-up.ts';

/**
 * Milliseconds of waiting after which a set-up gives up: seven days, as the field's own client push. Only time counts in
 * which the machine was to be awake and the set-up waited: neither a lid that is closed nor a wall clock that is set
 * makes it give up early.
 */
export const longestWaitMs = 7 * 24 * 60 * 60_000;

/** Between tries of a phase, unless `/retry` says otherwise; and between looks at a closed gate, should no event tell. */
const usualPause = { baseMs: 15_000, capMs: 60 * 60_000 };
const gatePause = { baseMs: 5_000, capMs: 4 * 60_000 };

/** Answered by a life of the set-up that ends before the set-up does. */
export type Leave = SetupEnd | undefined;

/** Resolves to how it ended; also to a restart that it waits for, which is no end. @throws the signal's reason */
export async function drive(setUp: SetUp, delivery: Delivery): Promise<SetupEnd> {
  const restart = await stillBeforeRestart(setUp);
  if (restart) return restart;
  for (;;) {
    const { intent, ended, end, predecessors = [] } = setUp.progress();
    if (end) return end;
    const phase = phasesOf(intent, predecessors.length > 0).find(({ name }) => !ended.includes(name));
    if (!phase) {
      if (intent === 'uninstall') await putBack(setUp);
      const done: SetupEnd = { exit: setupExit.succeeded, text: succeeded(setUp.progress()) };
      await tell(setUp, { end: done }, []);
      return done;
    }
    const leave = await attempt(setUp, phase, delivery);
    if (leave) return leave;
  }
}

const succeeded = ({ intent, chosen, clientId }: Progress) =>
  intent === 'uninstall'
    ? 'The client is uninstalled.'
    : `Version ${chosen?.version ?? '?'} is set up as client ${clientId ?? '?'}.`;

const restartText = 'The machine must restart; the set-up goes on by itself after that.';

async function stillBeforeRestart({ host, progress, keep }: SetUp): Promise<Leave> {
  const { restartFrom } = progress();
  if (restartFrom === null) return undefined;
  if (restartFrom === (await host.ports.boot.id()))
    return { exit: setupExit.restartNeeded, text: restartText };
  await keep({ restartFrom: null });
  return undefined;
}

async function attempt(setUp: SetUp, phase: NamedPhase, delivery: Delivery): Promise<Leave> {
  const { signal, progress, host } = setUp;
  signal?.throwIfAborted();
  if (progress().tries === 0) {
    host.log(`${phase.name} begins`);
    await tell(setUp, {}, [{ phase: phase.name, moment: 'begins' }]);
    await delivery.soon();
  }
  let outcome: PhaseOutcome;
  try {
    outcome = await phase.carryOut(setUp);
  } catch (thrown) {
    signal?.throwIfAborted();
    return await afterFailure(setUp, phase, asFailure(thrown), delivery);
  }
  switch (outcome.kind) {
    case 'ended': {
      const ended = [...progress().ended, phase.name];
      await tell(setUp, { ...outcome.change, ended, tries: 0 }, [{ phase: phase.name, moment: 'ended' }]);
      await delivery.soon();
      return undefined;
    }
    case 'restart':
      await tell(setUp, {}, [{ phase: phase.name, moment: 'waits', reason: `restart: ${outcome.reason}` }]);
      await delivery.soon();
      return { exit: setupExit.restartNeeded, text: restartText };
    case 'waits':
      return await afterWait(setUp, phase, outcome, delivery);
  }
}

/** What no part of this program foresaw is a failure like any other: it is told, and ends the set-up. */
function asFailure(thrown: unknown): HoldfastError {
  if (isHoldfastError(thrown)) return thrown;
  return new HoldfastError('internal', thrown instanceof Error ? thrown.message : String(thrown), {
    cause: thrown,
  });
}

async function afterFailure(
  setUp: SetUp,
  phase: NamedPhase,
  failure: HoldfastError,
  delivery: Delivery,
): Promise<Leave> {
  const { progress } = setUp;
  const judgement = judgementOn(failure, phase.name);
  if (judgement.kind === 'over') return await giveUp(setUp, phase, failure, judgement.exit, delivery);
  let change: Partial<Progress> = {};
  if (judgement.kind === 'back') {
    const times = (progress().setbacks[failure.code] ?? 0) + 1;
    if (times > judgement.times) return await giveUp(setUp, phase, failure, judgement.exit, delivery);
    change = { setbacks: { ...progress().setbacks, [failure.code]: times } };
  }
  const pause = pauseMs(setUp, usualPause, failure);
  if (isOverdue(setUp, pause))
    return await giveUp(setUp, phase, overdue(failure), setupExit.failed, delivery);
  const waited = { ...change, tries: progress().tries + 1, waitedMs: progress().waitedMs + pause };
  setUp.host.log(`${phase.name}: ${failure.message} Again in ${Math.ceil(pause / 1000)} s.`);
  await tell(setUp, waited, [{ phase: phase.name, moment: 'waits', failure }]);
  await delivery.now();
  await sleep(setUp, pause);
  if (judgement.kind === 'back') await goBack(setUp, judgement.to);
  return undefined;
}

async function goBack({ progress, keep }: SetUp, to: NamedPhase['name']): Promise<void> {
  const { ended } = progress();
  const at = ended.indexOf(to);
  if (at >= 0) await keep({ ended: ended.slice(0, at), tries: 0 });
}

async function afterWait(
  setUp: SetUp,
  phase: NamedPhase,
  { reason, gates }: Extract<PhaseOutcome, { kind: 'waits' }>,
  delivery: Delivery,
): Promise<Leave> {
  const { progress, host, signal } = setUp;
  const pause = pauseMs(setUp, gatePause);
  const failure = new HoldfastError('setup.prerequisite', `Waited at a gate: ${reason}`);
  if (isOverdue(setUp, pause)) {
    return await giveUp(setUp, phase, overdue(failure), setupExit.prerequisites, delivery);
  }
  const { tries, waitedMs } = progress();
  // A gate is told once; that it still is closed says nothing new.
  const told: Told[] = tries === 0 ? [{ phase: phase.name, moment: 'waits', reason }] : [];
  if (tries === 0) host.log(`${phase.name} waits: ${reason}`);
  await tell(setUp, { tries: tries + 1, waitedMs: waitedMs + pause }, told);
  await delivery.soon();
  await untilStirred(gates, pause, host.ports.clock, signal ? [signal] : []);
  return undefined;
}

async function giveUp(
  setUp: SetUp,
  { name }: NamedPhase,
  failure: HoldfastError,
  exit: number,
  delivery: Delivery,
): Promise<SetupEnd> {
  const trouble = await putBack(setUp);
  const text = trouble === undefined ? failure.message : `${failure.message} Beside that, ${trouble}`;
  const end: SetupEnd = { exit, text, error: failure.code };
  await tell(setUp, { end }, [{ phase: name, moment: 'failed', failure }]);
  await delivery.now();
  return end;
}

const overdue = (failure: HoldfastError) =>
  new HoldfastError(failure.code, `Given up after seven days of waiting: ${failure.message}`, {
    cause: failure,
    details: failure.details,
  });

const isOverdue = ({ progress }: SetUp, pause: number) => progress().waitedMs + pause > longestWaitMs;

/** Drawn from the upper half, so that machines that were started together do not come together; a site's own word is heeded. */
function pauseMs({ host, progress }: SetUp, usual: typeof usualPause, failure?: HoldfastError): number {
  const { request, tries } = progress();
  const own =
    request.retryMinutes === null
      ? usual
      : { baseMs: request.retryMinutes * 60_000, capMs: request.retryMinutes * 60_000 };
  const asked = Number(failure?.details.retryAfter ?? 0) * 1000;
  return Math.max(
    backoffMs(tries + 1, failure ? own : usual, host.ports.entropy),
    Number.isFinite(asked) ? asked : 0,
  );
}

async function sleep({ host, signal }: SetUp, ms: number): Promise<void> {
  await host.ports.clock.sleep(ms, signal);
}

/** Makes a change durable together with what is said of it. */
async function tell(
  { host, journal, progress }: SetUp,
  change: Partial<Progress>,
  told: readonly Told[],
): Promise<void> {
  let next: Progress = { ...progress(), ...change };
  const reports: SetupReport[] = [];
  for (const one of told) {
    next = { ...next, seq: next.seq + 1 };
    reports.push(await reportOf(host.ports, next, one));
  }
  await journal.commit({ progress: next, reports });
}
