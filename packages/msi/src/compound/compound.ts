/** A compound file, [MS-CFB], opened for reading: its storages, and its streams in ranges. */

import type { ByteSource } from '../source.ts';
import { chain, chainLength, decodeTable, type Runs, readFat, readRuns } from './allocation.ts';
import {
  type Directory,
  entryBytes,
  mostEntries,
  readDirectory,
  type StorageEntry,
  type StreamEntry,
} from './directory.ts';
import { beyond, invalid } from './errors.ts';
import { type Header, readHeader, sectorPosition } from './header.ts';

/** Bytes of a sector of the mini stream. */
const miniSectorBytes = 64;

export type CompoundFile = {
  readonly version: 3 | 4;
  readonly root: StorageEntry;
  /**
   * A stream as bytes at random positions; its sectors are looked up here, its content when it is read.
   * @throws HoldfastError `msi.invalid` where its chain of sectors is damaged
   */
  open(stream: StreamEntry): ByteSource;
};

type Allocation = {
  readonly source: ByteSource;
  readonly header: Header;
  readonly fat: Uint32Array;
};

/** Bytes of a chain in the file's own sectors. */
function inSectors(
  { source, header, fat }: Allocation,
  start: number,
  size: number,
  where: string,
): ByteSource {
  const runs = chain(fat, start, Math.ceil(size / header.sectorSize), where);
  return ranged(source, runs, header.sectorSize, (sector) => sectorPosition(header, sector), size, where);
}

function ranged(
  source: ByteSource,
  runs: Runs,
  unit: number,
  placeOf: (sector: number) => number,
  size: number,
  where: string,
): ByteSource {
  return {
    size,
    async read(position, length) {
      const take = Math.max(0, Math.min(length, size - position));
      return readRuns(source, runs, unit, placeOf, position, take, where);
    },
  };
}

async function directoryOf(allocation: Allocation): Promise<Directory> {
  const { header, fat } = allocation;
  const size = chainLength(fat, header.directoryStart, 'directory') * header.sectorSize;
  if (size > mostEntries * entryBytes) throw beyond('directory', 0, `it has ${size} bytes`);
  const bytes = await inSectors(allocation, header.directoryStart, size, 'directory').read(0, size);
  return readDirectory(bytes, header);
}

/** The table of mini sectors, as long as the mini stream is. */
async function readMiniFat(allocation: Allocation, miniSize: number): Promise<Uint32Array> {
  const { header, fat } = allocation;
  if (header.miniFatSectorCount === 0 || miniSize === 0) return new Uint32Array(0);
  const sectors = Math.min(header.miniFatSectorCount, chainLength(fat, header.miniFatStart, 'mini FAT'));
  const size = sectors * header.sectorSize;
  const table = new Uint32Array(Math.min(size / 4, Math.ceil(miniSize / miniSectorBytes)));
  const bytes = await inSectors(allocation, header.miniFatStart, size, 'mini FAT').read(0, table.length * 4);
  decodeTable(bytes, table, 0);
  return table;
}

/** Sectors and mini sectors that all streams below a storage take together. */
function sectorsBelow(storage: StorageEntry, header: Header): { whole: number; mini: number } {
  const sum = { whole: 0, mini: 0 };
  for (const { size } of storage.streams.values()) {
    if (size >= header.miniCutoff) sum.whole += Math.ceil(size / header.sectorSize);
    else sum.mini += Math.ceil(size / miniSectorBytes);
  }
  for (const inner of storage.storages.values()) {
    const below = sectorsBelow(inner, header);
    sum.whole += below.whole;
    sum.mini += below.mini;
  }
  return sum;
}

/**
 * Each sector belongs to one stream, so all streams fit into the file. Where they do not, sectors are shared (or not
 * there): a small file could otherwise stand for any number of bytes to whoever unpacks it.
 */
function checkTotal({ root, miniSize }: Directory, header: Header): void {
  const { whole, mini } = sectorsBelow(root, header);
  if (whole > header.sectorCount || mini * miniSectorBytes > miniSize + miniSectorBytes) {
    throw invalid('directory', 0, 'its streams are longer together than the file');
  }
}

/**
 * Reads header, allocation and directory; no stream.
 * @throws HoldfastError `msi.invalid`, `msi.limit`
 */
export async function openCompound(source: ByteSource): Promise<CompoundFile> {
  const header = await readHeader(source);
  const allocation: Allocation = { source, header, fat: await readFat(source, header) };
  const directory = await directoryOf(allocation);
  checkTotal(directory, header);
  const miniStream = inSectors(allocation, directory.miniStart, directory.miniSize, 'mini stream');
  const miniFat = await readMiniFat(allocation, directory.miniSize);
  return {
    version: header.version,
    root: directory.root,
    open({ name, start, size }) {
      const where = `stream ${JSON.stringify(name)}`;
      if (!Number.isSafeInteger(size)) throw invalid(where, 0, `it has ${size} bytes`);
      if (size >= header.miniCutoff) return inSectors(allocation, start, size, where);
      const runs = chain(miniFat, start, Math.ceil(size / miniSectorBytes), where);
      return ranged(miniStream, runs, miniSectorBytes, (sector) => sector * miniSectorBytes, size, where);
    },
  };
}
