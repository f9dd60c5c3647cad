/** What this life of the client has seen of its own health: kept in memory, and in the journal with each evaluation. */
import type { Clock } from '@holdfast/ports';
import type { HealthRecord } from './record.ts';

export type Vitals = {
  /** Milliseconds by which this clock was ahead of the site's at the last check-in; null where no site told its time. */
  clockAheadMs: number | null;
  /** Wall clock of the last check-in; null before the first. */
  contactAt: number | null;
  /** Milliseconds that the machine was awake since. */
  silentMs: number;
  /** When the second starter last ran, as of the last look. */
  secondRanAt: number | null;
  /** Milliseconds that the machine was awake since it was first seen that it last ran then. */
  secondRestMs: number;
  /** Remedies that were given up because they took too long, and still go on. */
  readonly overdue: Set<string>;
};

export function newVitals({ contactAt, silentMs, secondRestMs, secondRanAt }: HealthRecord): Vitals {
  return { clockAheadMs: null, contactAt, silentMs, secondRestMs, secondRanAt, overdue: new Set() };
}

/** The site has answered a check-in. @param date its Date header (RFC 9110, 6.6.1), where it has sent one */
export function contacted(vitals: Vitals, clock: Pick<Clock, 'now'>, date: string | undefined): void {
  const now = clock.now();
  vitals.contactAt = now;
  vitals.silentMs = 0;
  const siteTime = date === undefined ? Number.NaN : Date.parse(date);
  if (Number.isFinite(siteTime)) vitals.clockAheadMs = now - siteTime;
}
