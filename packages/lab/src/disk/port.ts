/** The disk port over a simulated volume, for one life of one program. */
import {
  type Disk,
  type Entry,
  type FileTimes,
  type Folder,
  isPlainName,
  type NameFamily,
  type OpenFile,
} from '@holdfast/ports';
import type { Calls, Life } from '../world/calls.ts';
import { readContent } from './content.ts';
import type { FileNode, FolderNode, Node, Place } from './nodes.ts';
import { folderAtPath, nodeAtPath, refuse } from './paths.ts';
import { mayAdd, mayChange, mayEdit, mayMove } from './rules.ts';
import { free, type Volume } from './volume.ts';

/** What the handles of one machine share. */
type Mount = {
  readonly volume: Volume;
  readonly calls: Calls;
  readonly life: Life;
  readonly names: NameFamily;
};

/** Open folders by their handles: a rename names its target by handle. */
const openFolders = new WeakMap<Folder, { readonly node: FolderNode; readonly isOpen: () => boolean }>();

export function diskPort(volume: Volume, calls: Calls, life: Life, names: NameFamily = 'posix'): Disk {
  const mount: Mount = { volume, calls, life, names };
  const windows = names === 'windows';
  return {
    can: { syncFolder: !windows, modes: !windows, links: !windows },
    open: (path) =>
      calls.call(life, 'disk.open', [path], () => openFolder(mount, folderAtPath(volume, names, path), path)),
    freeBytes: (path) =>
      calls.call(life, 'disk.freeBytes', [path], () => free(nodeAtPath(volume, names, path).room)),
  };
}

function openFolder(mount: Mount, node: FolderNode, path: string): Folder {
  const { volume, calls, life } = mount;
  let closed = false;

  const child = (name: string) =>
    `${path}${path.endsWith('/') || path.endsWith('\\') ? '' : separator(mount)}${name}`;

  /** One call on this folder: closed handles, bad names and injected faults are refused before its effect. */
  function on<T>(operation: string, names: readonly string[], facts: unknown[], effect: () => T): Promise<T> {
    return calls.call(life, `disk.${operation}`, [path, ...names, ...facts], () => {
      if (closed) refuse('disk.failed', path);
      for (const name of names) if (!isPlainName(name, mount.names)) refuse('disk.name-invalid', path);
      const fault = volume.fault(operation, names[0] === undefined ? path : child(names[0]));
      if (fault !== undefined) refuse(fault, path);
      return effect();
    });
  }

  const existing = (name: string): Node => node.entries.get(name) ?? refuse('disk.not-found', child(name));
  const place = (name: string): Place => ({ folder: node, name });

  function openExisting(name: string, writable: boolean): OpenFile {
    const file = existing(name);
    if (file.kind !== 'file') refuse('disk.denied', child(name));
    if (writable) mayEdit(node, file, child(name));
    return openFile(mount, file, child(name), writable);
  }

  const folder: Folder = {
    path,
    folder: (name, options = {}) =>
      on('folder', [name], [options], () => {
        const found =
          node.entries.get(name) ?? (options.create ? make() : refuse('disk.not-found', child(name)));
        if (found.kind !== 'folder') refuse('disk.denied', child(name));
        return openFolder(mount, found, child(name));
        function make(): FolderNode {
          mayAdd(node, child(name));
          return volume.newFolder(place(name));
        }
      }),
    read: (name) => on('read', [name], [], () => openExisting(name, false)),
    edit: (name) => on('edit', [name], [], () => openExisting(name, true)),
    create: (name, { mode = 0o600 } = {}) =>
      on('create', [name], [mode], () => {
        if (node.entries.has(name)) refuse('disk.exists', child(name));
        mayAdd(node, child(name));
        return openFile(mount, volume.newFile(place(name), mode), child(name), true);
      }),
    entry: (name) =>
      on('entry', [name], [], () => {
        const found = node.entries.get(name);
        return found && entryOf(name, found);
      }),
    times: (name) =>
      on('times', [name], [], () => {
        const found = node.entries.get(name);
        return found && timesOf(mount, found);
      }),
    list: () =>
      on('list', [], [], () =>
        [...node.entries]
          .sort(([left], [right]) => (left < right ? -1 : 1))
          .map(([name, found]) => entryOf(name, found)),
      ),
    names: () => on('names', [], [], () => [...node.entries.keys()].sort()),
    rename: (name, target) =>
      on('rename', [name], [target.name, target.folder?.path], () => {
        const into = openFolders.get(target.folder ?? folder);
        if (into === undefined || !into.isOpen()) refuse('disk.failed', path);
        if (!isPlainName(target.name, mount.names)) refuse('disk.name-invalid', path);
        mayMove(mount.names, { folder: node, name }, { folder: into.node, name: target.name }, child(name));
        volume.move(place(name), { folder: into.node, name: target.name });
      }),
    remove: (name) =>
      on('remove', [name], [], () => {
        const found = existing(name);
        if (found.kind === 'folder') refuse('disk.denied', child(name));
        mayChange(node, found, child(name));
        volume.remove(place(name));
      }),
    removeFolder: (name) =>
      on('removeFolder', [name], [], () => {
        const found = existing(name);
        if (found.kind !== 'folder') refuse('disk.denied', child(name));
        if (found.entries.size > 0) refuse('disk.exists', child(name));
        mayChange(node, found, child(name));
        volume.remove(place(name));
      }),
    sync: () =>
      on('syncFolder', [], [], () => (mount.names === 'posix' ? volume.syncFolder(node) : undefined)),
    close: () =>
      calls.call(life, 'disk.closeFolder', [path], () => {
        closed = true;
      }),
    [Symbol.asyncDispose]: () => folder.close(),
  };
  openFolders.set(folder, { node, isOpen: () => !closed });
  return folder;
}

function openFile(
  { volume, calls, life, names }: Mount,
  file: FileNode,
  path: string,
  writable: boolean,
): OpenFile {
  let closed = false;

  function on<T>(operation: string, facts: readonly unknown[], effect: () => T): Promise<T> {
    return calls.call(life, `file.${operation}`, [path, ...facts], () => {
      if (closed) refuse('disk.failed', path);
      const fault = volume.fault(operation, path);
      if (fault !== undefined && operation === 'sync') volume.loseUnsynced(file);
      if (fault !== undefined) refuse(fault, path);
      return effect();
    });
  }

  const mayWrite = () => {
    if (!writable) refuse('disk.failed', path);
    maySetTimes();
  };
  /** On Linux by any handle: it is a matter of who owns the file, not of how it was opened (utimensat(2)). */
  const maySetTimes = () => {
    if (!writable && names === 'windows') refuse('disk.failed', path);
    if (file.room.readOnly) refuse('disk.read-only', path);
  };

  const open: OpenFile = {
    size: () => on('size', [], () => file.content.length),
    read: (position, length) =>
      on('read', [position, length], () => readContent(file.content, position, length)),
    write: (position, data) =>
      on('write', [position, data], () => {
        mayWrite();
        volume.write(file, position, data);
      }),
    truncate: (length) =>
      on('truncate', [length], () => {
        mayWrite();
        volume.truncate(file, length);
      }),
    setTimes: (time) =>
      on('setTimes', [time], () => {
        maySetTimes();
        volume.setTimes(file, time);
      }),
    sync: () => on('sync', [], () => volume.syncFile(file)),
    close: () =>
      calls.call(life, 'file.close', [path], () => {
        closed = true;
      }),
    [Symbol.asyncDispose]: () => open.close(),
  };
  return open;
}

function separator({ names }: Mount): string {
  return names === 'windows' ? '\\' : '/';
}

function entryOf(name: string, node: Node): Entry {
  return { name, kind: node.kind, size: node.kind === 'file' ? node.content.length : 0 };
}

/** As the real disks tell them: Linux has no time of creation that could be set. */
function timesOf({ names }: Mount, node: Node): FileTimes {
  const { created, modified } =
    node.kind === 'file' ? node.times : { created: node.made, modified: node.made };
  return { created: names === 'windows' ? created : undefined, modified };
}
