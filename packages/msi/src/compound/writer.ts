/** Writes a compound file, [MS-CFB], from its first byte to its last: what is copied is never held as a whole. */
import { type Appender, appender, pieces } from '../appender.ts';
import type { ByteSink } from '../source.ts';
import {
  type DirectoryEntry,
  directoryBytes,
  directoryEntries,
  type StorageContent,
} from './directory-writer.ts';
import { invalid } from './errors.ts';
import { endOfChain, freeSector, viewOf } from './header.ts';
import { difatInHeader, type Layout, layOut, miniCutoff, miniSectorBytes } from './layout-writer.ts';

/** Numbers of a table that are made at once. */
const numbersAtOnce = 1 << 16;

function headerBytes(layout: Layout): Uint8Array {
  const { version, sectorSize, difat, fat, directory, miniFat } = layout;
  const bytes = new Uint8Array(sectorSize);
  const view = viewOf(bytes);
  bytes.set([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]);
  view.setUint16(24, 0x3e, true);
  view.setUint16(26, version, true);
  view.setUint16(28, 0xfffe, true);
  view.setUint16(30, Math.log2(sectorSize), true);
  view.setUint16(32, Math.log2(miniSectorBytes), true);
  // Version 3 has no number of directory sectors.
  view.setUint32(40, version === 3 ? 0 : directory.count, true);
  view.setUint32(44, fat.count, true);
  view.setUint32(48, directory.first, true);
  view.setUint32(56, miniCutoff, true);
  view.setUint32(60, miniFat.first, true);
  view.setUint32(64, miniFat.count, true);
  view.setUint32(68, difat.first, true);
  view.setUint32(72, difat.count, true);
  for (let index = 0; index < difatInHeader; index += 1) {
    view.setUint32(76 + index * 4, index < fat.count ? fat.first + index : freeSector, true);
  }
  return bytes;
}

/** Each sector names FAT sectors, and in its last number the next sector of its kind. */
function* difatNumbers({ sectorSize, difat, fat }: Layout): Generator<number> {
  let named = difatInHeader;
  const perSector = sectorSize / 4 - 1;
  for (let sector = 1; sector <= difat.count; sector += 1) {
    for (let index = 0; index < perSector; index += 1, named += 1) {
      yield named < fat.count ? fat.first + named : freeSector;
    }
    yield sector < difat.count ? difat.first + sector : endOfChain;
  }
}

function* fatNumbers({ sectorSize, fat, extents }: Layout): Generator<number> {
  let left = (fat.count * sectorSize) / 4;
  for (const { first, count, linked, end } of extents) {
    for (let index = 1; index < count; index += 1) yield linked ? first + index : end;
    yield end;
    left -= count;
  }
  for (; left > 0; left -= 1) yield freeSector;
}

function* miniFatNumbers(
  { sectorSize, miniFat }: Layout,
  small: readonly DirectoryEntry[],
): Generator<number> {
  let left = (miniFat.count * sectorSize) / 4;
  for (const { start, size } of small) {
    const count = Math.ceil(size / miniSectorBytes);
    for (let index = 1; index < count; index += 1) yield start + index;
    yield endOfChain;
    left -= count;
  }
  for (; left > 0; left -= 1) yield freeSector;
}

async function appendNumbers(out: Appender, numbers: Iterable<number>): Promise<void> {
  const bytes = new Uint8Array(numbersAtOnce * 4);
  const view = viewOf(bytes);
  let filled = 0;
  for (const number of numbers) {
    view.setUint32(filled, number, true);
    filled += 4;
    if (filled === bytes.length) {
      await out.append(bytes);
      filled = 0;
    }
  }
  await out.append(bytes.subarray(0, filled));
}

/** An appender that leaves one sector out. */
function around(out: Appender, { lockSector, sectorSize }: Layout): Appender {
  if (lockSector === undefined) return out;
  const locked = (lockSector + 1) * sectorSize;
  return {
    get position() {
      return out.position;
    },
    async append(bytes) {
      const before = locked - out.position;
      if (before < 0 || before >= bytes.length) return out.append(bytes);
      await out.append(bytes.subarray(0, before));
      await out.append(new Uint8Array(sectorSize));
      await out.append(bytes.subarray(before));
    },
    pad: out.pad,
    flush: out.flush,
  };
}

async function appendContent(
  out: Appender,
  { name, size, content }: DirectoryEntry,
  unit: number,
): Promise<void> {
  if (content === undefined) return;
  const tooShort = (position: number) =>
    invalid(`stream ${JSON.stringify(name)}`, position, `its source ends before its ${size} bytes`);
  for await (const piece of pieces(content, tooShort)) await out.append(piece);
  await out.pad(unit);
}

/**
 * Writes a file from position 0 on, in ascending order; each content is read once. Version 3, or 4 where the file
 * is longer than 2 GiB.
 * @returns its length in bytes
 * @throws HoldfastError `msi.invalid` for a name that cannot be or comes twice, or a content shorter than its size
 */
export async function writeCompound(root: StorageContent, sink: ByteSink): Promise<number> {
  const entries = directoryEntries(root);
  const layout = layOut(entries);
  const streams = entries.filter((entry) => entry.type === 'stream' && entry.size > 0);
  const small = streams.filter((entry) => entry.size < miniCutoff);
  const out = around(appender(sink), layout);
  await out.append(headerBytes(layout));
  await appendNumbers(out, difatNumbers(layout));
  await appendNumbers(out, fatNumbers(layout));
  await out.append(directoryBytes(entries, layout.sectorSize));
  await appendNumbers(out, miniFatNumbers(layout, small));
  for (const entry of small) await appendContent(out, entry, miniSectorBytes);
  await out.pad(layout.sectorSize);
  for (const entry of streams) {
    if (entry.size >= miniCutoff) await appendContent(out, entry, layout.sectorSize);
  }
  await out.flush();
  return out.position;
}
