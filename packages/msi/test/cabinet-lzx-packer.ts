/** A small LZX packer for tests: greedy matches, and trees in which all codes are about equally long. */
import { frames, type TestBlock } from './cabinet-support.ts';

export type LzxKind = 'verbatim' | 'aligned' | 'uncompressed';

export function bitWriter() {
  const words: number[] = [];
  let word = 0;
  let used = 0;
  return {
    put(value: number, count: number): void {
      for (let bit = count - 1; bit >= 0; bit -= 1) {
        word = (word << 1) | ((value >>> bit) & 1);
        used += 1;
        if (used === 16) {
          words.push(word);
          word = 0;
          used = 0;
        }
      }
    },
    /** All bits, filled up to a whole word. */
    end(): Buffer {
      if (used > 0) words.push(word << (16 - used));
      const bytes = Buffer.alloc(words.length * 2);
      for (const [at, one] of words.entries()) bytes.writeUInt16LE(one, at * 2);
      return bytes;
    },
    whole: () => used === 0,
  };
}

export type Writer = ReturnType<typeof bitWriter>;
export type Code = { lengths: number[]; codes: number[] };

/** A complete code: the first symbols one bit shorter, as many as it takes. */
export function flatCode(symbols: number): Code {
  const bits = Math.ceil(Math.log2(symbols));
  const short = 2 ** bits - symbols;
  const lengths = Array.from({ length: symbols }, (_, symbol) => (symbol < short ? bits - 1 : bits));
  const codes = lengths.map((_, symbol) => (symbol < short ? symbol : symbol + short));
  return { lengths, codes };
}

export const put = (to: Writer, { lengths, codes }: Code, symbol: number) =>
  to.put(codes[symbol] ?? 0, lengths[symbol] ?? 0);

/** Writes the code lengths from `before`, which becomes them. */
function putLengths(to: Writer, before: number[], now: readonly number[], from: number, end: number): void {
  const pre = flatCode(20);
  for (const length of pre.lengths) to.put(length, 4);
  for (let at = from; at < end; at += 1) {
    put(to, pre, ((before[at] ?? 0) - (now[at] ?? 0) + 17) % 17);
    before[at] = now[at] ?? 0;
  }
}

function slotOf(distance: number): { slot: number; extra: number; rest: number } {
  for (let slot = 0, base = 0; ; slot += 1) {
    const extra = slot < 4 ? 0 : Math.min(17, (slot >> 1) - 1);
    if (distance + 2 < base + 2 ** extra) return { slot, extra, rest: distance + 2 - base };
    base += 2 ** extra;
  }
}

function putMatch(
  to: Writer,
  main: Code,
  lengths: Code,
  distance: number,
  length: number,
  aligned: boolean,
): void {
  const { slot, extra, rest } = slotOf(distance);
  put(to, main, 256 + slot * 8 + Math.min(length - 2, 7));
  if (length >= 9) put(to, lengths, length - 9);
  if (!aligned || extra < 3) to.put(rest, extra);
  else {
    to.put(rest >>> 3, extra - 3);
    to.put(rest & 7, 3);
  }
}

/** Packs `data`, one block of LZX for each frame, of the kind that `kindOf` says. */
export function packLzx(
  data: Uint8Array,
  windowBits: number,
  kindOf: (frame: number) => LzxKind,
): TestBlock[] {
  const slots = [30, 32, 34, 36, 38, 42, 50][windowBits - 15] ?? 0;
  const main = flatCode(256 + 8 * slots);
  const lengths = flatCode(249);
  const before = { main: main.lengths.map(() => 0), lengths: lengths.lengths.map(() => 0) };
  const seen = new Map<number, number>();
  let padding = false;
  return frames(data).map((frame, number) => {
    const to = bitWriter();
    if (number === 0) to.put(0, 1);
    const kind = kindOf(number);
    to.put({ verbatim: 1, aligned: 2, uncompressed: 3 }[kind], 3);
    to.put(frame.length, 24);
    const padded = padding;
    padding = false;
    const lead = padded ? Buffer.alloc(1) : Buffer.alloc(0);
    if (kind === 'uncompressed') {
      if (to.whole()) to.put(0, 16);
      const recent = Buffer.alloc(12);
      for (const at of [0, 4, 8]) recent.writeUInt32LE(1, at);
      padding = frame.length % 2 === 1;
      return { packed: Buffer.concat([lead, to.end(), recent, frame]), size: frame.length };
    }
    if (kind === 'aligned') for (let symbol = 0; symbol < 8; symbol += 1) to.put(3, 3);
    putLengths(to, before.main, main.lengths, 0, 256);
    putLengths(to, before.main, main.lengths, 256, main.lengths.length);
    putLengths(to, before.lengths, lengths.lengths, 0, 249);
    const start = number * 32_768;
    for (let at = start; at < start + frame.length; ) {
      const key = (data[at] ?? 0) | ((data[at + 1] ?? 0) << 8) | ((data[at + 2] ?? 0) << 16);
      const last = seen.get(key);
      seen.set(key, at);
      let length = 0;
      const most = Math.min(257, start + frame.length - at);
      if (last !== undefined && at - last <= 2 ** windowBits - 3) {
        while (length < most && data[last + length] === data[at + length]) length += 1;
      }
      if (last !== undefined && length >= 3) {
        putMatch(to, main, lengths, at - last, length, kind === 'aligned');
        at += length;
      } else {
        put(to, main, data[at] ?? 0);
        at += 1;
      }
    }
    return { packed: Buffer.concat([lead, to.end()]), size: frame.length };
  });
}
