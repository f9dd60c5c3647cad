/** The directory of a compound file that is written: entries, and the tree that finds them, [MS-CFB] 2.6. */
import type { ByteSource } from '../source.ts';
import { compareNames, entryBytes, inNameOrder, mostEntries } from './directory.ts';
import { beyond, invalid } from './errors.ts';
import { endOfChain, freeSector, viewOf } from './header.ts';

/** What a storage is written from. Names are as stored. */
export type StorageContent = {
  /** 16 bytes as stored: what kind of object the storage is. */
  readonly classId: Uint8Array;
  readonly streams: readonly { readonly name: string; readonly content: ByteSource }[];
  readonly storages: readonly NamedStorage[];
};

export type NamedStorage = StorageContent & { readonly name: string };

export type DirectoryEntry = {
  readonly name: string;
  readonly type: 'storage' | 'stream' | 'root';
  readonly classId: Uint8Array;
  readonly content: ByteSource | undefined;
  left: number;
  right: number;
  child: number;
  red: boolean;
  /** First sector, or mini sector; the layout fills it in. */
  start: number;
  /** Bytes. */
  size: number;
};

const typeCodes = { storage: 1, stream: 2, root: 5 } as const;
/** UTF-16 units of a name. */
export const longestName = 31;
/** Characters that no name has, [MS-CFB] 2.6.1. */
const forbidden = /[/\\:!]/;
const noClass = new Uint8Array(16);
/** What "no entry" is in the links of the tree; the same number as a free sector. */
const noEntry = freeSector;

function entryOf(
  name: string,
  type: DirectoryEntry['type'],
  classId: Uint8Array,
  content?: ByteSource,
): DirectoryEntry {
  const links = { left: noEntry, right: noEntry, child: noEntry, red: false };
  const start = type === 'storage' ? 0 : endOfChain;
  return { name, type, classId, content, ...links, start, size: content?.size ?? 0 };
}

/** Entries of a storage in the order of the tree, names checked. */
function childrenOf({
  streams,
  storages,
}: StorageContent): { entry: DirectoryEntry; inner?: NamedStorage }[] {
  const unsorted = [
    ...streams.map(({ name, content }) => ({ entry: entryOf(name, 'stream', noClass, content) })),
    ...storages.map((inner) => ({ entry: entryOf(inner.name, 'storage', inner.classId), inner })),
  ];
  const children = inNameOrder(unsorted, ({ entry }) => entry.name);
  for (const [index, { entry }] of children.entries()) {
    const shown = JSON.stringify(entry.name);
    if (entry.name === '' || forbidden.test(entry.name)) {
      throw invalid('directory', index, `${shown} cannot be a name`);
    }
    if (entry.name.length > longestName) {
      throw invalid(
        'directory',
        index,
        `the name ${shown} is too long: ${entry.name.length} of ${longestName} units`,
      );
    }
    const next = children[index + 1];
    if (next !== undefined && compareNames(entry.name, next.entry.name) === 0) {
      throw invalid('directory', index, `two entries have the name ${shown}`);
    }
    if (!Number.isSafeInteger(entry.size) || entry.size < 0) {
      throw invalid('directory', index, `${shown} has ${entry.size} bytes`);
    }
  }
  return children;
}

/**
 * Hangs sorted entries into a tree whose levels are full but for the last: with the last one red and all others
 * black, every way down passes as many black entries, which is what a red-black tree asks.
 * @param first index of the first entry in the directory
 * @returns index of the topmost
 */
function hang(entries: readonly DirectoryEntry[], first: number): number {
  const deepest = Math.floor(Math.log2(entries.length));
  const full = entries.length === 2 ** (deepest + 1) - 1;
  const place = (low: number, high: number, depth: number): number => {
    if (low >= high) return noEntry;
    const middle = (low + high) >> 1;
    const entry = entries[middle];
    if (entry === undefined) return noEntry;
    entry.left = place(low, middle, depth + 1);
    entry.right = place(middle + 1, high, depth + 1);
    entry.red = depth === deepest && !full;
    return first + middle;
  };
  return place(0, entries.length, 0);
}

/**
 * All entries, the root first.
 * @throws HoldfastError `msi.invalid` for a name that cannot be or comes twice, `msi.limit`
 */
export function directoryEntries(root: StorageContent): DirectoryEntry[] {
  const top = entryOf('Root Entry', 'root', root.classId);
  const entries = [top];
  const open: { entry: DirectoryEntry; storage: StorageContent }[] = [{ entry: top, storage: root }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const children = childrenOf(next.storage);
    const listed = children.map(({ entry }) => entry);
    next.entry.child = hang(listed, entries.length);
    for (const { entry, inner } of children) {
      entries.push(entry);
      if (inner !== undefined) open.push({ entry, storage: inner });
    }
    if (entries.length > mostEntries) {
      throw beyond('directory', 0, `more than ${mostEntries} entries`);
    }
  }
  return entries;
}

/** Bytes of the directory, filled up with unused entries to whole sectors. */
export function directoryBytes(entries: readonly DirectoryEntry[], sectorSize: number): Uint8Array {
  const bytes = new Uint8Array(Math.ceil((entries.length * entryBytes) / sectorSize) * sectorSize);
  const view = viewOf(bytes);
  for (let at = 0; at < bytes.length; at += entryBytes) {
    for (const link of [68, 72, 76]) view.setUint32(at + link, noEntry, true);
  }
  for (const [index, entry] of entries.entries()) {
    const at = index * entryBytes;
    for (let unit = 0; unit < entry.name.length; unit += 1) {
      view.setUint16(at + unit * 2, entry.name.charCodeAt(unit), true);
    }
    view.setUint16(at + 64, entry.name.length * 2 + 2, true);
    view.setUint8(at + 66, typeCodes[entry.type]);
    view.setUint8(at + 67, entry.red ? 0 : 1);
    view.setUint32(at + 68, entry.left, true);
    view.setUint32(at + 72, entry.right, true);
    view.setUint32(at + 76, entry.child, true);
    bytes.set(entry.classId, at + 80);
    view.setUint32(at + 116, entry.start, true);
    view.setUint32(at + 120, entry.size % 2 ** 32, true);
    view.setUint32(at + 124, Math.floor(entry.size / 2 ** 32), true);
  }
  return bytes;
}
