/** What a system brings along for those who manage it, and whether that works. */
import type { Readiness } from './readiness.ts';

/** Each answers undefined on a system that has no such thing, and in bounded time on one whose has hung. */
export type Facilities = {
  /** Windows Management Instrumentation: its service runs, and a query is answered. */
  wmi(): Promise<Readiness | undefined>;
  /** systemd answers; what it thinks of its units does not matter. */
  systemd(): Promise<Readiness | undefined>;
};
