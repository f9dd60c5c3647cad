/** When the daily evaluation is due: at a minute of the client's own, and no more often than half a day. */
import { healthIntervalHours } from '@holdfast/contract';

const minuteMs = 60_000;
const intervalMs = healthIntervalHours * 60 * minuteMs;

/** Minutes that a client draws from. */
export const minutesOfDay = healthIntervalHours * 60;

/**
 * The first time with this minute of the day that is at least half a day after the last evaluation, whatever that was for;
 * so no more than a day and a half lies between two. Milliseconds since 1970.
 * @param last null where there was none; one in the future was told by a clock that was wrong, and counts as now
 */
export function nextDaily(minute: number, last: number | null, now: number): number {
  const earliest = last === null ? now : Math.min(last, now) + intervalMs / 2;
  const sameDay = Math.floor(earliest / intervalMs) * intervalMs + minute * minuteMs;
  return sameDay >= earliest ? sameDay : sameDay + intervalMs;
}
