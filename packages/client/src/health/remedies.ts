/** How often the client mends one thing: a bound for a day, and longer and longer pauses. */
import type { HealthReport, Timestamp } from '@holdfast/contract';

/** Remedies of one check within a day. What comes back more often has a cause that the client does not know. */
export const remediesPerDay = 3;

const dayMs = 24 * 60 * 60_000;

/** Milliseconds after the first remedy of a day until the second; twice that until the third. */
const firstPauseMs = 10 * 60_000;

/** Those that count now. A time in the future was told by a clock that was wrong. */
export function recentRemedies(all: readonly Timestamp[] | undefined, now: Timestamp): readonly Timestamp[] {
  return (all ?? []).filter((at) => at <= now && now - at < dayMs);
}

/**
 * Why nothing is done now, as a clause; undefined where something may be done. Who asks for an evaluation need not wait for
 * the end of a pause, and gets no more remedies in a day than anybody else.
 */
export function tooSoon(
  recent: readonly Timestamp[],
  now: Timestamp,
  occasion: HealthReport['occasion'],
): string | undefined {
  if (recent.length >= remediesPerDay) {
    return `it was mended ${recent.length} times within a day and is left to a person`;
  }
  const until = nextRemedyAt(recent);
  if (until === undefined || occasion === 'request') return undefined;
  return until > now ? `it is mended no earlier than ${new Date(until).toISOString()}` : undefined;
}

/** When another remedy may follow those of the last day; undefined where none was begun, or no more may be. */
export function nextRemedyAt(recent: readonly Timestamp[]): Timestamp | undefined {
  const last = recent.at(-1);
  if (last === undefined || recent.length >= remediesPerDay) return undefined;
  return last + firstPauseMs * 2 ** (recent.length - 1);
}
