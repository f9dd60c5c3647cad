/** The client's eye on itself: when it evaluates, and what becomes of the report. */
import type { HealthReport } from '@holdfast/contract';
import type { ClientContext } from '../context.ts';
import type { Entry } from '../state.ts';
import { minutesOfDay, nextDaily } from './daily.ts';
import type { Occasion } from './evaluate.ts';
import { loadEvaluation } from './load.ts';
import { nameOf, outcomeOf } from './outcome.ts';
import { emptyHealth } from './record.ts';
import { nextRemedyAt, recentRemedies } from './remedies.ts';

const minuteMs = 60_000;

/** Milliseconds after a start: the least, and how far clients are spread behind it. */
const startDelayMs = 30_000;
const startSpreadMs = 2 * minuteMs;
/** An evaluation missed by more than this is caught up, spread over half an hour: a whole office is switched on at nine. */
const missedMs = 60 * minuteMs;
const missedSpreadMs = 30 * minuteMs;
/** What could not be carried out or written down is tried again after this. */
const retryMs = 30 * minuteMs;
/** A machine that still starts is given this long, and looked at this often. */
const longestStartMs = 15 * minuteMs;
const settlingMs = minuteMs;
/** After a start, or on another system, so long is left to whoever installs: an upgrade of the system calls itself done early. */
const longestUpgradeMs = 60 * minuteMs;
/** Between two passes of the client lies less; more was sleep. */
const longestAwakeMs = 15 * minuteMs;

export type Health = {
  /** The client begins to work. Answers what is to be committed with its first message. */
  began(): Promise<Entry>;
  /** The operating system was found to be another one than before. */
  onNewSystem(): void;
  /** It ends in good order. */
  ended(): Promise<void>;
  /** Evaluates, where that is due. @returns when the next one is, milliseconds of the monotonic clock */
  turn(signal: AbortSignal | undefined): Promise<number>;
  evaluate(occasion: Occasion, signal?: AbortSignal): Promise<HealthReport>;
};

/** What is planned besides the daily evaluation. Monotonic clock. */
type Planned = {
  readonly occasion: Occasion;
  readonly at: number;
  /** When it was first put off because somebody installs. */
  readonly putOffAt?: number;
};

export function createHealth(context: ClientContext): Health {
  const { ports, journal, reporter, vitals } = context;
  const { clock, entropy, boot } = ports;
  let planned: Planned | null = null;
  let countedAt = clock.monotonic();
  const record = () => journal.state.health ?? emptyHealth;
  const soon = (occasion: Occasion) => {
    planned = { occasion, at: clock.monotonic() + startDelayMs + entropy.integer(startSpreadMs) };
  };
  const machineNow = async () => `${await boot.id()} ${(await boot.operatingSystem()).epoch}`;

  const countAwake = () => {
    const now = clock.monotonic();
    const ms = Math.min(now - countedAt, longestAwakeMs);
    vitals.silentMs += ms;
    vitals.secondRestMs += ms;
    countedAt = now;
  };
  const seen = () => {
    const { contactAt, silentMs, secondRestMs, secondRanAt } = vitals;
    return { contactAt, silentMs, secondRestMs, secondRanAt };
  };

  const evaluate = async (occasion: Occasion, signal?: AbortSignal): Promise<HealthReport> => {
    countAwake();
    // What fails below is not tried again at once.
    planned = { occasion, at: clock.monotonic() + retryMs };
    const evaluation = await loadEvaluation();
    const report = await evaluation.evaluate(context, occasion, signal);
    const outcome = outcomeOf(report);
    const machine = await machineNow();
    const change = { report, delivered: false, said: outcome.key, machine, damage: null, ...seen() };
    const entry: Entry = { kind: 'health', change };
    if (outcome.key === record().said) await journal.commit(entry);
    else await reporter.report(outcome.status, entry);
    reporter.note('info', 'health-evaluated', `Evaluated (${occasion}): ${outcome.key}`);
    planned = followUp(report);
    return report;
  };

  /** What could not be mended is looked at again when another remedy may be tried: the site may have been away. */
  const followUp = ({ findings }: HealthReport): Planned | null => {
    const now = clock.now();
    const times = findings
      .filter(({ state }) => state === 'failed')
      .flatMap((one) => nextRemedyAt(recentRemedies(record().remedies[nameOf(one)], now)) ?? []);
    if (times.length === 0) return null;
    return { occasion: 'daily', at: clock.monotonic() + Math.max(Math.min(...times) - now, 0) };
  };

  const dailyAt = () => {
    const { minute, report } = record();
    return nextDaily(minute ?? 0, report?.evaluatedAt ?? null, clock.now());
  };

  /** What is to be done next, a missed evaluation planned anew. */
  const next = (): Planned => {
    if (planned) return planned;
    const late = clock.now() - dailyAt();
    if (late < missedMs) return { occasion: 'daily', at: clock.monotonic() - late };
    planned = { occasion: 'daily', at: clock.monotonic() + entropy.integer(missedSpreadMs) };
    return planned;
  };

  /** Right after its start a machine is not as it should be, and that is no finding. */
  const stillStarts = async (): Promise<boolean> => {
    const uptime = await boot.uptime?.();
    if (uptime === undefined || uptime > longestStartMs) return false;
    const settled = await boot.settled?.();
    return settled !== undefined && !settled.ready;
  };

  /** In the middle of an upgrade of the system nothing is judged, and nothing mended, that comes to its end by itself. */
  const stillInstalls = async (at: number): Promise<boolean> => {
    if (clock.monotonic() - at > longestUpgradeMs) return false;
    const idle = await ports.installers.idle?.();
    return idle !== undefined && !idle.ready;
  };

  /** What is to be done in the place of what is due, if that must wait. */
  const putOff = async ({ occasion, putOffAt = clock.monotonic() }: Planned): Promise<Planned | null> => {
    const at = clock.monotonic() + settlingMs;
    if (await stillStarts()) return { occasion, at };
    if (occasion === 'start' && (await stillInstalls(putOffAt))) return { occasion, at, putOffAt };
    return null;
  };

  return {
    evaluate,
    began: async () => {
      const { minute, report, machine, running } = record();
      const unclean = running || machine !== (await machineNow());
      if (report === null || unclean) soon(report === null ? 'setup' : 'start');
      else planned = followUp(report);
      const change = { running: true, minute: minute ?? entropy.integer(minutesOfDay) };
      return { kind: 'health', change };
    },
    onNewSystem: () => soon(planned?.occasion === 'setup' ? 'setup' : 'start'),
    ended: async () => {
      countAwake();
      // One that ends before its first evaluation leaves that to the next life.
      const running = planned !== null && planned.occasion !== 'daily';
      await journal.commit({ kind: 'health', change: { running, ...seen() } });
    },
    turn: async (signal) => {
      countAwake();
      if (!journal.state.identity) return Number.POSITIVE_INFINITY;
      const due = next();
      if (due.at > clock.monotonic()) return due.at;
      const later = await putOff(due);
      if (later) {
        planned = later;
        return later.at;
      }
      await evaluate(due.occasion, signal);
      return next().at;
    },
  };
}
