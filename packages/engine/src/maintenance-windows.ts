/** Maintenance windows: weekly, in UTC. */
import type { MaintenanceWindow } from '@holdfast/contract';
import type { GateVerdict } from './gates.ts';

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

/** Open inside one of the windows; otherwise it says when the next one opens. */
export function windowVerdict(windows: readonly MaintenanceWindow[], now: number): GateVerdict {
  const starts = windows.flatMap((window) => startsAround(window, now));
  if (starts.some(({ from, to }) => now >= from && now < to)) return { open: true };
  const next = Math.min(...starts.map(({ from }) => from).filter((from) => from > now));
  const reason = 'no maintenance window is open';
  if (!Number.isFinite(next)) return { open: false, reason };
  const opens = new Date(next).toISOString().slice(0, 16);
  return {
    open: false,
    reason: `${reason}; the next one opens at ${opens}Z`,
    evidence: { opens: next },
    opensAt: next,
  };
}

/** The openings from yesterday to a week from now. */
function startsAround(window: MaintenanceWindow, now: number): readonly { from: number; to: number }[] {
  const today = Math.floor(now / dayMs) * dayMs;
  return [-1, 0, 1, 2, 3, 4, 5, 6, 7]
    .map((days) => today + days * dayMs)
    .filter((day) => window.days.includes(new Date(day).getUTCDay()))
    .map((day) => day + window.startMinute * minuteMs)
    .map((from) => ({ from, to: from + window.minutes * minuteMs }));
}
