/** A timeline as text: one lane a column, one event a line. */
import { type Lane, lanes, type TimelineEvent } from './timeline.ts';

const laneWidth = 12;

/** `+01:04:09.2`, counted from the first event. */
function stamp(ms: number): string {
  const tenths = Math.round(ms / 100);
  const two = (value: number): string => String(value).padStart(2, '0');
  const seconds = Math.floor(tenths / 10);
  const clock = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60].map(two).join(':');
  return `+${clock}.${tenths % 10}`;
}

/** What a lane shows on the line of an event: `!` an error, `#` a closed gate, `*` anything else; `:` while a gate waits. */
function mark(lane: Lane, event: TimelineEvent, waits: boolean): string {
  if (event.lane !== lane) return lane === 'client' && waits ? ':' : '|';
  if (event.gate !== undefined) return '#';
  return event.win32 === undefined ? '*' : '!';
}

/** Lines for a person: a head that says what the marks are, then every event. */
export function timelineText(events: readonly TimelineEvent[]): string {
  const first = events[0]?.at ?? 0;
  const used = lanes.filter((lane) => events.some((event) => event.lane === lane));
  const head = `${' '.repeat(laneWidth)}  ${used.map((lane) => lane.padEnd(laneWidth)).join('')}`;
  let waits = false;
  const lines = events.map((event) => {
    if (event.lane === 'client') waits = event.gate !== undefined;
    const columns = used.map((lane) => mark(lane, event, waits).padEnd(laneWidth)).join('');
    return `${stamp(event.at - first).padEnd(laneWidth)}  ${columns}${event.text}`;
  });
  return [`${head}* event   ! error   # closed gate   : waiting at it`, ...lines].join('\n');
}
