/** Which gates of a timeline were closed, and until when. */
import type { TimelineEvent } from './timeline.ts';

export type GateSpan = {
  /** The event that told of the closed gate, with the reason. */
  readonly event: TimelineEvent;
  readonly gate: string;
  /** When its lane went on; undefined where the story ends before. */
  readonly until: number | undefined;
};

/** A gate is waited at from the event that names it to the next one of its lane. */
export function gateSpans(events: readonly TimelineEvent[]): GateSpan[] {
  return events.flatMap((event, index) => {
    if (event.gate === undefined) return [];
    const next = events.slice(index + 1).find(({ lane }) => lane === event.lane);
    return [{ event, gate: event.gate, until: next?.at }];
  });
}
