/** What happened in a simulated world, in virtual time, told in lanes. */
import type { Trace } from '../world/trace.ts';

/** From what happens to a machine to who acts on it. A world without, say, a site has nothing in that lane. */
export const lanes = ['power', 'boot', 'services', 'protection', 'network', 'site', 'client'] as const;
export type Lane = (typeof lanes)[number];

export type TimelineEvent = {
  /** Milliseconds of virtual time since the world began. */
  readonly at: number;
  readonly lane: Lane;
  readonly text: string;
  /** The Win32 error that it is about. */
  readonly win32?: number;
  /** The gate that was closed. */
  readonly gate?: string;
};

export type Timeline = {
  tell(lane: Lane, text: string, facts?: Pick<TimelineEvent, 'win32' | 'gate'>): void;
  readonly events: readonly TimelineEvent[];
};

/** Everything that is told is traced too. */
export function openTimeline(clock: { elapsed(): number }, trace: Trace): Timeline {
  const events: TimelineEvent[] = [];
  return {
    events,
    tell(lane, text, facts = {}) {
      const event = { at: clock.elapsed(), lane, text, ...facts };
      trace.add(event.at, lane, text, facts.win32, facts.gate);
      events.push(event);
    },
  };
}
