/** Which sectors belong together: FAT, DIFAT and mini FAT, [MS-CFB] 2.3 to 2.5, as runs of neighbours. */

import type { ByteSource } from '../source.ts';
import { invalid } from './errors.ts';
import { endOfChain, freeSector, type Header, sectorPosition, viewOf } from './header.ts';

/** Sectors in their order, as pairs of first sector and how many follow each other. */
export type Runs = {
  readonly firsts: readonly number[];
  /** Sectors of the chain before each run, so that a position is found by halving. */
  readonly starts: readonly number[];
  /** Sectors in all. */
  readonly length: number;
};

/** How far one read goes, so that a stream of gigabytes never becomes one buffer in here. */
const bytesAtOnce = 1 << 20;

/** Exactly this much, or the file is shorter than it says. */
export async function readExactly(
  source: ByteSource,
  position: number,
  length: number,
  where: string,
): Promise<Uint8Array> {
  const bytes = await source.read(position, length);
  if (bytes.length < length) throw invalid(where, position, 'the file ends inside it');
  return bytes;
}

/**
 * Follows a chain for the sectors that are needed; what is allocated beyond them is not looked at.
 * @param table next sector by sector
 * @throws HoldfastError `msi.invalid` where the chain ends early, leaves the file or meets itself
 */
export function chain(table: Uint32Array, start: number, needed: number, where: string): Runs {
  const firsts: number[] = [];
  const starts: number[] = [];
  if (needed > table.length) throw invalid(where, start, `${needed} sectors, of ${table.length} that exist`);
  const seen = new Uint8Array(needed === 0 ? 0 : Math.ceil(table.length / 8));
  let sector = start;
  let expected = -1;
  for (let count = 0; count < needed; count += 1) {
    const next = table[sector];
    if (next === undefined) {
      throw invalid(where, sector, `the chain breaks off after ${count} of ${needed} sectors`);
    }
    const cell = sector >>> 3;
    const bit = 1 << (sector & 7);
    const marks = seen[cell] ?? 0;
    if ((marks & bit) !== 0) throw invalid(where, sector, 'the chain comes back to a sector of its own');
    seen[cell] = marks | bit;
    if (sector !== expected) {
      firsts.push(sector);
      starts.push(count);
    }
    expected = sector + 1;
    sector = next;
  }
  return { firsts, starts, length: needed };
}

/** How many sectors a chain has that ends by itself (directory, mini FAT: nothing else says how long they are). */
export function chainLength(table: Uint32Array, start: number, where: string): number {
  let count = 0;
  for (let sector = start; sector !== endOfChain; count += 1) {
    const next = table[sector];
    if (next === undefined) throw invalid(where, sector, `the chain breaks off after ${count} sectors`);
    if (count >= table.length) throw invalid(where, sector, 'the chain never ends');
    sector = next;
  }
  return count;
}

/** The run that a sector of the chain is in. */
function runAt(runs: Runs, index: number): number {
  let low = 0;
  let high = runs.starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((runs.starts[middle] ?? 0) <= index) low = middle;
    else high = middle - 1;
  }
  return low;
}

/**
 * Reads a range of a chain.
 * @param placeOf byte position in `source` of a sector
 */
export async function readRuns(
  source: ByteSource,
  runs: Runs,
  unit: number,
  placeOf: (sector: number) => number,
  position: number,
  length: number,
  where: string,
): Promise<Uint8Array> {
  let result: Uint8Array | undefined;
  let done = 0;
  while (done < length) {
    const index = Math.floor((position + done) / unit);
    const run = runAt(runs, index);
    const first = runs.firsts[run];
    const start = runs.starts[run];
    if (first === undefined || start === undefined)
      throw invalid(where, position + done, 'read past its end');
    const end = runs.starts[run + 1] ?? runs.length;
    const inside = position + done - start * unit;
    const available = (end - start) * unit - inside;
    if (available <= 0) throw invalid(where, position + done, 'read past its end');
    const take = Math.min(length - done, available, bytesAtOnce);
    const bytes = await readExactly(source, placeOf(first) + inside, take, where);
    // Most ranges lie in one piece, which needs no copy.
    if (take === length) return bytes;
    result ??= new Uint8Array(length);
    result.set(bytes, done);
    done += take;
  }
  return result ?? new Uint8Array(0);
}

/** Numbers of the FAT's own sectors: from the header, then from the chain of DIFAT sectors. */
async function fatSectors(source: ByteSource, header: Header): Promise<number[]> {
  const sectors: number[] = [];
  const add = (sector: number): void => {
    if (sectors.length === header.fatSectorCount) return;
    if (sector >= header.sectorCount) throw invalid('DIFAT', sectors.length, `sector ${sector} is outside`);
    sectors.push(sector);
  };
  for (const sector of header.difat) if (sector !== freeSector) add(sector);
  let next = header.difatStart;
  // Some writers end this chain with "free" instead of "end of chain".
  for (
    let count = 0;
    count < header.difatSectorCount && next !== endOfChain && next !== freeSector;
    count += 1
  ) {
    if (next >= header.sectorCount) throw invalid('DIFAT', count, `sector ${next} is outside the file`);
    const view = viewOf(
      await readExactly(source, sectorPosition(header, next), header.sectorSize, `DIFAT sector ${next}`),
    );
    const last = header.sectorSize - 4;
    for (let offset = 0; offset < last; offset += 4) {
      const sector = view.getUint32(offset, true);
      if (sector !== freeSector) add(sector);
    }
    next = view.getUint32(last, true);
  }
  if (sectors.length < header.fatSectorCount) {
    throw invalid(
      'DIFAT',
      sectors.length,
      `it names ${sectors.length} of ${header.fatSectorCount} FAT sectors`,
    );
  }
  return sectors;
}

/** Little-endian numbers of `bytes` into `table` from `at`, as many as fit. */
export function decodeTable(bytes: Uint8Array, table: Uint32Array, at: number): void {
  const view = viewOf(bytes);
  const count = Math.min(bytes.length >>> 2, table.length - at);
  for (let index = 0; index < count; index += 1) table[at + index] = view.getUint32(index * 4, true);
}

/** The whole FAT: four bytes a sector of the file, 16 MiB for a package of 2 GiB. */
export async function readFat(source: ByteSource, header: Header): Promise<Uint32Array> {
  const sectors = await fatSectors(source, header);
  const perSector = header.sectorSize / 4;
  const table = new Uint32Array(Math.min(header.sectorCount, sectors.length * perSector)).fill(freeSector);
  const mostAtOnce = bytesAtOnce / header.sectorSize;
  for (let index = 0; index < sectors.length; ) {
    const first = sectors[index] ?? 0;
    let count = 1;
    while (count < mostAtOnce && sectors[index + count] === first + count) count += 1;
    const length = count * header.sectorSize;
    decodeTable(
      await readExactly(source, sectorPosition(header, first), length, `FAT sector ${first}`),
      table,
      index * perSector,
    );
    index += count;
  }
  return table;
}
