/** Where the marks and labels of a lane go: each at its time, on the first row where it touches nothing. */
import type { Axis } from './axis.ts';
import { type GateSpan, gateSpans } from './gates.ts';
import { textWidth, wrapped } from './label.ts';
import { spelled } from './moments.ts';
import { plainText } from './safe-text.ts';
import { type Lane, lanes, type TimelineEvent } from './timeline.ts';

/** `lost` and `kept`: the event that tells the verdict. */
export type Kind = 'event' | 'error' | 'gate' | 'lost' | 'kept';

export type Mark = {
  readonly event: TimelineEvent;
  readonly kind: Kind;
  readonly x: number;
  /** The right end of a gate's bar, and what is written in it, where it has room. */
  readonly bar?: { readonly end: number; readonly text: string };
  readonly lines: readonly string[];
  /** On which side of its mark the label stands. */
  readonly side: 'right' | 'left';
  /** The first of its rows, from the top of the lane. */
  readonly row: number;
};

export type PlacedLane = { readonly lane: Lane; readonly rows: number; readonly marks: readonly Mark[] };

/** What decides where the marks go, and how they look. */
export type Story = {
  readonly events: readonly TimelineEvent[];
  readonly lost: boolean;
  readonly reason: string;
};

export const labelSize = 11.5;
/** From the middle of a mark to its label. */
export const labelGap = 9;
/** From the ends of a gate's bar to what is written in and below it. */
export const barGap = 6;
const between = 8;
const [labelWidth, mostLines] = [360, 5];

export function kindOf(event: TimelineEvent, { events, lost, reason }: Story): Kind {
  if (event.gate !== undefined) return 'gate';
  if (event === events.at(-1) && event.text.endsWith(reason)) return lost ? 'lost' : 'kept';
  return event.win32 === undefined ? 'event' : 'error';
}

type Box = { readonly left: number; readonly right: number; readonly rows: number };
type Unplaced = Omit<Mark, 'row'> & { readonly box: Box };

function gateMark({ event, gate, until }: GateSpan, axis: Axis, first: number): Unplaced {
  const x = axis.x(event.at - first);
  const end = until === undefined ? axis.right : axis.x(until - first);
  const waited = until === undefined ? 'to the end' : `for ${spelled(until - event.at)}`;
  const room = end - x - 2 * barGap;
  const inBar = [`${plainText(gate)} closed ${waited}`, `closed ${waited}`].find(
    (text) => textWidth(text, { size: labelSize, bold: true }) <= room,
  );
  const named = event.text.includes(gate) ? event.text : `${gate}: ${event.text}`;
  const words = plainText(inBar ? named : `closed ${waited}: ${named}`);
  const type = { size: labelSize };
  const lines = wrapped(words, Math.max(labelWidth, room), type, mostLines);
  const wide = barGap + Math.max(...lines.map((line) => textWidth(line, type)));
  const side = x + wide <= axis.right ? 'right' : 'left';
  const left = side === 'right' ? x : Math.min(x, end - wide);
  return {
    event,
    kind: 'gate',
    x,
    bar: { end, text: inBar ?? '' },
    lines,
    side,
    box: { left: left - labelGap, right: Math.max(end, left + wide), rows: lines.length + 1 },
  };
}

function eventMark(event: TimelineEvent, kind: Kind, axis: Axis, first: number): Unplaced {
  const x = axis.x(event.at - first);
  const type = { size: labelSize, bold: kind !== 'event' };
  const lines = wrapped(plainText(event.text), labelWidth, type, mostLines);
  const wide = labelGap + Math.max(...lines.map((line) => textWidth(line, type)));
  const side = x + wide <= axis.right ? 'right' : 'left';
  const [left, right] = side === 'right' ? [x - labelGap, x + wide] : [x - wide, x + labelGap];
  return { event, kind, x, lines, side, box: { left, right, rows: lines.length } };
}

type Span = { readonly left: number; readonly right: number };

/** The first row from which on a box touches nothing, and takes it: `rows` has what is in each row so far. */
function takeRow(box: Box, rows: Span[][]): number {
  const free = (row: number) =>
    (rows[row] ?? []).every(({ left, right }) => right + between <= box.left || box.right + between <= left);
  const own = Array.from({ length: box.rows }, (_, index) => index);
  let row = 0;
  while (!own.every((index) => free(row + index))) row += 1;
  for (const index of own) {
    rows[row + index] ??= [];
    rows[row + index]?.push(box);
  }
  return row;
}

/** Lanes in which something happens, from top to bottom. */
export function placeLanes(story: Story, axis: Axis): PlacedLane[] {
  const { events } = story;
  const first = events[0]?.at ?? 0;
  const spans = new Map(gateSpans(events).map((span) => [span.event, span]));
  return lanes.flatMap((lane) => {
    const rows: Span[][] = [];
    const marks = events
      .filter((event) => event.lane === lane)
      .map((event): Mark => {
        const span = spans.get(event);
        const { box, ...mark } = span
          ? gateMark(span, axis, first)
          : eventMark(event, kindOf(event, story), axis, first);
        return { ...mark, row: takeRow(box, rows) };
      });
    if (marks.length === 0) return [];
    return [{ lane, marks, rows: rows.length }];
  });
}
