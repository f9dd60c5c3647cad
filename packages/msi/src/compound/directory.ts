/** The directory of a compound file, [MS-CFB] 2.6: its entries, and the tree that they say they are. */
import { beyond, invalid } from './errors.ts';
import { freeSector, type Header, viewOf } from './header.ts';

/** Bytes of one entry. */
export const entryBytes = 128;
/** Entries that are read; packages have tens to thousands. */
export const mostEntries = 1 << 18;
/** Storages inside each other; a patch inside a package makes three. */
export const mostDepth = 32;

export type StreamEntry = {
  readonly kind: 'stream';
  /** As stored, at most 31 UTF-16 units. */
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  readonly start: number;
};

export type StorageEntry = {
  readonly kind: 'storage';
  readonly name: string;
  /** 16 bytes as stored: what kind of object the storage says it is. */
  readonly classId: Uint8Array;
  /** By name, in the order of [MS-CFB] 2.6.4: shorter names first. */
  readonly streams: ReadonlyMap<string, StreamEntry>;
  readonly storages: ReadonlyMap<string, StorageEntry>;
};

export type Directory = {
  readonly root: StorageEntry;
  /** First sector and bytes of the mini stream, which belongs to the root entry. */
  readonly miniStart: number;
  readonly miniSize: number;
};

type RawEntry = {
  readonly index: number;
  readonly name: string;
  readonly type: number;
  readonly left: number;
  readonly right: number;
  readonly child: number;
  readonly classId: Uint8Array;
  readonly start: number;
  readonly size: number;
};

const types = { storage: 1, stream: 2, root: 5 } as const;

function readEntry(bytes: Uint8Array, index: number, header: Header): RawEntry {
  const offset = index * entryBytes;
  const view = viewOf(bytes.subarray(offset, offset + entryBytes));
  const nameBytes = view.getUint16(64, true);
  if (nameBytes > 64 || nameBytes % 2 === 1) {
    throw invalid('directory', offset, `entry ${index} has a name of ${nameBytes} bytes`);
  }
  let name = '';
  for (let at = 0; at < nameBytes - 2; at += 2) name += String.fromCharCode(view.getUint16(at, true));
  // Writers of version 3 leave noise in the upper half.
  const upper = header.version === 3 ? 0 : view.getUint32(124, true);
  return {
    index,
    name,
    type: view.getUint8(66),
    left: view.getUint32(68, true),
    right: view.getUint32(72, true),
    child: view.getUint32(76, true),
    classId: bytes.slice(offset + 80, offset + 96),
    start: view.getUint32(116, true),
    size: upper * 2 ** 32 + view.getUint32(120, true),
  };
}

/** Each UTF-16 unit by itself, as the order of siblings asks; one that becomes several stays. */
function upperCase(name: string): string {
  return name.replace(/[a-z\u0080-\uffff]/g, (unit) => {
    const upper = unit.toUpperCase();
    return upper.length === 1 ? upper : unit;
  });
}

function compareUpper(one: string, other: string): number {
  if (one.length !== other.length) return one.length - other.length;
  return one < other ? -1 : one > other ? 1 : 0;
}

/** The order of siblings, [MS-CFB] 2.6.4: shorter first, then by upper-case UTF-16 units; 0 for the same name. */
export function compareNames(one: string, other: string): number {
  return compareUpper(upperCase(one), upperCase(other));
}

/** Siblings in their order. */
export function inNameOrder<Item>(items: readonly Item[], nameOf: (item: Item) => string): Item[] {
  return items
    .map((item) => ({ item, upper: upperCase(nameOf(item)) }))
    .sort((one, other) => compareUpper(one.upper, other.upper))
    .map(({ item }) => item);
}

function inOrder<Item extends { readonly name: string }>(items: readonly Item[]): Map<string, Item> {
  return new Map(inNameOrder(items, ({ name }) => name).map((one) => [one.name, one]));
}

/**
 * The tree below the root. Colours and order of the red-black tree are not trusted: every entry is visited
 * once, over its siblings' links, and one that is reached twice is an error.
 * @throws HoldfastError `msi.invalid`, `msi.limit`
 */
export function readDirectory(bytes: Uint8Array, header: Header): Directory {
  const count = Math.floor(bytes.length / entryBytes);
  if (count === 0) throw invalid('directory', 0, 'it is empty');
  if (count > mostEntries) throw beyond('directory', 0, `${count} entries, of at most ${mostEntries}`);
  const visited = new Set<number>([0]);
  const root = readEntry(bytes, 0, header);
  if (root.type !== types.root) throw invalid('directory', 0, 'the first entry is not the root');

  const siblings = (first: number, parent: number): RawEntry[] => {
    const found: RawEntry[] = [];
    const open = [first];
    for (let index = open.pop(); index !== undefined; index = open.pop()) {
      if (index === freeSector) continue;
      if (index >= count) throw invalid('directory', parent * entryBytes, `entry ${index} does not exist`);
      if (visited.has(index))
        throw invalid('directory', index * entryBytes, `entry ${index} is reached twice`);
      visited.add(index);
      const entry = readEntry(bytes, index, header);
      if (entry.type !== types.storage && entry.type !== types.stream) {
        throw invalid('directory', index * entryBytes, `entry ${index} is of type ${entry.type}`);
      }
      found.push(entry);
      open.push(entry.right, entry.left);
    }
    return found;
  };

  const storage = (entry: RawEntry, depth: number): StorageEntry => {
    if (depth > mostDepth)
      throw beyond('directory', entry.index * entryBytes, 'storages are nested too deep');
    const entries = siblings(entry.child, entry.index);
    const twin = entries.length - new Set(entries.map((one) => one.name)).size;
    if (twin > 0) throw invalid('directory', entry.index * entryBytes, 'two entries have the same name');
    return {
      kind: 'storage',
      name: entry.name,
      classId: entry.classId,
      streams: inOrder(
        entries
          .filter((one) => one.type === types.stream)
          .map(({ name, size, start }): StreamEntry => ({ kind: 'stream', name, size, start })),
      ),
      storages: inOrder(
        entries.filter((one) => one.type === types.storage).map((one) => storage(one, depth + 1)),
      ),
    };
  };

  return { root: storage(root, 0), miniStart: root.start, miniSize: root.size };
}
