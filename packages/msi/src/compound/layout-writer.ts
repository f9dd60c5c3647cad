/** Where everything of a compound file that is written lies: known from the sizes alone, before a byte is read. */
import { entryBytes } from './directory.ts';
import type { DirectoryEntry } from './directory-writer.ts';
import { endOfChain } from './header.ts';

/** Streams shorter than this lie in the mini stream; bytes. */
export const miniCutoff = 4096;
/** Bytes of a sector of the mini stream. */
export const miniSectorBytes = 64;
/** FAT sectors that the header itself names. */
export const difatInHeader = 109;
/** A file of version 3 is not longer than this, [MS-CFB] 2.2; bytes. */
const longestVersion3 = 2 ** 31;
/** What stands in the FAT for its own sectors and for those of the DIFAT, [MS-CFB] 2.1. */
const fatMark = 0xffff_fffd;
const difatMark = 0xffff_fffc;

/** Sectors that follow each other. What the FAT says of each: the next one and at last `end`, or always `end`. */
export type Extent = {
  readonly first: number;
  readonly count: number;
  readonly linked: boolean;
  readonly end: number;
};

export type Layout = {
  readonly version: 3 | 4;
  readonly sectorSize: 512 | 4096;
  /** In ascending order, without gaps from sector 0 on. */
  readonly extents: readonly Extent[];
  readonly difat: { readonly first: number; readonly count: number };
  readonly fat: { readonly first: number; readonly count: number };
  readonly directory: { readonly first: number; readonly count: number };
  readonly miniFat: { readonly first: number; readonly count: number };
  /** Sector that holds no data, because programs lock its bytes; undefined where the file ends before it. */
  readonly lockSector: number | undefined;
};

/** How many sectors the FAT and the DIFAT need for `others`, and for themselves. */
function tableSectors(others: number, perSector: number): { fat: number; difat: number } {
  let fat = 0;
  let difat = 0;
  for (;;) {
    const needed = Math.ceil((others + fat + difat) / perSector);
    const named = Math.max(0, Math.ceil((needed - difatInHeader) / (perSector - 1)));
    if (needed === fat && named === difat) return { fat, difat };
    fat = needed;
    difat = named;
  }
}

/** Hands out sectors from 0 on, around the one that is locked. */
function allocator(lockSector: number) {
  const extents: Extent[] = [];
  let next = 0;
  function passLock(): void {
    if (next !== lockSector) return;
    extents.push({ first: next, count: 1, linked: false, end: endOfChain });
    next += 1;
  }
  return {
    extents,
    /** @returns the first sector; that of an empty chain is the end of it */
    take(count: number, mark?: number): number {
      if (count === 0) return endOfChain;
      passLock();
      const first = next;
      const before = next < lockSector ? Math.min(count, lockSector - next) : count;
      const rest = count - before;
      const end = mark ?? (rest > 0 ? lockSector + 1 : endOfChain);
      extents.push({ first, count: before, linked: mark === undefined, end });
      next += before;
      if (rest > 0) {
        passLock();
        extents.push({ first: next, count: rest, linked: true, end: endOfChain });
        next += rest;
      }
      return first;
    },
  };
}

/** The sectors of a layout, and with them the first sector of every entry, which is written into it. */
function layoutOf(entries: readonly DirectoryEntry[], version: 3 | 4): Layout & { readonly sectors: number } {
  const sectorSize = version === 3 ? 512 : 4096;
  const sectorsOf = (bytes: number) => Math.ceil(bytes / sectorSize);
  const streams = entries.filter((entry) => entry.type === 'stream' && entry.size > 0);
  const small = streams.filter((entry) => entry.size < miniCutoff);
  const large = streams.filter((entry) => entry.size >= miniCutoff);
  let miniSectors = 0;
  for (const entry of small) {
    entry.start = miniSectors;
    miniSectors += Math.ceil(entry.size / miniSectorBytes);
  }
  const counts = {
    directory: sectorsOf(entries.length * entryBytes),
    miniFat: sectorsOf(miniSectors * 4),
    miniStream: sectorsOf(miniSectors * miniSectorBytes),
  };
  const data = large.reduce((sum, entry) => sum + sectorsOf(entry.size), 0);
  const others = counts.directory + counts.miniFat + counts.miniStream + data;
  // Bytes 0x7FFFFF00 to 0x7FFFFFFF of a long file are locked, not written, [MS-CFB] 2.7.
  const lockSector = version === 3 ? Number.POSITIVE_INFINITY : Math.floor(0x7fff_ff00 / sectorSize) - 1;
  let needed = tableSectors(others, sectorSize / 4);
  const isLong = others + needed.fat + needed.difat > lockSector;
  if (isLong) needed = tableSectors(others + 1, sectorSize / 4);
  const { extents, take } = allocator(lockSector);
  const difat = { first: take(needed.difat, difatMark), count: needed.difat };
  const fat = { first: take(needed.fat, fatMark), count: needed.fat };
  const directory = { first: take(counts.directory), count: counts.directory };
  const miniFat = { first: take(counts.miniFat), count: counts.miniFat };
  const [root] = entries;
  if (root !== undefined) {
    root.start = take(counts.miniStream);
    root.size = miniSectors * miniSectorBytes;
  }
  for (const entry of large) entry.start = take(sectorsOf(entry.size));
  const sectors = extents.reduce((sum, extent) => sum + extent.count, 0);
  return {
    version,
    sectorSize,
    extents,
    difat,
    fat,
    directory,
    miniFat,
    lockSector: isLong ? lockSector : undefined,
    sectors,
  };
}

/** Version 3, which every reader knows, unless the file would be too long for it. */
export function layOut(entries: readonly DirectoryEntry[]): Layout {
  const layout = layoutOf(entries, 3);
  return (layout.sectors + 1) * layout.sectorSize > longestVersion3 ? layoutOf(entries, 4) : layout;
}
