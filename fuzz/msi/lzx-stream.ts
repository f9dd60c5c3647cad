/** LZX blocks out of a grammar: trees that are complete (or nearly), then symbols and matches of any kind. */
import type { Random } from '../../packages/lab/src/world/random.ts';
import {
  bitWriter,
  type Code,
  flatCode,
  put,
  type Writer,
} from '../../packages/msi/test/cabinet-lzx-packer.ts';
import type { TestBlock } from '../../packages/msi/test/cabinet-support.ts';
import type { CodecInput } from './codec-input.ts';

const slotsByWindow = [30, 32, 34, 36, 38, 42, 50] as const;
const lengthSymbols = 249;
const pre = flatCode(20);

/** Code lengths that make a complete tree of the chosen symbols: a tree grows by parting one of its leaves. */
function treeOf(random: Random, symbols: number, chosen: readonly number[]): number[] {
  const leaves = [1, 1];
  while (leaves.length < chosen.length) {
    const at = random.integer(leaves.length);
    const depth = leaves[at] ?? 0;
    if (depth >= 16) break;
    leaves[at] = depth + 1;
    leaves.push(depth + 1);
  }
  const lengths = new Array<number>(symbols).fill(0);
  for (const [index, depth] of leaves.entries()) lengths[chosen[index] ?? 0] = depth;
  // Now and then one code too many, or one too few.
  if (random.chance(1, 100)) lengths[random.integer(symbols)] = random.integer(17);
  return lengths;
}

/** So many different numbers below `bound`. */
function someOf(random: Random, count: number, bound: number): Set<number> {
  const chosen = new Set<number>();
  while (chosen.size < Math.min(count, bound)) chosen.add(random.integer(bound));
  return chosen;
}

/** Literals, and matches that mostly reach not far: little is there yet. */
function mainSymbols(random: Random, symbols: number): number[] {
  const matches = random.chance(1, 12) ? symbols - 256 : 8 * Math.min(12, (symbols - 256) / 8);
  return [
    ...someOf(random, 2 + random.integer(20), 256),
    ...[...someOf(random, random.integer(16), matches)].map((match) => 256 + match),
  ];
}

/** Canonical codes: shorter ones first, then by symbol. */
function codeOf(lengths: number[]): Code {
  const codes = lengths.map(() => 0);
  const used = lengths.flatMap((length, symbol) => (length > 0 ? [{ length, symbol }] : []));
  let next = 0;
  let before = 0;
  for (const { length, symbol } of used.sort((one, other) => one.length - other.length)) {
    next *= 2 ** (length - before);
    before = length;
    codes[symbol] = next;
    next += 1;
  }
  return { lengths, codes };
}

/** Sends lengths as differences; runs of zeros by their own symbols, mostly. */
function putLengths(
  random: Random,
  to: Writer,
  before: number[],
  now: readonly number[],
  from: number,
  end: number,
): void {
  for (const length of pre.lengths) to.put(length, 4);
  for (let at = from; at < end; ) {
    let run = 0;
    while (at + run < end && run < 51 && now[at + run] === 0) run += 1;
    if (run >= 20) {
      put(to, pre, 18);
      to.put(run - 20, 5);
    } else if (run >= 4) {
      put(to, pre, 17);
      to.put(run - 4, 4);
    } else if (random.chance(1, 4000) && at + 5 <= end) {
      run = 4;
      put(to, pre, 19);
      to.put(0, 1);
      put(to, pre, random.integer(20));
    } else {
      run = 1;
      put(to, pre, ((before[at] ?? 0) - (now[at] ?? 0) + 17) % 17);
    }
    for (const last = at + run; at < last; at += 1) before[at] = now[at] ?? 0;
  }
}

type State = {
  readonly main: number[];
  readonly length: number[];
  /** The three last distances, and bytes that were written. */
  recent: [number, number, number];
  position: number;
};

/** Distances by slot: extra bits, and where they begin [MS-PATCH 2.2]. */
const slots = (() => {
  let base = 0;
  return Array.from({ length: 50 }, (_, slot) => {
    const extra = slot < 4 ? 0 : Math.min(17, (slot >> 1) - 1);
    const begins = base - 2;
    base += 2 ** extra;
    return { extra, begins };
  });
})();

/** What a match of this slot refers to, and the distances that are recent after it. */
function referred(state: State, slot: number, bits: number): { distance: number; recent: State['recent'] } {
  const [first, second, third] = state.recent;
  if (slot === 0) return { distance: first, recent: state.recent };
  if (slot === 1) return { distance: second, recent: [second, first, third] };
  if (slot === 2) return { distance: third, recent: [third, second, first] };
  const distance = (slots[slot]?.begins ?? 0) + bits;
  return { distance, recent: [distance, first, second] };
}

type Trees = { readonly main: Code; readonly length: Code; readonly aligned: boolean };

/** One match if it fits (or, seldom, if it does not). Answers its length; 0 where none was written. */
function putMatch(
  random: Random,
  to: Writer,
  state: State,
  trees: Trees,
  symbol: number,
  left: number,
): number {
  const slot = (symbol - 256) >> 3;
  const { extra } = slots[slot] ?? { extra: 0 };
  const bits = random.integer(2 ** extra);
  const { distance, recent } = referred(state, slot, bits);
  const longer = symbolsOf(trees.length);
  const needsMore = (symbol & 7) === 7;
  const more = needsMore && longer.length > 0 ? random.pick(longer) : 0;
  const run = (symbol & 7) + 2 + more;
  const fits = distance <= state.position && run <= left && (!needsMore || longer.length > 0);
  if (!fits && !random.chance(1, 60)) return 0;
  put(to, trees.main, symbol);
  if (needsMore && longer.length > 0) put(to, trees.length, more);
  const low = trees.aligned && extra >= 3 ? 3 : 0;
  to.put(bits >>> low, extra - low);
  if (low > 0) to.put(bits & 7, 3);
  state.recent = recent;
  return run;
}

/** Symbols that have a code, in their order. */
function symbolsOf({ lengths }: Code): number[] {
  return lengths.flatMap((length, symbol) => (length > 0 ? [symbol] : []));
}

function putContent(random: Random, to: Writer, state: State, trees: Trees, size: number): void {
  const choices = symbolsOf(trees.main);
  const literals = choices.filter((symbol) => symbol < 256);
  for (let left = size; left > 0; ) {
    const symbol = random.pick(choices);
    const run = symbol < 256 ? 0 : putMatch(random, to, state, trees, symbol, left);
    if (run === 0) put(to, trees.main, symbol < 256 ? symbol : (literals[0] ?? 0));
    left -= Math.max(1, run);
    state.position += Math.max(1, run);
  }
}

function putUncompressed(random: Random, to: Writer, state: State, size: number): void {
  if (to.whole()) to.put(0, 16);
  while (!to.whole()) to.put(0, 1);
  const recent = [1, 1, 1].map((one) => (random.chance(1, 8) ? random.word() : one + random.integer(3)));
  for (const one of recent) {
    to.put(one & 0xffff, 16);
    to.put(one >>> 16, 16);
  }
  for (let at = 0; at < Math.ceil(size / 2); at += 1) to.put(random.integer(65_536), 16);
  state.recent = [recent[0] ?? 1, recent[1] ?? 1, recent[2] ?? 1];
  state.position += size;
}

function putBlock(random: Random, to: Writer, state: State, size: number): void {
  const kind = random.chance(1, 100) ? random.integer(8) : random.pick([1, 1, 2, 2, 3]);
  to.put(kind, 3);
  to.put(random.chance(1, 40) ? random.pick([0, 1, size + 1, 32_768, 0xff_ffff]) : size, 24);
  if (kind === 3) putUncompressed(random, to, state, size);
  if (kind !== 1 && kind !== 2) return;
  // Eight codes of three bits each are complete; other lengths now and then.
  const flat = random.chance(49, 50);
  if (kind === 2) for (let symbol = 0; symbol < 8; symbol += 1) to.put(flat ? 3 : random.integer(8), 3);
  const main = codeOf(treeOf(random, state.main.length, mainSymbols(random, state.main.length)));
  const some = random.chance(1, 5) ? [] : [...someOf(random, 2 + random.integer(12), lengthSymbols)];
  const length = codeOf(some.length === 0 ? state.length.map(() => 0) : treeOf(random, lengthSymbols, some));
  putLengths(random, to, state.main, main.lengths, 0, 256);
  putLengths(random, to, state.main, main.lengths, 256, main.lengths.length);
  putLengths(random, to, state.length, length.lengths, 0, lengthSymbols);
  putContent(random, to, state, { main, length, aligned: kind === 2 }, size);
}

/** One to three frames of one to three blocks each. */
export function lzxStream(random: Random): CodecInput {
  const windowBits = random.integer(7);
  const state: State = {
    main: new Array<number>(256 + 8 * (slotsByWindow[windowBits] ?? 30)).fill(0),
    length: new Array<number>(lengthSymbols).fill(0),
    recent: [1, 1, 1],
    position: 0,
  };
  const blocks: TestBlock[] = [];
  for (let frame = 0, frames = 1 + random.integer(3); frame < frames; frame += 1) {
    const to = bitWriter();
    if (frame === 0) {
      const translated = random.chance(1, 2);
      to.put(translated ? 1 : 0, 1);
      if (translated) to.put(random.pick([0, 1, 100, 0x7fff_ffff, 0xffff_ffff]), 32);
    }
    let size = 0;
    for (let block = 0, count = 1 + random.integer(2); block < count; block += 1) {
      const length = 1 + random.integer(random.chance(1, 10) ? 300 : 40);
      putBlock(random, to, state, length);
      size += length;
    }
    if (random.chance(1, 20)) size += random.pick([-1, 1, 10, 100]);
    blocks.push({ packed: to.end(), size: Math.max(1, size) });
  }
  return { windowBits, blocks };
}
