/** One evaluation: look, mend where that is allowed, look again. Loaded when it is needed. */
import {
  type ErrorCode,
  type HealthFinding,
  type HealthReport,
  HoldfastError,
  isHoldfastError,
} from '@holdfast/contract';
import type { ClientContext } from '../context.ts';
import { plainText } from '../text.ts';
import { type Check, failed, type Seen } from './check.ts';
import { allChecks } from './checks/all.ts';
import { nameOf } from './outcome.ts';
import { emptyHealth } from './record.ts';
import { recentRemedies, tooSoon } from './remedies.ts';
import { within } from './within.ts';

export type Occasion = HealthReport['occasion'];

/** Milliseconds for a look, and for a remedy (a package may have to be fetched). */
const lookLimitMs = 60_000;
const remedyLimitMs = 30 * 60_000;

/**
 * Milliseconds awake for a whole evaluation: many looks that hang one after the other must not make the loop of the client
 * look dead (`stillestPassMs`), for then the watchdog would restart a client that is merely slow.
 */
export const evaluationLimitMs = 45 * 60_000;

/** UTF-16 units of a text of a finding: a report of all checks stays well below what the site takes. */
const textLimit = 500;

/**
 * Looks at everything, one thing after the other, and mends what it can. No check ends it: what one throws is its finding.
 * @throws only the reason of the signal
 */
export async function evaluate(
  context: ClientContext,
  occasion: Occasion,
  signal?: AbortSignal,
  checks: readonly Check[] = allChecks(context),
): Promise<HealthReport> {
  const findings: HealthFinding[] = [];
  const limits = openLimits(context, signal);
  for (const check of checks) {
    signal?.throwIfAborted();
    findings.push(findingOf(check, await examine(context, check, occasion, limits)));
  }
  return {
    evaluatedAt: context.ports.clock.now(),
    occasion,
    clientVersion: plainText(context.options.version, 40),
    findings,
  };
}

/** What an evaluation has left of its time. */
type Limits = {
  readonly signal: AbortSignal | undefined;
  isOver(): boolean;
  /** @throws HoldfastError `health.timeout`, the signal's reason, or what `act` throws */
  within<Result>(ms: number, act: (signal: AbortSignal) => Promise<Result>): Promise<Result>;
};

function openLimits({ ports: { clock } }: ClientContext, signal: AbortSignal | undefined): Limits {
  let leftMs = evaluationLimitMs;
  return {
    signal,
    isOver: () => leftMs <= 0,
    within: async (ms, act) => {
      if (leftMs <= 0) {
        throw new HoldfastError('health.timeout', 'What came before it took all the time of the evaluation.');
      }
      const most = Math.min(ms, leftMs);
      const begun = clock.monotonic();
      try {
        return await within(clock, most, signal, act);
      } finally {
        // Some clocks go on while the machine sleeps: nothing counts for more than it was given.
        leftMs -= Math.min(clock.monotonic() - begun, most);
      }
    },
  };
}

type Examined = Seen & { readonly remedy?: string };

async function examine(
  context: ClientContext,
  check: Check,
  occasion: Occasion,
  limits: Limits,
): Promise<Examined> {
  const found = await look(check, limits);
  if (found.state !== 'failed' || !check.remedy || context.options.health?.notifyOnly) return found;
  if (limits.isOver()) return found;
  let remedy: string | undefined;
  try {
    const refusal = await begin(context, check, occasion);
    if (refusal !== undefined) return { ...found, reason: `${found.reason}; ${refusal}` };
    remedy = await mend(context, check, limits);
  } catch (thrown) {
    limits.signal?.throwIfAborted();
    const { reason, error } = failureOf(thrown);
    if (isAway(error)) await uncount(context, check);
    return { ...failed(`${found.reason}; mending it failed: ${reason}`, found.error ?? error) };
  }
  if (remedy === undefined) return found;
  const after = await look(check, limits);
  if (after.state === 'failed') return { ...after, remedy };
  return { state: 'remedied', reason: found.reason, remedy };
}

async function look(check: Check, limits: Limits): Promise<Seen> {
  try {
    return await limits.within(check.limitMs ?? lookLimitMs, (own) => check.look(own));
  } catch (thrown) {
    limits.signal?.throwIfAborted();
    const { reason, error } = failureOf(thrown);
    return failed(reason, error);
  }
}

/** Counts the remedy, durably and before it begins: one that ends the client counts too. Answers why there is none now. */
async function begin(context: ClientContext, check: Check, occasion: Occasion): Promise<string | undefined> {
  const { journal, ports, vitals } = context;
  const [overdue] = vitals.overdue;
  if (overdue !== undefined) return `the remedy of ${overdue} has not ended yet`;
  const now = ports.clock.now();
  const { remedies } = journal.state.health ?? emptyHealth;
  const recent = recentRemedies(remedies[nameOf(check)], now);
  const refusal = tooSoon(recent, now, occasion);
  if (refusal !== undefined) return refusal;
  const change = { remedies: { ...remedies, [nameOf(check)]: [...recent, now] } };
  try {
    await journal.commit({ kind: 'health', change });
  } catch (thrown) {
    if (!check.makesRoom || !isHoldfastError(thrown, 'disk.full')) throw thrown;
  }
  return undefined;
}

/** The site could not be reached, or had no time. */
const isAway = (code: ErrorCode) => code.startsWith('network.') || code === 'site.unavailable';

/**
 * A remedy that the site was not there for says nothing of what it was to mend: it is not one more of the day, and the pause
 * until the next begins now.
 */
async function uncount({ journal, ports }: ClientContext, check: Check): Promise<void> {
  const { remedies } = journal.state.health ?? emptyHealth;
  const name = nameOf(check);
  const now = ports.clock.now();
  const kept = [...(remedies[name] ?? []).slice(0, -2), now];
  await journal.commit({ kind: 'health', change: { remedies: { ...remedies, [name]: kept } } });
}

/** One that takes too long is given up; while it goes on all the same, no other begins. */
async function mend({ vitals }: ClientContext, check: Check, limits: Limits): Promise<string | undefined> {
  const key = nameOf(check);
  return await limits.within(remedyLimitMs, async (own) => {
    vitals.overdue.add(key);
    try {
      return await check.remedy?.(own);
    } finally {
      vitals.overdue.delete(key);
    }
  });
}

function failureOf(thrown: unknown): { readonly reason: string; readonly error: ErrorCode } {
  if (thrown instanceof HoldfastError) return { reason: thrown.message, error: thrown.code };
  return { reason: thrown instanceof Error ? thrown.message : String(thrown), error: 'internal' };
}

function findingOf({ check, component }: Check, found: Examined): HealthFinding {
  const error = found.state === 'failed' ? found.error : undefined;
  return {
    check,
    ...(component === undefined ? {} : { component }),
    state: found.state,
    reason: plainText(found.reason, textLimit),
    ...(found.remedy === undefined ? {} : { remedy: plainText(found.remedy, textLimit) }),
    ...(error === undefined ? {} : { error }),
  };
}
