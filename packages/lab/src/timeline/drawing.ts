/** One story drawn: time from left to right, a lane for each who acts, marks with their labels. */
import type { Axis, Cut } from './axis.ts';
import { gateSpans } from './gates.ts';
import { textWidth } from './label.ts';
import { barGap, kindOf, labelGap, type Mark, type PlacedLane, placeLanes, type Story } from './layout.ts';
import { spelled, stamp, tickLabel, wholeSecond } from './moments.ts';
import { markup } from './safe-text.ts';

/** Where lanes begin and end; left of them stand their names. */
export const plot = { left: 100, right: 952 } as const;
export const drawingWidth = 960;

const [rowHeight, lanePadding, axisHeight, flagHeight] = [15.5, 6, 24, 19];

export type Drawing = { readonly height: number; readonly body: string };

/** One decimal is a tenth of a pixel. */
const n = (value: number): string => String(Math.round(value * 10) / 10);

function rectangle(kind: string, x: number, y: number, width: number, height: number): string {
  return `<rect class="${kind}" x="${n(x)}" y="${n(y)}" width="${n(width)}" height="${n(height)}"/>`;
}

function upright(kind: string, x: number, top: number, bottom: number): string {
  return `<path class="${kind}" d="M${n(x)} ${n(top)}V${n(bottom)}"/>`;
}

const tickType = { size: 10.5 };

/** Torn paper: the quiet that was cut out here. */
function cutPicture({ left, right }: Cut, top: number, bottom: number): string {
  const [inside, end] = [left + 12, right - 12];
  const teeth = Math.round((bottom - top) / 10);
  const tooth = n((bottom - top) / teeth / 2);
  const edgeOf = (x: number) => `M${n(x)} ${n(top)}${`l3 ${tooth}l-3 ${tooth}`.repeat(teeth)}`;
  const torn = rectangle('torn', inside, top, end - inside + 3, bottom - top);
  return `${torn}<path class="tear" d="${edgeOf(inside)}${edgeOf(end)}"/>`;
}

/** The words above the lanes: how long each cut is, then every tick that has room beside them. */
function axisWords({ cuts, ticks }: Axis, top: number): string {
  const taken: { left: number; right: number }[] = [];
  const cutWords = cuts.map(({ ms, left, right }) => {
    const middle = (left + right) / 2;
    const lines = spelled(ms).match(/\S+ \S+/g) ?? [];
    const half = Math.max(...lines.map((line) => textWidth(line, tickType))) / 2;
    taken.push({ left: middle - half, right: middle + half });
    const spans = lines.map((line, index) => `<tspan x="${n(middle)}" dy="${11 * index}">${line}</tspan>`);
    return `<text class="tick" y="${n(top + (lines.length > 1 ? 9 : 14))}">${spans.join('')}</text>`;
  });
  const tickWords = ticks.map(({ x, label }) => {
    const half = textWidth(label, tickType) / 2;
    const middle = Math.min(x, drawingWidth - 4 - half);
    const box = { left: middle - half - 4, right: middle + half + 4 };
    if (taken.some(({ left, right }) => left < box.right && box.left < right)) return '';
    taken.push(box);
    return `<text class="tick" x="${n(middle)}" y="${n(top + 14)}">${label}</text>`;
  });
  return [...cutWords, ...tickWords].join('');
}

function lineSpans({ lines }: Mark, x: number): string {
  if (lines.length === 1) return markup(lines[0] ?? '');
  return (
    lines
      .map((line, index) => {
        const down = index === 0 ? '' : ` dy="${rowHeight}"`;
        return `<tspan x="${n(x)}"${down}>${markup(line)}</tspan>`;
      })
      // A blank with a place of its own keeps the words apart for whoever copies them, and moves nothing.
      .join(`<tspan x="${n(x)}"> </tspan>`)
  );
}

function markPicture(mark: Mark, top: number, first: number): string {
  const { event, kind, x, bar, side } = mark;
  const middle = top + mark.row * rowHeight + rowHeight / 2;
  const title = `<title>${markup(`${stamp(event.at - first)} ${event.lane}: ${event.text}`)}</title>`;
  const shape = bar
    ? `<rect class="bar" x="${n(x)}" y="${n(middle - 7.5)}" width="${n(Math.max(bar.end - x, 6))}" height="15" rx="3"/>`
    : `<circle class="dot" cx="${n(x)}" cy="${n(middle)}" r="${kind === 'event' ? 3.5 : 4.5}"/>`;
  const inBar = bar?.text
    ? `<text class="bar-text" x="${n(x + barGap)}" y="${n(middle + 4)}">${markup(bar.text)}</text>`
    : '';
  const [from, to] = bar ? [x + barGap, bar.end - barGap] : [x + labelGap, x - labelGap];
  const edge = side === 'left' ? to : from;
  const y = middle + 4 + (bar ? rowHeight : 0);
  const label = `<text class="label${side === 'left' ? ' left' : ''}" x="${n(edge)}" y="${n(y)}">${lineSpans(mark, edge)}</text>`;
  return `<g class="mark ${kind}">${title}${shape}${inBar}${label}</g>`;
}

function lanePicture({ lane, marks }: PlacedLane, index: number, top: number, first: number): string {
  const ground = index % 2 === 0 ? 'stripe' : 'panel';
  return [
    `<g class="lane-group ${lane}" style="--halo:var(--${ground})">`,
    `<text class="lane" x="12" y="${n(top + lanePadding + rowHeight / 2 + 4)}">${lane}</text>`,
    ...marks.map((mark) => markPicture(mark, top + lanePadding, first)),
    '</g>',
  ].join('');
}

/** Moments at which something failed by a number of the system, each second once: a line through all lanes with a flag. */
function failures(story: Story, axis: Axis, top: number, bottom: number): string {
  const first = story.events[0]?.at ?? 0;
  const seen = new Set<string>();
  let free = Number.NEGATIVE_INFINITY;
  return story.events
    .filter((event) => kindOf(event, story) === 'error')
    .map((event) => {
      const words = `error ${event.win32} at ${tickLabel(wholeSecond(event.at - first), axis.hours)}`;
      if (seen.has(words)) return '';
      seen.add(words);
      const x = axis.x(event.at - first);
      const half = textWidth(words, { ...tickType, bold: true }) / 2 + 6;
      const middle = Math.min(x, drawingWidth - 4 - half);
      const line = upright('failed', x, top + 17, bottom);
      if (middle - half < free) return line;
      free = middle + half + 4;
      const flag = `<rect class="flag" x="${n(middle - half)}" y="${n(top + 2)}" width="${n(2 * half)}" height="15" rx="7.5"/>`;
      return `${line}${flag}<text class="flag-text" x="${n(middle)}" y="${n(top + 13.5)}">${words}</text>`;
    })
    .join('');
}

/** How long each gate was closed, through all lanes: its edges below the marks, its tint above them. */
function waits({ events }: Story, axis: Axis, top: number, bottom: number): { edges: string; tint: string } {
  const first = events[0]?.at ?? 0;
  const spans = gateSpans(events).map(({ event, until }) => ({
    x: axis.x(event.at - first),
    end: until === undefined ? axis.right : axis.x(until - first),
  }));
  return {
    edges: spans
      .map(({ x, end }) => upright('edge', x, top, bottom) + upright('edge', end, top, bottom))
      .join(''),
    tint: spans.map(({ x, end }) => rectangle('tint', x, top, end - x, bottom - top)).join(''),
  };
}

/** Draws the lanes of a story below `top`, with its axis; the axis may be one that several stories share. */
export function drawStory(story: Story, axis: Axis, top: number): Drawing {
  const placed = placeLanes(story, axis);
  const first = story.events[0]?.at ?? 0;
  const failed = story.events.some((event) => kindOf(event, story) === 'error');
  const lanesTop = top + axisHeight + (failed ? flagHeight : 0);
  const heights = placed.map(({ rows }) => rows * rowHeight + 2 * lanePadding);
  const tops = heights.map((_, index) =>
    heights.slice(0, index).reduce((sum, height) => sum + height, lanesTop),
  );
  const bottom = heights.reduce((sum, height) => sum + height, lanesTop);
  const waited = waits(story, axis, lanesTop, bottom);
  const body = [
    ...tops.flatMap((y, index) =>
      index % 2 === 0 ? [rectangle('stripe', 1, y, drawingWidth - 2, heights[index] ?? 0)] : [],
    ),
    axisWords(axis, top),
    ...axis.ticks.map(({ x }) => upright('grid', x, lanesTop - 3, bottom)),
    ...axis.cuts.map((cut) => cutPicture(cut, lanesTop, bottom)),
    failures(story, axis, lanesTop - flagHeight, bottom),
    waited.edges,
    ...placed.map((lane, index) => lanePicture(lane, index, tops[index] ?? 0, first)),
    waited.tint,
  ].join('\n');
  return { height: bottom - top, body };
}
