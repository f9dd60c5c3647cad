/** What an LZX decoder keeps. */
import type { HuffmanCode } from './huffman.ts';
import type { LzxBits } from './lzx-bits.ts';

/** All that lives from frame to frame. */
export type LzxState = {
  readonly bits: LzxBits;
  readonly main: HuffmanCode;
  readonly length: HuffmanCode;
  readonly aligned: HuffmanCode;
  readonly pre: HuffmanCode;
  /** What was unpacked: the last `windowSize` bytes before `position` at least, in one piece. */
  readonly window: Uint8Array;
  readonly windowSize: number;
  position: number;
  /** The three last distances of matches. */
  readonly recent: Int32Array;
  kind: number;
  /** Bytes of the block that are still to come. */
  remaining: number;
  /** Whether a byte of padding follows the uncompressed block. */
  padded: boolean;
  started: boolean;
  /** The size that calls were translated with; 0 where they were not. */
  translation: number;
  frames: number;
};
