/** Changes of files below drive C of a simulated disk: the rules, errors and durability of the installer's own files. */
import { type ErrorCode, HoldfastError } from '@holdfast/contract';
import { isPlainName } from '@holdfast/ports';
import type { FolderNode } from '../disk/nodes.ts';
import { noFault, type Volume } from '../disk/volume.ts';
import { type Found, find, namesOf, storedName, type Way, wayTo } from './volume-paths.ts';

export type Drive = {
  readonly volume: Volume;
  /** Absolute path of the folder that is drive C, as the disk port takes it. */
  readonly driveC: string;
};

export function fail(code: ErrorCode, path: string): never {
  throw new HoldfastError(code, `The simulated disk refuses ${path}.`, { details: { path } });
}

export function checked(path: string): readonly string[] {
  return namesOf(path) ?? fail('disk.name-invalid', path);
}

/** The folder at an absolute path, as the disk port takes it. */
export function folderAt({ root }: Volume, path: string): FolderNode {
  let folder = root;
  for (const name of path.split('/')) {
    const node = name === '' ? folder : folder.entries.get(name);
    folder = node?.kind === 'folder' ? node : fail('disk.not-found', path);
  }
  return folder;
}

/** The folder that is drive C. */
export function topOf({ volume, driveC }: Drive): FolderNode {
  return folderAt(volume, driveC);
}

/** Fails as a test has asked the disk to. */
export function faulty({ fault }: Volume, operation: string, path: string): void {
  const code = fault(operation, path);
  if (code !== undefined) fail(code, path);
}

/** The same, by a Windows path. */
function faultyOn({ volume, driveC }: Drive, operation: string, path: string): void {
  // Nearly always nothing is to fail: then nobody asks for the path as Linux has it.
  if (volume.fault === noFault) return;
  const code = volume.fault(operation, `${driveC}${path.slice(2).replaceAll('\\', '/')}`);
  if (code !== undefined) fail(code, path);
}

export function mayAdd({ room, removed }: FolderNode, path: string): void {
  if (removed) fail('disk.not-found', path);
  if (room.readOnly) fail('disk.read-only', path);
  if (room.denied) fail('disk.denied', path);
}

export function mayChange({ folder, node, path }: Found): void {
  mayAdd(folder, path);
  if (node.kind === 'folder') fail('disk.denied', path);
  if (node.kind === 'file' && node.holders > 0) fail('disk.busy', path);
}

function leadsTo(folder: FolderNode, sought: FolderNode): boolean {
  if (folder === sought) return true;
  return [...folder.entries.values()].some((node) => node.kind === 'folder' && leadsTo(node, sought));
}

/** Where a path is, or is to be; its folder must be there. */
function placeOf(drive: Drive, path: string): Way & { readonly name: string } {
  const names = checked(path);
  const asked = names.at(-1) ?? fail('disk.denied', path);
  const way = wayTo(topOf(drive), names.slice(0, -1)) ?? fail('disk.not-found', path);
  const name = storedName(way.folder, asked) ?? asked;
  if (!isPlainName(name, 'windows')) fail('disk.name-invalid', path);
  return { ...way, name };
}

export function syncFolder(drive: Drive, names: readonly string[]): void {
  const way = wayTo(topOf(drive), names);
  if (way) drive.volume.syncFolder(way.folder);
}

export function removeFile(drive: Drive, path: string): void {
  const names = checked(path);
  if (names.length === 0) fail('disk.denied', path);
  const found = find(topOf(drive), names);
  if (found) {
    faultyOn(drive, 'remove', path);
    mayChange(found);
    drive.volume.remove(found);
  }
  syncFolder(drive, names.slice(0, -1));
}

export function moveFile(drive: Drive, from: string, to: string, durable: boolean): void {
  const found = find(topOf(drive), checked(from)) ?? fail('disk.not-found', from);
  faultyOn(drive, 'rename', from);
  mayChange(found);
  const { folder, name } = placeOf(drive, to);
  mayAdd(folder, to);
  const over = folder.entries.get(name);
  // A folder that leads to the source has at least that in it.
  if (over?.kind === 'folder' && leadsTo(over, found.folder)) fail('disk.exists', to);
  if (over !== undefined && over !== found.node) mayChange({ folder, name, node: over, path: to });
  // The same file in another case: it is renamed to what was asked for.
  const asked = over === found.node ? (checked(to).at(-1) ?? name) : name;
  drive.volume.move(found, { folder, name: asked });
  if (!durable) return;
  drive.volume.syncFolder(folder);
  if (found.folder !== folder) drive.volume.syncFolder(found.folder);
}

export type Staged = {
  readonly bytes: Uint8Array;
  readonly size: number;
  readonly modified: number | undefined;
};

/** Writes a new file over whatever has its name, durable; its name is not. */
export function stageFile(drive: Drive, path: string, { bytes, size, modified }: Staged): void {
  const { volume } = drive;
  const { folder, name } = placeOf(drive, path);
  const before = folder.entries.get(name);
  if (before !== undefined) {
    mayChange({ folder, name, node: before, path });
    volume.remove({ folder, name });
  }
  mayAdd(folder, path);
  faultyOn(drive, 'create', path);
  const file = volume.newFile({ folder, name }, 0o644);
  try {
    faultyOn(drive, 'write', path);
    if (bytes.length > 0) volume.write(file, 0, bytes);
    if (bytes.length !== size) fail('disk.failed', path);
    if (modified !== undefined) volume.setTimes(file, modified);
    faultyOn(drive, 'sync', path);
    volume.syncFile(file);
  } catch (thrown) {
    volume.remove({ folder, name });
    throw thrown;
  }
}

export function makeFolderAt(drive: Drive, path: string): void {
  if (checked(path).length === 0) return;
  const { folder, name } = placeOf(drive, path);
  const there = folder.entries.get(name);
  if (there !== undefined && there.kind !== 'folder') fail('disk.denied', path);
  if (there === undefined) {
    mayAdd(folder, path);
    faultyOn(drive, 'folder', path);
    drive.volume.newFolder({ folder, name });
  }
  drive.volume.syncFolder(folder);
}

/** Whether it is gone: only an empty one is removed. */
export function removeFolderAt(drive: Drive, path: string): boolean {
  const names = checked(path);
  if (names.length === 0) return false;
  const found = find(topOf(drive), names);
  if (found !== undefined) {
    if (found.node.kind !== 'folder' || found.node.entries.size > 0) return false;
    mayAdd(found.folder, path);
    faultyOn(drive, 'removeFolder', path);
    drive.volume.remove(found);
  }
  syncFolder(drive, names.slice(0, -1));
  return true;
}
