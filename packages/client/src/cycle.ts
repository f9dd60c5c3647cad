/** One pass of the client's day: contact with the site, work on the machine, contact again. Nothing outside stops it. */
import { HoldfastError, isHoldfastError } from '@holdfast/contract';
import { type Gate, openStopwatch } from '@holdfast/engine';
import { createDriverCare, type DriverCare } from './components/driver-turn.ts';
import type { Schedule } from './contact.ts';
import { pruneContent } from './content/content.ts';
import type { ClientContext, WorkContext } from './context.ts';
import { refreshTrust, renewIfDue } from './enrolment/enrol.ts';
import { sendFactsIfChanged } from './enrolment/facts.ts';
import { ownTls } from './enrolment/identity.ts';
import { deliverHealth, hasUnsentReport } from './health/deliver.ts';
import type { Health } from './health/health.ts';
import { hasMended } from './health/outcome.ts';
import { loadSoftware } from './load-component.ts';
import { type CheckIn, checkIn } from './policy/check-in.ts';
import { deliverUntold, hasUntold } from './setup/untold.ts';
import { deliver } from './status/deliver.ts';
import { noticeSystem } from './system-change.ts';
import { createTakeoverCare, type TakeoverCare } from './takeover/care.ts';
import { createVersionCare, type VersionCare } from './versions/care.ts';

export type CycleReport = {
  /** Null where there was none: not enrolled, not due, or failed (see problems). */
  readonly checkIn: CheckIn | null;
  /** Status messages that the site took. */
  readonly delivered: number;
  readonly problems: readonly HoldfastError[];
  /** When the next pass is due: milliseconds of the monotonic clock. */
  readonly wakeAt: number;
  /** Those that work waits at: a stir of one is due at once. */
  readonly gates: readonly Gate[];
};

export type Cycle = {
  /** @param options.checkIn whether the policy is asked for, whatever the schedule says */
  pass(options: { checkIn: boolean }, signal?: AbortSignal): Promise<CycleReport>;
  /** Does something whose failure is reported and goes no further. */
  attempt(act: () => Promise<unknown>): Promise<void>;
};

export function createCycle(context: ClientContext, schedule: Schedule, health: Health): Cycle {
  const { clock } = context.ports;
  const { journal, reporter } = context;
  let problems: HoldfastError[] = [];
  let delivered = 0;
  /** The faults of this pass and of the last one: the same trouble in every pass is reported once. */
  let faults = new Set<string>();
  let lastFaults = faults;
  /** Whether a set-up has left something to tell. */
  let untold = false;

  const fault = async (thrown: unknown) => {
    const error =
      thrown instanceof HoldfastError
        ? thrown
        : new HoldfastError('internal', thrown instanceof Error ? thrown.message : String(thrown), {
            cause: thrown,
          });
    problems.push(error);
    reporter.note('error', error.code, error.message);
    const key = `${error.code} ${error.message}`;
    if (error.code.startsWith('network.')) return;
    const known = faults.has(key) || lastFaults.has(key);
    faults.add(key);
    if (known) return;
    try {
      await reporter.report({ name: 'client-fault', details: { error: error.code, reason: error.message } });
    } catch (further) {
      reporter.note('error', 'client-fault', `It could not be recorded: ${String(further)}`);
    }
  };

  const attempt = async (act: () => Promise<unknown>, signal?: AbortSignal) => {
    try {
      await act();
    } catch (thrown) {
      if (!signal?.aborted) await fault(thrown);
    }
  };

  /** Something with the site: its failure moves the next contact away. */
  const contact = async (signal: AbortSignal | undefined, talk: () => Promise<void>) => {
    try {
      await talk();
      schedule.succeeded();
    } catch (thrown) {
      if (signal?.aborted) return;
      if (thrown instanceof HoldfastError) schedule.failed(thrown);
      else schedule.failed(new HoldfastError('internal', String(thrown)));
      await fault(thrown);
      if (!isHoldfastError(thrown, 'network.tls')) return;
      await attempt(() => refreshTrust(context, signal), signal);
    }
  };

  /** Nothing else is heard from a client whose certificate has expired: the renewal, which each talk begins with, goes first. */
  const isExpired = () => (journal.state.identity?.expiresAt ?? 0) <= clock.now();

  const sendOutbox = async (signal: AbortSignal | undefined) => {
    if (isExpired() || journal.state.outbox.messages.length === 0) return;
    if (clock.monotonic() < schedule.notBefore()) return;
    await contact(signal, async () => {
      delivered += await deliver(context, await ownTls(context), signal);
    });
  };

  const sendHealth = async (signal: AbortSignal | undefined) => {
    if (isExpired() || !hasUnsentReport(context)) return;
    if (clock.monotonic() < schedule.notBefore()) return;
    await contact(signal, async () => deliverHealth(context, await ownTls(context), signal));
  };

  const sendUntold = async (signal: AbortSignal | undefined) => {
    if (!journal.state.identity) return;
    untold = await hasUntold(context.folder);
    if (!untold || isExpired() || clock.monotonic() < schedule.notBefore()) return;
    await contact(signal, async () => {
      await deliverUntold(context, await ownTls(context), signal);
      untold = false;
    });
  };

  const talk = async (signal: AbortSignal | undefined): Promise<CheckIn | null> => {
    let result: CheckIn | null = null;
    await contact(signal, async () => {
      // Neither of the lesser talks may keep the policy from coming, or the status messages from going.
      await attempt(() => renewIfDue(context, signal), signal);
      const tls = await ownTls(context);
      const outcome = await checkIn(context, tls, signal);
      ({ result } = outcome);
      // Told to the site already, as what it is; here to whoever asked for this pass.
      if (outcome.refusal) problems.push(outcome.refusal);
      schedule.checkedIn(journal.state.policy?.index.pollSeconds ?? firstPollSeconds);
      await attempt(() => sendFactsIfChanged(context, tls, signal), signal);
    });
    return result;
  };

  /** The loop comes back for the first of: a poll, the rest of the outbox, an item that waits. */
  const nextWake = (itemAt: number | null, healthAt: number): number => {
    const times = [clock.monotonic() + quietMs, healthAt];
    if (journal.state.identity) {
      times.push(schedule.nextPoll());
      if (journal.state.outbox.messages.length > 0 || hasUnsentReport(context) || untold)
        times.push(schedule.notBefore());
    }
    if (itemAt !== null) times.push(clock.monotonic() + Math.max(itemAt - clock.now(), 0));
    return Math.max(Math.min(...times), clock.monotonic() + shortestPassMs);
  };

  const stopwatch = openStopwatch(clock);
  const drivers = createDriverCare(context);
  const takeovers = createTakeoverCare(context);
  const versions = createVersionCare(context, schedule);
  return {
    attempt,
    pass: async (options, signal) => {
      problems = [];
      delivered = 0;
      [lastFaults, faults] = [faults, new Set()];
      await attempt(async () => {
        if (!(await noticeSystem(context))) return;
        drivers.again();
        takeovers.again();
        health.onNewSystem();
      }, signal);
      const enrolled = journal.state.identity !== null;
      const result = enrolled && options.checkIn ? await talk(signal) : null;
      await sendOutbox(signal);
      if (result === 'applied') await attempt(() => pruneContent(context));
      let itemAt: number | null = null;
      const gates: Gate[] = [];
      const doing: WorkContext = {
        ...context,
        deliverSoon: () => sendOutbox(signal),
        waitingAt: (closed) => gates.push(...closed),
        fault,
        stopwatch,
      };
      try {
        const { work } = await loadSoftware();
        itemAt = await work(doing, signal);
      } catch (thrown) {
        if (!signal?.aborted) await fault(thrown);
      }
      const takeTurn = async (care: DriverCare | TakeoverCare | VersionCare) => {
        const { at, gates: closed } = await care.turn(signal);
        gates.push(...closed);
        if (at !== null) itemAt = Math.min(itemAt ?? at, at);
      };
      await attempt(() => takeTurn(drivers), signal);
      await attempt(() => takeTurn(takeovers), signal);
      await attempt(() => takeTurn(versions), signal);
      let healthAt = Number.POSITIVE_INFINITY;
      await attempt(async () => {
        const before = journal.state.health?.report;
        healthAt = await health.turn(signal);
        const report = journal.state.health?.report;
        if (!report || report === before || !hasMended(report, 'screen')) return;
        // What kept the driver from being settled is mended.
        drivers.again();
        await takeTurn(drivers);
      }, signal);
      if (!signal?.aborted) await sendOutbox(signal);
      if (!signal?.aborted) await sendHealth(signal);
      if (!signal?.aborted) await attempt(() => sendUntold(signal), signal);
      return { checkIn: result, delivered, problems, wakeAt: nextWake(itemAt, healthAt), gates };
    },
  };
}

/** Seconds to the next poll of a client that has no policy yet. */
const firstPollSeconds = 60;

/** Milliseconds to the next pass when nothing is due. */
const quietMs = 60 * 60_000;

/** Milliseconds between two passes at least, whatever is due: no mistake may turn the loop into a busy one. */
const shortestPassMs = 100;
