/**
 * The simulated disk: what a program sees, and what of it survives a power cut.
 *
 * Fault model
 * - A file has two images: what is read (all writes) and what is durable. Each write and truncate since the last
 *   `sync` of the file is on its way; at a power cut each is, on its own, lost, kept, or torn: of a torn write every
 *   512-byte sector (counted from the start of the file) is lost or kept on its own. A kept write beyond a lost one
 *   leaves zeros between. A sync makes durable exactly what is on its way.
 * - A failed sync (injected) drops what was on its way: it is still read, a later sync succeeds and does not save it
 *   (as Linux does: "PostgreSQL's fsync surprise", lwn.net/Articles/752063).
 * - Names (create, make folder, rename, remove) are one list of changes on their way. A sync of a folder makes
 *   durable the changes that touch this folder, and those that they build on; not the folder's own name in its parent.
 *   A rename is one change: it survives whole or not at all.
 * - At a power cut the names on their way are all lost, all kept, kept up to some moment (an ordered metadata
 *   journal), or any choice of them is kept (reordered), always with what they build on: an earlier change of the
 *   same name or of the same file.
 * - The times of a file survive as they were at its last sync. Links and folders have the time at which they were made.
 * - Names and contents fare independently: a name may survive with nothing of its file's content, and so may the
 *   content of a file that lost its name.
 */
import { type ErrorCode, HoldfastError } from '@holdfast/contract';
import type { Random } from '../world/random.ts';
import { noContent } from './content.ts';
import { copier } from './copy.ts';
import { type Damage, restart, survivingNames, withFoundations } from './damage.ts';
import {
  type ContentChange,
  changed,
  type FileNode,
  type FolderNode,
  type NameChange,
  type Node,
  type Place,
  type Room,
} from './nodes.ts';

export type Volume = {
  readonly root: FolderNode;
  /** Set by a test: the code with which this operation on this path shall fail, if any. */
  fault: (operation: string, path: string) => ErrorCode | undefined;
  newFile(place: Place, mode: number): FileNode;
  newFolder(place: Place, room?: Room): FolderNode;
  newLink(place: Place, target: string): void;
  move(from: Place, to: Place): void;
  remove(place: Place): void;
  /** Writes what there is room for. @throws HoldfastError `disk.full` when that was not all */
  write(file: FileNode, position: number, data: Uint8Array): void;
  truncate(file: FileNode, length: number): void;
  setTimes(file: FileNode, time: number): void;
  syncFile(file: FileNode): void;
  /** The disk reported that a sync failed: what was on its way will never be durable. */
  loseUnsynced(file: FileNode): void;
  syncFolder(folder: FolderNode): void;
  /** Makes every name durable that is on its way. */
  syncNames(): void;
  /** Turns what was read into what survived. */
  powerCut(damage: Damage, random: Random): void;
  /** A disk of its own that is now as this one is, with what is on its way. Nobody holds a file on it. */
  fork(): Volume;
};

/** What a disk fails of its own accord: nothing. */
export const noFault: Volume['fault'] = () => undefined;

/** Bytes of a simulated disk unless told otherwise. */
const usualCapacity = 1024 ** 3;

export function newRoom(limits: Partial<Room> = {}): Room {
  return { capacity: usualCapacity, used: 0, readOnly: false, denied: false, ...limits };
}

/**
 * An empty disk.
 * @param now wall clock, milliseconds since 1970
 */
export function newVolume(capacity = usualCapacity, now = (): number => 0): Volume {
  return volumeOf(folderNode(newRoom({ capacity }), now()), [], now);
}

function volumeOf(root: FolderNode, underWay: readonly NameChange[], now: () => number): Volume {
  let names = [...underWay];

  function change(node: Node, from: Place | undefined, to: Place | undefined): void {
    const replaced = to?.folder.entries.get(to.name);
    if (replaced !== undefined) forget(replaced);
    from?.folder.entries.delete(from.name);
    to?.folder.entries.set(to.name, node);
    names.push({ node, from, to, replaced });
  }

  function settle(kept: readonly NameChange[]): void {
    for (const { node, from, to } of kept) {
      from?.folder.durable.delete(from.name);
      to?.folder.durable.set(to.name, node);
    }
  }

  return {
    root,
    fault: noFault,
    newFile(place, mode) {
      const { room } = place.folder;
      const times = { created: now(), modified: now() };
      const file: FileNode = {
        kind: 'file',
        times,
        durableTimes: times,
        room,
        mode,
        content: noContent,
        durable: noContent,
        unsynced: [],
        lost: false,
        holders: 0,
        runners: 0,
      };
      change(file, undefined, place);
      return file;
    },
    newFolder(place, room = place.folder.room) {
      const folder = folderNode(room, now());
      change(folder, undefined, place);
      return folder;
    },
    newLink(place, target) {
      change({ kind: 'link', room: place.folder.room, target, made: now() }, undefined, place);
    },
    move(from, to) {
      const node = from.folder.entries.get(from.name);
      if (node !== undefined && node !== to.folder.entries.get(to.name)) change(node, from, to);
    },
    remove(place) {
      const node = place.folder.entries.get(place.name);
      if (node === undefined) return;
      forget(node);
      change(node, place, undefined);
    },
    write(file, position, data) {
      file.times = { ...file.times, modified: now() };
      write(file, position, data);
    },
    truncate(file, length) {
      const growth = length - file.content.length;
      if (growth > free(file.room)) throw new HoldfastError('disk.full', 'The simulated disk is full.');
      file.times = { ...file.times, modified: now() };
      apply(file, { kind: 'truncate', length });
    },
    setTimes(file, time) {
      file.times = { created: time, modified: time };
    },
    syncFile(file) {
      file.durableTimes = file.times;
      if (!file.lost) file.durable = file.content;
      else for (const step of file.unsynced) file.durable = changed(file.durable, step);
      file.unsynced = [];
    },
    loseUnsynced(file) {
      if (file.unsynced.length > 0) file.lost = true;
      file.unsynced = [];
    },
    syncFolder(folder) {
      const kept = withFoundations(
        names,
        (step) => step.from?.folder === folder || step.to?.folder === folder,
      );
      settle(names.filter((step) => kept.has(step)));
      names = names.filter((step) => !kept.has(step));
    },
    syncNames() {
      settle(names);
      names = [];
    },
    powerCut(damage, random) {
      const kept = survivingNames(names, damage.names, random);
      settle(names.filter((step) => kept.has(step)));
      names = [];
      const rooms = new Set<Room>();
      restart(root, damage.contents, random, rooms);
    },
    fork() {
      const copy = copier();
      return volumeOf(copy.folder(root), names.map(copy.change), now);
    },
  };
}

export function free(room: Room): number {
  return Math.max(0, room.capacity - room.used);
}

function folderNode(room: Room, made: number): FolderNode {
  return { kind: 'folder', room, mode: 0o700, made, entries: new Map(), durable: new Map(), removed: false };
}

function forget(node: Node): void {
  if (node.kind === 'folder') node.removed = true;
  if (node.kind === 'file') node.room.used -= node.content.length;
}

function write(file: FileNode, position: number, data: Uint8Array): void {
  const fits = Math.max(0, Math.min(data.length, file.content.length + free(file.room) - position));
  // The disk keeps the bytes as they are now, whatever the caller does with the buffer later.
  if (fits > 0) apply(file, { kind: 'write', position, data: new Uint8Array(data.subarray(0, fits)) });
  if (fits < data.length) throw new HoldfastError('disk.full', 'The simulated disk is full.');
}

function apply(file: FileNode, step: ContentChange): void {
  const before = file.content.length;
  file.content = changed(file.content, step);
  file.room.used += file.content.length - before;
  file.unsynced.push(step);
}
