/** The inner loop of LZX: literals and matches of one block. */
import { HoldfastError } from '@holdfast/contract';
import { longEntry } from './huffman.ts';
import { checkEnd, goTo } from './lzx-bits.ts';
import type { LzxState } from './lzx-state.ts';

/** By position slot: extra bits of a distance, and the distance that they are added to, less 2 [MS-PATCH 2.2]. */
const extraBits = new Uint8Array(50);
const baseDistance = new Int32Array(50);
for (let slot = 0, base = 0; slot < 50; slot += 1) {
  extraBits[slot] = slot < 4 ? 0 : Math.min(17, (slot >> 1) - 1);
  baseDistance[slot] = base - 2;
  base += 2 ** (extraBits[slot] as number);
}

function badMatch(what: string): HoldfastError {
  return new HoldfastError('cab.invalid', `A match of an LZX block ${what}.`);
}

/**
 * The bits from `at` on, from the highest down: 17 at least, which is the most that is taken at once. To read them anew
 * each time is quicker than to ask whether enough of them are left: nobody could foresee the answer.
 */
function bitsAt(words: Uint16Array, at: number): number {
  const word = at >>> 4;
  return (((words[word] as number) << 16) | (words[word + 1] as number)) << (at & 15);
}

/**
 * Unpacks `count` bytes of a verbatim or aligned block into the window. All state of the loop is in local
 * variables: fields would halve the speed.
 */
export function unpackRun(state: LzxState, count: number, isAligned: boolean): void {
  const { window, windowSize, bits, main, length: lengths, aligned, recent } = state;
  const words = bits.words;
  const mainTable = main.table;
  const mainShift = 32 - main.tableBits;
  const lengthTable = lengths.table;
  const lengthShift = 32 - lengths.tableBits;
  const alignedTable = aligned.table;
  const alignedShift = 32 - aligned.tableBits;
  let at = bits.index * 16 - bits.left;
  let position = state.position;
  const end = position + count;
  let recent0 = recent[0] as number;
  let recent1 = recent[1] as number;
  let recent2 = recent[2] as number;
  while (position < end) {
    let ahead = bitsAt(words, at);
    let entry = (mainTable[ahead >>> mainShift] as number) || longEntry(main, ahead >>> 16);
    at += entry & 31;
    const symbol = (entry >>> 5) - 256;
    if (symbol < 0) {
      window[position++] = symbol + 256;
      continue;
    }
    let length = (symbol & 7) + 2;
    if (length === 9) {
      ahead = bitsAt(words, at);
      entry = (lengthTable[ahead >>> lengthShift] as number) || longEntry(lengths, ahead >>> 16);
      at += entry & 31;
      length += entry >>> 5;
    }
    const slot = symbol >>> 3;
    let distance: number;
    if (slot > 2) {
      let extra = extraBits[slot] as number;
      distance = baseDistance[slot] as number;
      const low = isAligned && extra >= 3;
      if (low) extra -= 3;
      if (extra > 0) {
        const more = bitsAt(words, at) >>> (32 - extra);
        distance += low ? more << 3 : more;
        at += extra;
      }
      if (low) {
        ahead = bitsAt(words, at);
        entry = (alignedTable[ahead >>> alignedShift] as number) || longEntry(aligned, ahead >>> 16);
        at += entry & 31;
        distance += entry >>> 5;
      }
      recent2 = recent1;
      recent1 = recent0;
      recent0 = distance;
    } else if (slot === 0) distance = recent0;
    else if (slot === 1) {
      distance = recent1;
      recent1 = recent0;
      recent0 = distance;
    } else {
      distance = recent2;
      recent2 = recent0;
      recent0 = distance;
    }
    if (distance <= 0 || distance > position || distance > windowSize)
      throw badMatch('reaches before the window');
    if (length > end - position) throw badMatch('runs over the end of its block or frame');
    let from = position - distance;
    if (length > 24 && distance >= length) {
      window.copyWithin(position, from, from + length);
      position += length;
    } else {
      for (const stop = position + length; position < stop; ) window[position++] = window[from++] as number;
    }
  }
  goTo(bits, at);
  state.position = position;
  recent[0] = recent0;
  recent[1] = recent1;
  recent[2] = recent2;
  checkEnd(bits);
}
