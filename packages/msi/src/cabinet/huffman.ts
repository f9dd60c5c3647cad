/** Canonical Huffman codes of LZX: a table for short codes, and a search by length for the rare long ones. */
import { HoldfastError } from '@holdfast/contract';

/** Longest code, in bits [MS-PATCH 2.4]. */
export const longestCode = 16;

/** One code. Entries of `table`, and answers of `longEntry`, are `symbol << 5 | length in bits`; 0 is no code. */
export type HuffmanCode = {
  /** Code length of every symbol. They are sent as differences to the ones before, so they are kept. */
  readonly lengths: Uint8Array;
  readonly tableBits: number;
  readonly table: Uint16Array;
  /** By length: one past the last code, as the first of 16 bits. */
  readonly ends: Int32Array;
  /** By length: what leads from a code to its place in `sorted`. */
  readonly places: Int32Array;
  /** Symbols by code. */
  readonly sorted: Uint16Array;
};

export function huffmanCode(symbols: number, tableBits: number): HuffmanCode {
  return {
    lengths: new Uint8Array(symbols),
    tableBits,
    table: new Uint16Array(1 << tableBits),
    ends: new Int32Array(longestCode + 1),
    places: new Int32Array(longestCode + 1),
    sorted: new Uint16Array(symbols),
  };
}

/** Lays out the tables for `lengths`. `cab.invalid` unless the code is complete, or has no symbol at all. */
export function buildCode(code: HuffmanCode): void {
  const { lengths, tableBits, table, ends, places, sorted } = code;
  const counts = new Uint16Array(longestCode + 1);
  for (const length of lengths) counts[length] = (counts[length] as number) + 1;
  const used = lengths.length - (counts[0] as number);
  const next = new Uint16Array(longestCode + 1);
  let first = 0;
  let place = 0;
  for (let length = 1; length <= longestCode; length += 1) {
    const count = counts[length] as number;
    next[length] = place;
    places[length] = place - first;
    ends[length] = (first + count) << (longestCode - length);
    place += count;
    first = (first + count) << 1;
    if (first > 2 << length) throw new HoldfastError('cab.invalid', 'A Huffman tree has too many codes.');
  }
  if (used > 0 && first !== 2 << longestCode) {
    throw new HoldfastError('cab.invalid', 'A Huffman tree is not complete.');
  }
  for (let symbol = 0; symbol < lengths.length; symbol += 1) {
    const length = lengths[symbol] as number;
    if (length > 0) {
      sorted[next[length] as number] = symbol;
      next[length] = (next[length] as number) + 1;
    }
  }
  table.fill(0);
  for (let index = 0, at = 0; index < used; index += 1) {
    const symbol = sorted[index] as number;
    const length = lengths[symbol] as number;
    if (length > tableBits) break;
    const end = at + (1 << (tableBits - length));
    table.fill((symbol << 5) | length, at, end);
    at = end;
  }
}

/** The entry of a code longer than `tableBits`, from the next 16 bits. */
export function longEntry(code: HuffmanCode, bits: number): number {
  for (let length = code.tableBits + 1; length <= longestCode; length += 1) {
    if (bits < (code.ends[length] as number)) {
      const symbol = code.sorted[(bits >>> (longestCode - length)) + (code.places[length] as number)];
      if (symbol !== undefined) return (symbol << 5) | length;
    }
  }
  throw new HoldfastError('cab.invalid', 'Bits stand for no symbol of their Huffman tree.');
}
