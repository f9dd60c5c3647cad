/** The bits of an LZX block: 16-bit words, low byte first, each read from its highest bit down. */
import { HoldfastError } from '@holdfast/contract';
import { type HuffmanCode, longEntry } from './huffman.ts';
import { cabinetLimits } from './limits.ts';

/** Reading past the end answers zeros for this many bytes; that it happened is found by `checkEnd`. */
const slackBytes = 64;

/** Where reading stands. The fields are open, so that the hot loop can go its own way. */
export type LzxBits = {
  readonly bytes: Uint8Array;
  readonly words: Uint16Array;
  /** Bytes of the block. */
  length: number;
  /** Next word. */
  index: number;
  /** Bits that were read from words and not yet used, from the highest bit. */
  buffer: number;
  left: number;
};

export function lzxBits(): LzxBits {
  const bytes = new Uint8Array(cabinetLimits.packedBlockBytes + slackBytes);
  return { bytes, words: new Uint16Array(bytes.buffer), length: 0, index: 0, buffer: 0, left: 0 };
}

/** Starts on the bytes of a block. */
export function startBits(bits: LzxBits, packed: Uint8Array): void {
  if (packed.length > cabinetLimits.packedBlockBytes) {
    throw new HoldfastError('cab.invalid', 'An LZX block is longer than a block can be.');
  }
  bits.bytes.set(packed);
  bits.bytes.fill(0, packed.length, packed.length + slackBytes);
  bits.length = packed.length;
  bits.index = 0;
  bits.buffer = 0;
  bits.left = 0;
}

/** Goes on at this bit of the block. */
export function goTo(bits: LzxBits, at: number): void {
  bits.index = (at + 15) >>> 4;
  bits.left = bits.index * 16 - at;
  bits.buffer = bits.left === 0 ? 0 : (bits.words[bits.index - 1] ?? 0) << (32 - bits.left);
}

/** Throws where more was used than the block has. */
export function checkEnd(bits: LzxBits): void {
  if (bits.index * 16 - bits.left > ((bits.length + 1) >> 1) * 16) {
    throw new HoldfastError('cab.invalid', 'An LZX block ends in the middle.');
  }
}

function fill(bits: LzxBits, count: number): void {
  while (bits.left < count) {
    const word = bits.words[bits.index];
    if (word === undefined) throw new HoldfastError('cab.invalid', 'An LZX block ends in the middle.');
    bits.buffer |= word << (16 - bits.left);
    bits.index += 1;
    bits.left += 16;
  }
}

/** The next `count` bits, 1 to 16, as a number. */
export function takeBits(bits: LzxBits, count: number): number {
  fill(bits, count);
  const value = bits.buffer >>> (32 - count);
  bits.buffer <<= count;
  bits.left -= count;
  return value;
}

/** The next symbol of a code. */
export function takeSymbol(bits: LzxBits, code: HuffmanCode): number {
  fill(bits, 16);
  const entry =
    (code.table[bits.buffer >>> (32 - code.tableBits)] as number) || longEntry(code, bits.buffer >>> 16);
  const length = entry & 31;
  bits.buffer <<= length;
  bits.left -= length;
  return entry >>> 5;
}

/** Goes to the next word; where one ends here, past the whole next one [MS-PATCH 2.3, uncompressed blocks]. */
export function alignBits(bits: LzxBits): void {
  const held = bits.left >>> 4;
  bits.index += bits.left % 16 === 0 ? 1 - held : -held;
  bits.buffer = 0;
  bits.left = 0;
  checkEnd(bits);
}
