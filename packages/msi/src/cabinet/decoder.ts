/** What unpacks the blocks of one folder, in their order. */
import { HoldfastError } from '@holdfast/contract';
import type { BlockDecoder } from './block-decoder.ts';
import type { Compression } from './layout.ts';
import { lzxDecoder } from './lzx.ts';
import { mszipDecoder } from './mszip.ts';

function storedDecoder(): BlockDecoder {
  return (packed, target) => {
    if (packed.length !== target.length) {
      throw new HoldfastError('cab.invalid', 'A stored block declares another length than it has.');
    }
    target.set(packed);
  };
}

/** A decoder for a folder that unpacks to at most `mostBytes`. */
export function decoderFor(compression: Compression, mostBytes: number): BlockDecoder {
  switch (compression.kind) {
    case 'stored':
      return storedDecoder();
    case 'mszip':
      return mszipDecoder();
    case 'lzx':
      return lzxDecoder(compression.windowBits, mostBytes);
    case 'quantum':
      throw new HoldfastError('cab.unsupported', 'The cabinet is packed with Quantum, which is not read.');
  }
}
