/** The time axis of a picture: pieces where something happens, drawn to scale, with the long quiet between them cut out. */

import { tickLabel, wholeSecond } from './moments.ts';

export type Piece = {
  /** Milliseconds since the first event. */
  readonly from: number;
  readonly to: number;
  readonly left: number;
  readonly right: number;
  /** Where `from` and `to` are: a little inside, so that nothing is drawn on an edge. */
  readonly firstX: number;
  readonly lastX: number;
};

export type Cut = { readonly ms: number; readonly left: number; readonly right: number };
export type Tick = { readonly at: number; readonly x: number; readonly label: string };

export type Axis = {
  readonly left: number;
  readonly right: number;
  readonly pieces: readonly Piece[];
  readonly cuts: readonly Cut[];
  readonly ticks: readonly Tick[];
  /** Whether moments are told with their hours. */
  readonly hours: boolean;
  /** Where a moment is, in milliseconds since the first event. */
  x(at: number): number;
};

const [mostCuts, cutWidth, leastPiece] = [5, 46, 66];
const [edge, insideCut, insideEnd] = [8, 28, 12];

/**
 * How many of the largest gaps are cut out: as many as leave the largest step between the last of them and all that
 * remains; none where nothing stands out.
 */
function cutCount(sorted: readonly number[]): number {
  let best = { count: 0, ratio: 3 };
  for (let count = 1; count <= mostCuts && count < sorted.length; count += 1) {
    const remaining = sorted.slice(count);
    // A second for each keeps moments next to each other from looking like a rest that is worth magnifying.
    const rest = remaining.reduce((sum, gap) => sum + Math.max(gap, 1000), 0);
    const ratio = (sorted[count - 1] ?? 0) / rest;
    if (ratio > best.ratio) best = { count, ratio };
  }
  return best.count;
}

/** Moments of the same piece together. */
function groups(times: readonly number[]): number[][] {
  const gaps = times.slice(1).map((at, index) => at - (times[index] ?? 0));
  const sorted = gaps.toSorted((a, b) => b - a);
  const count = cutCount(sorted);
  const least = count === 0 ? Number.POSITIVE_INFINITY : (sorted[count - 1] ?? 0);
  const found: number[][] = [];
  for (const [index, at] of times.entries()) {
    const group = found.at(-1);
    if (group === undefined || (gaps[index - 1] ?? 0) >= least) found.push([at]);
    else group.push(at);
  }
  return found;
}

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const steps = [
  ...[0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30].map((value) => value * second),
  ...[1, 2, 5, 10, 15, 30].map((value) => value * minute),
  ...[1, 2, 3, 6, 12, 24, 48, 96, 168, 336, 672].map((value) => value * hour),
];
const tickDistance = 70;

function ticksOf({ from, to, firstX, lastX }: Piece, hours: boolean): Tick[] {
  const scale = (lastX - firstX) / (to - from);
  const step = steps.find((one) => one * scale >= tickDistance) ?? to - from;
  const first = Math.ceil(from / step);
  const last = Math.floor(to / step);
  // A short piece has its beginning told instead.
  if (to === from || lastX - firstX < tickDistance || last < first) {
    return [{ at: from, x: firstX, label: tickLabel(wholeSecond(from), hours) }];
  }
  return Array.from({ length: last - first + 1 }, (_, index) => {
    const at = (first + index) * step;
    return { at, x: firstX + (at - from) * scale, label: tickLabel(at, hours) };
  });
}

/** An axis from `left` to `right` for these moments: milliseconds, in any order, none of them before 0. */
export function timeAxis(times: readonly number[], left: number, right: number): Axis {
  const found = groups([...new Set([0, ...times])].toSorted((a, b) => a - b));
  const lengths = found.map((group) => (group.at(-1) ?? 0) - (group[0] ?? 0));
  const weights = found.map((group, index) => ((lengths[index] ?? 0) / second) ** 0.4 * group.length ** 0.6);
  const weight = weights.reduce((sum, one) => sum + one, 0);
  const spare = right - left - cutWidth * (found.length - 1) - leastPiece * found.length;
  const pieces: Piece[] = [];
  const cuts: Cut[] = [];
  let at = left;
  for (const [index, group] of found.entries()) {
    const [from, to] = [group[0] ?? 0, group.at(-1) ?? 0];
    const before = pieces.at(-1);
    if (before) {
      cuts.push({ ms: from - before.to, left: at, right: at + cutWidth });
      at += cutWidth;
    }
    const share = weight === 0 ? 1 / found.length : (weights[index] ?? 0) / weight;
    const end = at + leastPiece + spare * share;
    const firstX = at + (before ? insideCut : edge);
    pieces.push({ from, to, left: at, right: end, firstX, lastX: Math.max(firstX, end - insideEnd) });
    at = end;
  }
  const hours = (pieces.at(-1)?.to ?? 0) >= hour;
  return {
    left,
    right,
    pieces,
    cuts,
    ticks: pieces.flatMap((piece) => ticksOf(piece, hours)),
    hours,
    x: (moment) => place(pieces, moment),
  };
}

function place(pieces: readonly Piece[], moment: number): number {
  const piece = pieces.findLast(({ from }) => from <= moment) ?? pieces[0];
  if (piece === undefined) return 0;
  const { from, to, firstX, lastX } = piece;
  if (to === from) return firstX;
  return firstX + ((lastX - firstX) * Math.min(Math.max(moment - from, 0), to - from)) / (to - from);
}
