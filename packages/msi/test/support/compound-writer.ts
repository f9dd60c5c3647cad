/** Makes small compound files for tests, both versions, with sectors in any order: independent of the readers. */
import { endOfChain, freeSector } from '../../src/compound/header.ts';

export type Plan = {
  readonly version?: 3 | 4;
  readonly streams: Readonly<Record<string, Uint8Array>>;
  /** Streams of one storage inside. */
  readonly storage?: { readonly name: string; readonly streams: Readonly<Record<string, Uint8Array>> };
  /** Lays the sectors of big streams in reverse, so that every one is a run of its own. */
  readonly scattered?: boolean;
};

type Placed = { name: string; type: number; start: number; size: number; child: number; right: number };

const none = 0xffff_ffff;
/** What the root of a package says it is: {000C1084-0000-0000-C000-000000000046}. */
const packageClass = [0x84, 0x10, 0x0c, 0, 0, 0, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0x46];

function put(target: Uint8Array, at: number, value: number, bytes: 2 | 4 = 4): void {
  for (let index = 0; index < bytes; index += 1)
    target[at + index] = Math.floor(value / 2 ** (8 * index)) & 0xff;
}

/** A file whose siblings hang in one line: readers may not rely on a balanced tree. */
export function compoundFile({ version = 3, streams, storage, scattered = false }: Plan): Uint8Array {
  const sectorSize = version === 3 ? 512 : 4096;
  const sectors: Uint8Array[] = [];
  const fat: number[] = [];
  const mini: Uint8Array[] = [];
  const miniFat: number[] = [];

  const store = (bytes: Uint8Array): number => {
    const count = Math.ceil(bytes.length / sectorSize);
    if (count === 0) return endOfChain;
    const base = sectors.length;
    const place = (index: number) => base + (scattered ? count - 1 - index : index);
    for (let index = 0; index < count; index += 1) {
      const sector = new Uint8Array(sectorSize);
      sector.set(bytes.subarray(index * sectorSize, (index + 1) * sectorSize));
      sectors[place(index)] = sector;
      fat[place(index)] = index + 1 < count ? place(index + 1) : endOfChain;
    }
    return place(0);
  };
  const storeMini = (bytes: Uint8Array): number => {
    const count = Math.ceil(bytes.length / 64);
    if (count === 0) return endOfChain;
    const base = mini.length;
    for (let index = 0; index < count; index += 1) {
      const sector = new Uint8Array(64);
      sector.set(bytes.subarray(index * 64, (index + 1) * 64));
      mini.push(sector);
      miniFat.push(index + 1 < count ? base + index + 1 : endOfChain);
    }
    return base;
  };
  const entries: Placed[] = [
    { name: 'Root Entry', type: 5, start: endOfChain, size: 0, child: none, right: none },
  ];
  const add = (all: Readonly<Record<string, Uint8Array>>, parent: Placed): void => {
    for (const [name, bytes] of Object.entries(all)) {
      const start = bytes.length < 4096 ? storeMini(bytes) : store(bytes);
      entries.push({ name, type: 2, start, size: bytes.length, child: none, right: parent.child });
      parent.child = entries.length - 1;
    }
  };
  const [root] = entries;
  if (root === undefined) throw new Error('no root');
  if (storage !== undefined) {
    const inner: Placed = { name: storage.name, type: 1, start: 0, size: 0, child: none, right: none };
    entries.push(inner);
    root.child = 1;
    add(storage.streams, inner);
  }
  add(streams, root);

  root.start = store(Buffer.concat(mini));
  root.size = mini.length * 64;
  const miniFatBytes = new Uint8Array(Math.ceil((miniFat.length * 4) / sectorSize) * sectorSize).fill(0xff);
  miniFat.forEach((next, index) => {
    put(miniFatBytes, index * 4, next);
  });
  const miniFatStart = store(miniFatBytes);
  const directory = new Uint8Array(Math.ceil((entries.length * 128) / sectorSize) * sectorSize);
  for (const [index, { name, type, start, size, child, right }] of entries.entries()) {
    const at = index * 128;
    for (let unit = 0; unit < name.length; unit += 1) put(directory, at + unit * 2, name.charCodeAt(unit), 2);
    put(directory, at + 64, name.length * 2 + 2, 2);
    directory[at + 66] = type;
    put(directory, at + 68, none);
    put(directory, at + 72, right);
    put(directory, at + 76, child);
    put(directory, at + 116, start);
    put(directory, at + 120, size);
  }
  directory.set(packageClass, 80);
  const directoryStart = store(directory);

  let fatSectors = 0;
  while (fatSectors * (sectorSize / 4) < sectors.length + fatSectors) fatSectors += 1;
  if (fatSectors > 109) throw new Error('too big for a test');
  const firstFat = sectors.length;
  const table = new Uint8Array(fatSectors * sectorSize).fill(0xff);
  fat.forEach((next, index) => {
    put(table, index * 4, next);
  });
  for (let index = 0; index < fatSectors; index += 1) put(table, (firstFat + index) * 4, 0xffff_fffd);

  const header = new Uint8Array(sectorSize);
  header.set([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]);
  put(header, 24, 0x3e, 2);
  put(header, 26, version, 2);
  put(header, 28, 0xfffe, 2);
  put(header, 30, version === 3 ? 9 : 12, 2);
  put(header, 32, 6, 2);
  put(header, 44, fatSectors);
  put(header, 48, directoryStart);
  put(header, 56, 4096);
  put(header, 60, miniFatStart);
  put(header, 64, miniFatBytes.length / sectorSize);
  put(header, 68, endOfChain);
  for (let index = 0; index < 109; index += 1) {
    put(header, 76 + index * 4, index < fatSectors ? firstFat + index : freeSector);
  }
  return Buffer.concat([header, ...sectors, table]);
}
