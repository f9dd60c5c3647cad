/** The data blocks of a folder, through all the cabinets that it goes on in [MS-CAB 2.4]. */
import { HoldfastError } from '@holdfast/contract';
import { blockChecksum } from './checksum.ts';
import { decoderFor } from './decoder.ts';
import { blockHeader, type Cabinet, type Compression } from './layout.ts';
import { cabinetLimits } from './limits.ts';
import type { SourceWindow, WindowOf } from './window.ts';

/** A run of blocks in one cabinet. */
export type FolderPart = { readonly cabinet: Cabinet; readonly position: number; readonly blocks: number };

type Block = { readonly packed: Uint8Array; readonly size: number };

function invalid(happened: string): HoldfastError {
  return new HoldfastError('cab.invalid', happened);
}

async function readBlock(
  window: SourceWindow,
  position: number,
  reserve: number,
): Promise<Block & { end: number }> {
  const head = blockHeader + reserve;
  const fixed = await window.view(position, blockHeader);
  const packedSize = (fixed[4] as number) | ((fixed[5] as number) << 8);
  const size = (fixed[6] as number) | ((fixed[7] as number) << 8);
  if (size > cabinetLimits.blockBytes || packedSize > cabinetLimits.packedBlockBytes) {
    throw invalid(
      `A data block declares ${packedSize} bytes that unpack to ${size}: more than a block can have.`,
    );
  }
  const whole = await window.view(position, head + packedSize);
  const expected = new DataView(whole.buffer, whole.byteOffset).getUint32(0, true);
  const packed = whole.subarray(head);
  // Zero stands for a block without a checksum. Packers differ in whether the reserved bytes count.
  if (expected !== 0) {
    const sum = blockChecksum(packed, 0);
    const matches =
      blockChecksum(whole.subarray(4, 8), sum) === expected ||
      (reserve > 0 && blockChecksum(whole.subarray(4, head), sum) === expected);
    if (!matches) throw invalid(`The data block at byte ${position} is damaged: its checksum differs.`);
  }
  return { packed, size, end: position + head + packedSize };
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const whole = new Uint8Array(first.length + second.length);
  whole.set(first);
  whole.set(second, first.length);
  if (whole.length > cabinetLimits.packedBlockBytes) throw invalid('A divided data block is too long.');
  return whole;
}

/** All blocks in their order. One that is divided between two cabinets, marked by its size 0, is put together. */
async function* allBlocks(parts: readonly FolderPart[], windowOf: WindowOf): AsyncGenerator<Block> {
  let begun: Uint8Array | undefined;
  for (const { cabinet, position, blocks } of parts) {
    const window = windowOf(cabinet.source);
    for (let number = 0, at = position; number < blocks; number += 1) {
      const { packed, size, end } = await readBlock(window, at, cabinet.blockReserve);
      at = end;
      const whole = begun === undefined ? packed : joined(begun, packed);
      begun = undefined;
      if (size > 0) yield { packed: whole, size };
      else if (packed.length > 0) {
        // At the end of what is there the folder just ends: files that go on are known to be incomplete.
        if (number < blocks - 1) throw invalid('A data block that is divided has no second part.');
        begun = whole.slice();
      }
    }
  }
}

/** What all blocks of a folder can unpack to at most. */
export function mostBytes(parts: readonly FolderPart[]): number {
  return parts.reduce((sum, part) => sum + part.blocks, 0) * cabinetLimits.blockBytes;
}

/**
 * The unpacked bytes of a folder, in pieces of up to `chunkBytes` that belong to the caller. Memory: one piece, one
 * read-ahead and the codec's window.
 */
export async function* folderBytes(
  compression: Compression,
  parts: readonly FolderPart[],
  windowOf: WindowOf,
): AsyncGenerator<Uint8Array> {
  const decode = decoderFor(compression, mostBytes(parts));
  let piece = new Uint8Array(0);
  let filled = 0;
  for await (const { packed, size } of allBlocks(parts, windowOf)) {
    if (filled + size > piece.length) {
      if (filled > 0) yield piece.subarray(0, filled);
      // The first piece is small, and that of a single block no larger than the block: most folders are.
      const most = mostBytes(parts);
      const first = most <= cabinetLimits.blockBytes ? size : Math.min(2 * cabinetLimits.blockBytes, most);
      piece = new Uint8Array(piece.length === 0 ? first : cabinetLimits.chunkBytes);
      filled = 0;
    }
    decode(packed, piece.subarray(filled, filled + size));
    filled += size;
  }
  if (filled > 0) yield piece.subarray(0, filled);
}
