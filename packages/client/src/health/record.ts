/** What the client's journal keeps of its health. */
import type { HealthReport, Timestamp } from '@holdfast/contract';

export type HealthRecord = {
  /** Minute of the day (UTC) at which this client evaluates itself; drawn once, so that a fleet is spread. */
  readonly minute: number | null;
  /** The newest report. */
  readonly report: HealthReport | null;
  /** The site took it, or refused it for good. */
  readonly delivered: boolean;
  /** The outcome that the site was told of last in a status message. */
  readonly said: string | null;
  /** Boot and operating system in which it was evaluated last. */
  readonly machine: string | null;
  /** Set while the client runs: found set at a start, the last run did not end in good order. */
  readonly running: boolean;
  /** When remedies were begun, by check: those of the last day. */
  readonly remedies: Readonly<Record<string, readonly Timestamp[]>>;
  /** Last check-in, and milliseconds awake since it; both as of the last evaluation or end of the client. */
  readonly contactAt: Timestamp | null;
  readonly silentMs: number;
  /** When the second starter had last run at the last look. */
  readonly secondRanAt: Timestamp | null;
  /** Milliseconds awake since it was first seen to have last run then. */
  readonly secondRestMs: number;
  /** Who held up the installers when they were looked at last, and since when. */
  readonly busy: { readonly who: string; readonly since: Timestamp } | null;
  /** The journal that was set aside when this one was begun, as a clause; null once that was in a report. */
  readonly damage: string | null;
};

export const emptyHealth: HealthRecord = {
  minute: null,
  report: null,
  delivered: true,
  said: null,
  machine: null,
  running: false,
  remedies: {},
  contactAt: null,
  silentMs: 0,
  secondRanAt: null,
  secondRestMs: 0,
  busy: null,
  damage: null,
};

export type HealthEntry = { readonly kind: 'health'; readonly change: Partial<HealthRecord> };

/** @param before absent in journals of older clients */
export function healthAfter(before: HealthRecord | undefined, { change }: HealthEntry): HealthRecord {
  return { ...(before ?? emptyHealth), ...change };
}
