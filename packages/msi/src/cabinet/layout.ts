/** The header, folder entries and file entries of one cabinet [MS-CAB 2.1-2.3]. */
import { HoldfastError } from '@holdfast/contract';
import type { ByteSource } from '../source.ts';
import { cabinetLimits } from './limits.ts';
import { type SourceWindow, sourceWindow } from './window.ts';

export type Compression =
  | { readonly kind: 'stored' | 'mszip' | 'quantum' }
  | { readonly kind: 'lzx'; readonly windowBits: number };

export type CabinetFolder = {
  /** Where its first data block begins. */
  readonly position: number;
  readonly blocks: number;
  readonly compression: Compression;
};

/** Which folder a file lies in: one of this cabinet by index, and whether it begins before or goes on after it. */
export type FolderPlace = {
  readonly index: number;
  readonly fromPrevious: boolean;
  readonly intoNext: boolean;
};

export type FileEntry = {
  /** As written: with `\` between folders. May be anything; `safePath` says what of it can be a path. */
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** Where it begins in its unpacked folder, in bytes. */
  readonly offset: number;
  readonly folder: FolderPlace;
  /** FAT attributes: 1 read-only, 2 hidden, 4 system, 32 archive; 64 run after extraction. */
  readonly attributes: number;
  /** Local time of whoever packed it, `2009-07-12T13:05:58`; undefined where it is no date. */
  readonly modified: string | undefined;
};

export type Neighbour = { readonly cabinet: string; readonly disk: string };

export type Cabinet = {
  readonly source: ByteSource;
  /** Bytes that the header declares. */
  readonly size: number;
  /** The same in all cabinets of a set. */
  readonly setId: number;
  /** Place in the set, from 0. */
  readonly index: number;
  readonly previous: Neighbour | undefined;
  readonly next: Neighbour | undefined;
  /** Reserved bytes in each data block. */
  readonly blockReserve: number;
  readonly folders: readonly CabinetFolder[];
  readonly files: readonly FileEntry[];
};

const signature = 0x4643534d; // MSCF
/** Bytes in front of what a data block holds, without those that are reserved. */
export const blockHeader = 8;
const flags = { previous: 1, next: 2, reserve: 4 } as const;
const nameIsUtf = 0x80;
const continued = { fromPrevious: 0xfffd, intoNext: 0xfffe, both: 0xffff } as const;

function invalid(happened: string): HoldfastError {
  return new HoldfastError('cab.invalid', happened);
}

/** Reads little-endian fields one after another. */
function fieldReader(window: SourceWindow, start: number) {
  let position = start;
  async function take(length: number): Promise<DataView> {
    const bytes = await window.view(position, length);
    position += length;
    return new DataView(bytes.buffer, bytes.byteOffset, length);
  }
  return {
    take,
    skip(length: number): void {
      position += length;
    },
    /** Bytes up to a zero, without it. */
    async text(): Promise<Uint8Array> {
      const bytes = await window.view(
        position,
        Math.min(cabinetLimits.nameBytes + 1, window.size - position),
      );
      const end = bytes.indexOf(0);
      if (end < 0) throw invalid('A name in the cabinet has no end.');
      position += end + 1;
      return bytes.slice(0, end);
    },
  };
}

type Fields = ReturnType<typeof fieldReader>;

/** Code page that names are read in where they are not marked as UTF-8 and are not valid UTF-8 either. */
const oldCodePage = 'windows-1252';

function decodeName(bytes: Uint8Array, isUtf: boolean): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    if (isUtf) throw new HoldfastError('cab.invalid', 'A UTF-8 name in the cabinet is not UTF-8.', { cause });
    return new TextDecoder(oldCodePage).decode(bytes);
  }
}

async function readNeighbour(fields: Fields): Promise<Neighbour> {
  const cabinet = decodeName(await fields.text(), false);
  const disk = decodeName(await fields.text(), false);
  if (cabinet === '') throw invalid('The cabinet names a neighbour without a name.');
  return { cabinet, disk };
}

function compressionOf(type: number): Compression {
  const kind = (['stored', 'mszip', 'quantum', 'lzx'] as const)[type & 0x0f];
  if (kind === undefined) {
    throw new HoldfastError('cab.unsupported', `The cabinet is packed in a way that is not known: ${type}.`);
  }
  if (kind !== 'lzx') return { kind };
  const windowBits = (type >> 8) & 0x1f;
  if (windowBits < 15 || windowBits > 21) throw invalid(`LZX has no window of ${windowBits} bits.`);
  return { kind, windowBits };
}

async function readFolders(fields: Fields, count: number, reserve: number): Promise<CabinetFolder[]> {
  const folders: CabinetFolder[] = [];
  for (let index = 0; index < count; index += 1) {
    const view = await fields.take(8);
    folders.push({
      position: view.getUint32(0, true),
      blocks: view.getUint16(4, true),
      compression: compressionOf(view.getUint16(6, true)),
    });
    fields.skip(reserve);
  }
  return folders;
}

/** Blocks that are counted must be there: folders that share theirs could make a small cabinet take days. */
function checkBlocks(folders: readonly CabinetFolder[], leastBytes: number, size: number): void {
  const blocks = folders.reduce((sum, folder) => sum + folder.blocks, 0);
  if (blocks * leastBytes > size) {
    throw invalid(`The cabinet counts ${blocks} data blocks, which do not fit into its ${size} bytes.`);
  }
}

function dosTime(date: number, time: number): string | undefined {
  const month = (date >> 5) & 15;
  const day = date & 31;
  const [hour, minute, second] = [time >> 11, (time >> 5) & 63, (time & 31) * 2];
  if (month < 1 || month > 12 || day < 1 || hour > 23 || minute > 59 || second > 59) return undefined;
  const two = (value: number) => String(value).padStart(2, '0');
  return `${1980 + (date >> 9)}-${two(month)}-${two(day)}T${two(hour)}:${two(minute)}:${two(second)}`;
}

function placeOf(field: number, folders: number): FolderPlace {
  const fromPrevious = field === continued.fromPrevious || field === continued.both;
  const intoNext = field === continued.intoNext || field === continued.both;
  const index = fromPrevious ? 0 : intoNext ? folders - 1 : field;
  if (index < 0 || index >= folders) throw invalid(`A file lies in folder ${field} of ${folders}.`);
  // What goes on on both sides fills the cabinet alone.
  if (fromPrevious && intoNext && folders !== 1)
    throw invalid('A file goes on through more than one folder.');
  return { index, fromPrevious, intoNext };
}

async function readFiles(fields: Fields, count: number, folders: number): Promise<FileEntry[]> {
  const files: FileEntry[] = [];
  for (let index = 0; index < count; index += 1) {
    const view = await fields.take(16);
    const [size, offset] = [view.getUint32(0, true), view.getUint32(4, true)];
    const folder = placeOf(view.getUint16(8, true), folders);
    const modified = dosTime(view.getUint16(10, true), view.getUint16(12, true));
    const attributes = view.getUint16(14, true);
    const name = decodeName(await fields.text(), (attributes & nameIsUtf) !== 0);
    if (name === '') throw invalid(`File ${index + 1} of the cabinet has no name.`);
    files.push({ name, size, offset, folder, attributes: attributes & ~nameIsUtf, modified });
  }
  return files;
}

/**
 * Reads what a cabinet says of itself; no content. Errors: `cab.invalid`; `cab.unsupported` for a version other
 * than 1.3 or an unknown compression.
 */
export async function readCabinet(source: ByteSource): Promise<Cabinet> {
  const window = sourceWindow(source, 64 * 1024);
  const fields = fieldReader(window, 0);
  if (source.size < 36) throw invalid('The file is too short to be a cabinet.');
  const header = await fields.take(36);
  if (header.getUint32(0, true) !== signature) throw invalid('The file is no cabinet: it begins otherwise.');
  const [minor, major] = [header.getUint8(24), header.getUint8(25)];
  const [size, firstFile] = [header.getUint32(8, true), header.getUint32(16, true)];
  const [folderCount, fileCount] = [header.getUint16(26, true), header.getUint16(28, true)];
  const [marks, setId, index] = [
    header.getUint16(30, true),
    header.getUint16(32, true),
    header.getUint16(34, true),
  ];
  if (major !== 1 || minor !== 3) {
    throw new HoldfastError('cab.unsupported', `Cabinets of version ${major}.${minor} are not read.`);
  }
  if (size > source.size) throw invalid(`The cabinet is cut off: ${source.size} of ${size} bytes are there.`);
  if (fileCount > 0 && folderCount === 0) throw invalid('The cabinet has files and no folder.');
  const reserve = { folder: 0, block: 0 };
  if (marks & flags.reserve) {
    const sizes = await fields.take(4);
    const headerReserve = sizes.getUint16(0, true);
    if (headerReserve > cabinetLimits.headerReserveBytes) throw invalid('The reserved area is too long.');
    reserve.folder = sizes.getUint8(2);
    reserve.block = sizes.getUint8(3);
    fields.skip(headerReserve);
  }
  const previous = marks & flags.previous ? await readNeighbour(fields) : undefined;
  const next = marks & flags.next ? await readNeighbour(fields) : undefined;
  const folders = await readFolders(fields, folderCount, reserve.folder);
  checkBlocks(folders, blockHeader + reserve.block, size);
  const files = await readFiles(fieldReader(window, firstFile), fileCount, folderCount);
  return { source, size, setId, index, previous, next, blockReserve: reserve.block, folders, files };
}
