/** A timeline as text: one lane a column, one event a line. */
import { stamp } from './moments.ts';
import { plainText } from './safe-text.ts';
import { type Lane, lanes, type TimelineEvent } from './timeline.ts';

const laneWidth = 12;
/** Narrower than this a text is not broken into lines: it would be all lines and no words. */
const leastText = 24;

/** What a lane shows on the line of an event: `!` an error, `#` a closed gate, `*` anything else; `:` while a gate waits. */
function mark(lane: Lane, event: TimelineEvent, waiting: ReadonlySet<Lane>): string {
  if (event.lane !== lane) return idle(lane, waiting);
  if (event.gate !== undefined) return '#';
  return event.win32 === undefined ? '*' : '!';
}

const idle = (lane: Lane, waiting: ReadonlySet<Lane>): string => (waiting.has(lane) ? ':' : '|');

/** Lines of at most `width` characters; a word that is longer stands in a line of its own. */
function broken(text: string, width: number): string[] {
  if (width < leastText) return [text];
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}

/**
 * Lines for a person: a head that says what the marks are, then every event. Where the terminal has `columns`, long
 * texts go on in the next line, beside the lanes. Text of the world is made safe to print.
 */
export function timelineText(events: readonly TimelineEvent[], columns = Number.POSITIVE_INFINITY): string {
  const first = events[0]?.at ?? 0;
  const used = lanes.filter((lane) => events.some((event) => event.lane === lane));
  const margin = `${' '.repeat(laneWidth)}  `;
  const textWidth = columns - margin.length - laneWidth * used.length;
  const waiting = new Set<Lane>();
  const lines = events.flatMap((event) => {
    if (event.gate === undefined) waiting.delete(event.lane);
    else waiting.add(event.lane);
    const marks = used.map((lane) => mark(lane, event, waiting).padEnd(laneWidth)).join('');
    const between = used.map((lane) => idle(lane, waiting).padEnd(laneWidth)).join('');
    return broken(plainText(event.text), textWidth).map((line, index) =>
      index === 0
        ? `${stamp(event.at - first).padEnd(laneWidth)}  ${marks}${line}`
        : `${margin}${between}${line}`,
    );
  });
  const head = `${margin}${used.map((lane) => lane.padEnd(laneWidth)).join('')}`;
  return [`${head}* event   ! error   # closed gate   : waiting at it`, ...lines].join('\n');
}
