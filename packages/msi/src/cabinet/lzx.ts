/**
 * LZX as cabinets use it: blocks with their own Huffman trees over a window of 32 KiB to 2 MiB, one frame of at
 * most 32 KiB in each data block. Written from the description in [MS-PATCH] 2.1-2.7 and [MS-CAB].
 */
import { HoldfastError } from '@holdfast/contract';
import type { BlockDecoder } from './block-decoder.ts';
import { buildCode, huffmanCode } from './huffman.ts';
import { cabinetLimits } from './limits.ts';
import { alignBits, checkEnd, lzxBits, startBits, takeBits, takeSymbol } from './lzx-bits.ts';
import { unpackRun } from './lzx-run.ts';
import type { LzxState } from './lzx-state.ts';

/** Position slots by bits of the window, from 15 to 21 [MS-PATCH 2.2]. */
const slotsByWindow = [30, 32, 34, 36, 38, 42, 50] as const;
const lengthSymbols = 249;

/** Calls are turned back only in the first 32768 frames [MS-PATCH 2.7]. */
const translatedFrames = 32_768;

const blockKinds = { verbatim: 1, aligned: 2, uncompressed: 3 } as const;

function initialState(windowBits: number, mostBytes: number): LzxState {
  const slots = slotsByWindow[windowBits - 15];
  if (slots === undefined) {
    throw new HoldfastError('cab.invalid', `LZX has no window of ${windowBits} bits.`);
  }
  const windowSize = 1 << windowBits;
  return {
    bits: lzxBits(),
    main: huffmanCode(256 + 8 * slots, 11),
    length: huffmanCode(lengthSymbols, 10),
    aligned: huffmanCode(8, 7),
    pre: huffmanCode(20, 6),
    window: new Uint8Array(
      Math.min(windowSize + Math.max(windowSize, 4 * cabinetLimits.blockBytes), mostBytes),
    ),
    windowSize,
    position: 0,
    recent: new Int32Array([1, 1, 1]),
    kind: 0,
    remaining: 0,
    padded: false,
    started: false,
    translation: 0,
    frames: 0,
  };
}

/** Reads the code lengths of symbols `from` to before `to`, as differences to what they were [MS-PATCH 2.5]. */
function readLengths({ bits, pre }: LzxState, lengths: Uint8Array, from: number, to: number): void {
  for (let symbol = 0; symbol < 20; symbol += 1) pre.lengths[symbol] = takeBits(bits, 4);
  buildCode(pre);
  for (let at = from; at < to; ) {
    const symbol = takeSymbol(bits, pre);
    if (symbol <= 16) {
      lengths[at] = ((lengths[at] as number) - symbol + 17) % 17;
      at += 1;
      continue;
    }
    let run = 4;
    let value = 0;
    if (symbol === 17) run += takeBits(bits, 4);
    else if (symbol === 18) run = 20 + takeBits(bits, 5);
    else {
      run += takeBits(bits, 1);
      const difference = takeSymbol(bits, pre);
      if (difference > 16) throw new HoldfastError('cab.invalid', 'A run of code lengths has no length.');
      value = ((lengths[at] as number) - difference + 17) % 17;
    }
    if (at + run > to) throw new HoldfastError('cab.invalid', 'A Huffman tree has too many symbols.');
    lengths.fill(value, at, at + run);
    at += run;
  }
}

function readRecent(state: LzxState): void {
  const { bits, recent } = state;
  alignBits(bits);
  for (let index = 0; index < 3; index += 1) {
    const low = takeBits(bits, 16);
    recent[index] = low | (takeBits(bits, 16) << 16);
  }
}

function startBlock(state: LzxState): void {
  const { bits } = state;
  state.kind = takeBits(bits, 3);
  state.remaining = takeBits(bits, 16) * 256;
  state.remaining += takeBits(bits, 8);
  switch (state.kind) {
    case blockKinds.aligned:
      for (let symbol = 0; symbol < 8; symbol += 1) state.aligned.lengths[symbol] = takeBits(bits, 3);
      buildCode(state.aligned);
      readTrees(state);
      break;
    case blockKinds.verbatim:
      readTrees(state);
      break;
    case blockKinds.uncompressed:
      readRecent(state);
      state.padded = state.remaining % 2 === 1;
      break;
    default:
      throw new HoldfastError('cab.invalid', `LZX has no blocks of kind ${state.kind}.`);
  }
  checkEnd(bits);
}

function readTrees(state: LzxState): void {
  const { main, length } = state;
  readLengths(state, main.lengths, 0, 256);
  readLengths(state, main.lengths, 256, main.lengths.length);
  buildCode(main);
  readLengths(state, length.lengths, 0, lengthSymbols);
  buildCode(length);
}

/** Copies `count` bytes as they are. Reading stands at a whole word here; afterwards words may begin at any byte. */
function copyRun(state: LzxState, count: number): void {
  const { bits, window } = state;
  const from = bits.index * 2;
  if (from + count > bits.length) throw new HoldfastError('cab.invalid', 'An LZX block ends in the middle.');
  window.set(bits.bytes.subarray(from, from + count), state.position);
  state.position += count;
  const ends = count === state.remaining;
  const skipped = ends && state.padded && from + count < bits.length ? 1 : 0;
  if (ends && skipped === 1) state.padded = false;
  const next = from + count + skipped;
  if (next % 2 === 0) bits.index = next / 2;
  else startBits(bits, bits.bytes.slice(next, bits.length));
}

/** Makes room for a frame: what the window no longer reaches goes. */
function makeRoom(state: LzxState, count: number): void {
  const { window, windowSize } = state;
  if (state.position + count <= window.length) return;
  window.copyWithin(0, state.position - windowSize, state.position);
  state.position = windowSize;
}

/**
 * Turns the absolute addresses of calls (opcode E8) back into relative ones, in a frame that begins at `position`
 * of all that was unpacked [MS-PATCH 2.7]. The last 10 bytes of a frame are never touched.
 */
function translateCalls(frame: Uint8Array, position: number, size: number): void {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  const end = frame.length - 10;
  for (let at = frame.indexOf(0xe8); at >= 0 && at < end; at = frame.indexOf(0xe8, at + 5)) {
    const absolute = view.getInt32(at + 1, true);
    const here = position + at;
    if (absolute >= -here && absolute < size) {
      view.setInt32(at + 1, absolute >= 0 ? absolute - here : absolute + size, true);
    }
  }
}

function startFrame(state: LzxState, packed: Uint8Array): void {
  const { bits } = state;
  const skipsPadding = state.padded && state.remaining === 0;
  startBits(bits, skipsPadding ? packed.subarray(1) : packed);
  if (skipsPadding) state.padded = false;
  if (state.started) return;
  state.started = true;
  if (takeBits(bits, 1) === 1) {
    const high = takeBits(bits, 16);
    state.translation = (high << 16) | takeBits(bits, 16);
  }
}

/** A decoder for the LZX blocks of one folder of at most `mostBytes`; `windowBits` is 15 to 21. */
export function lzxDecoder(windowBits: number, mostBytes: number): BlockDecoder {
  const state = initialState(windowBits, mostBytes);
  return (packed, target) => {
    makeRoom(state, target.length);
    startFrame(state, packed);
    const start = state.position;
    const end = start + target.length;
    while (state.position < end) {
      if (state.remaining === 0) startBlock(state);
      const count = Math.min(state.remaining, end - state.position);
      if (state.kind === blockKinds.uncompressed) copyRun(state, count);
      else unpackRun(state, count, state.kind === blockKinds.aligned);
      state.remaining -= count;
    }
    checkEnd(state.bits);
    target.set(state.window.subarray(start, end));
    if (state.translation !== 0 && state.frames < translatedFrames && target.length > 10) {
      translateCalls(target, state.frames * cabinetLimits.blockBytes, state.translation);
    }
    state.frames += 1;
  };
}
