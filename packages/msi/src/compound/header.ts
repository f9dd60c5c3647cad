/** The header of a compound file, [MS-CFB] 2.2. */

import type { ByteSource } from '../source.ts';
import { invalid } from './errors.ts';

/** Sector numbers that are none, [MS-CFB] 2.1. */
export const endOfChain = 0xffff_fffe;
export const freeSector = 0xffff_ffff;

/** Bytes of the fixed part, in both versions. */
const headerBytes = 512;
const signature = [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];
/** FAT sectors that the header itself names. */
const difatInHeader = 109;

export type Header = {
  readonly version: 3 | 4;
  /** Bytes. */
  readonly sectorSize: 512 | 4096;
  /** Whole or begun sectors behind the header. */
  readonly sectorCount: number;
  readonly fatSectorCount: number;
  readonly directoryStart: number;
  /** Streams shorter than this lie in the mini stream; bytes. */
  readonly miniCutoff: number;
  readonly miniFatStart: number;
  readonly miniFatSectorCount: number;
  readonly difatStart: number;
  readonly difatSectorCount: number;
  /** The first FAT sectors, as far as the header names them. */
  readonly difat: readonly number[];
};

/** A view for little-endian numbers on bytes that may lie anywhere in their buffer. */
export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Byte position of a sector: the header takes the place of the one before the first. */
export function sectorPosition(header: Pick<Header, 'sectorSize'>, sector: number): number {
  return (sector + 1) * header.sectorSize;
}

/** @throws HoldfastError `msi.invalid` where this is no compound file */
export async function readHeader(source: ByteSource): Promise<Header> {
  const bytes = await source.read(0, headerBytes);
  if (bytes.length < headerBytes) throw invalid('header', bytes.length, 'the file ends inside it');
  if (signature.some((byte, index) => bytes[index] !== byte)) {
    throw invalid('header', 0, 'this is no compound file');
  }
  const view = viewOf(bytes);
  if (view.getUint16(28, true) !== 0xfffe) throw invalid('header', 28, 'the byte order is not little-endian');
  const version = view.getUint16(26, true);
  const shift = view.getUint16(30, true);
  if (version !== 3 && version !== 4) throw invalid('header', 26, `version ${version} is unknown`);
  if (shift !== (version === 3 ? 9 : 12)) throw invalid('header', 30, `sectors of 2^${shift} bytes`);
  if (view.getUint16(32, true) !== 6) throw invalid('header', 32, 'mini sectors are not of 64 bytes');
  const miniCutoff = view.getUint32(56, true);
  if (miniCutoff !== 4096) throw invalid('header', 56, `a mini stream cutoff of ${miniCutoff} bytes`);
  const sectorSize = version === 3 ? 512 : 4096;
  const sectorCount = Math.max(0, Math.ceil(source.size / sectorSize) - 1);
  const counted = (offset: number, what: string): number => {
    const count = view.getUint32(offset, true);
    if (count > sectorCount) {
      throw invalid('header', offset, `${count} ${what} sectors in a file of ${sectorCount}`);
    }
    return count;
  };
  return {
    version,
    sectorSize,
    sectorCount,
    fatSectorCount: counted(44, 'FAT'),
    directoryStart: view.getUint32(48, true),
    miniCutoff,
    miniFatStart: view.getUint32(60, true),
    miniFatSectorCount: counted(64, 'mini FAT'),
    difatStart: view.getUint32(68, true),
    difatSectorCount: counted(72, 'DIFAT'),
    difat: Array.from({ length: difatInHeader }, (_, index) => view.getUint32(76 + index * 4, true)),
  };
}
