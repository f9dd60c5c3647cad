/** The disk of Windows: folders held in their place by a handle, names used inside them by path. */
import { type BigIntStats, constants } from 'node:fs';
import { lstat, mkdir, open, readdir, rename, rmdir, statfs, unlink } from 'node:fs/promises';
import { win32 as windowsPath } from 'node:path';
import { HoldfastError } from '@holdfast/contract';
import {
  type Clock,
  type Disk,
  type Entry,
  type FileTimes,
  type Folder,
  isPlainName,
  type OpenFile,
} from '@holdfast/ports';
import { closedError, diskError } from '../shared/disk-errors.ts';
import { openFileOf } from '../shared/disk-file.ts';
import { errorCodeOf } from '../shared/error-code.ts';
import { setCreationTime } from './creation-time.ts';
import { holdFolder, releaseFolder } from './folder-handle.ts';
import { type Patience, waitingForHolder } from './held-files.ts';

/** Milliseconds that one call waits for a file that another program holds, unless given. */
const patienceMs = 10_000;

/**
 * Codes of a sharing violation: Node's when a file is opened, our own for a folder, and Node's for removing and replacing
 * (Win32 says "access denied" there).
 */
const heldOnOpen = ['EBUSY'];
const heldFolder = ['disk.busy'];
const heldOnChange = ['EBUSY', 'EPERM', 'EACCES'];

export function windowsDisk(options: { clock: Clock; patienceMs?: number }): Disk {
  const patience = { clock: options.clock, limitMs: options.patienceMs ?? patienceMs };
  return {
    // NTFS journals its names itself, and FlushFileBuffers takes no folder.
    can: { syncFolder: false, modes: false, links: false },
    open: async (path) => openFolder(absolutePath(path), patience),
    freeBytes: async (path) => {
      try {
        const volume = await statfs(absolutePath(path));
        return volume.bavail * volume.bsize;
      } catch (thrown) {
        throw diskError(thrown, `ask for the room at ${path}`);
      }
    },
  };
}

/** With a drive or server, without a backslash at its end (but for the root of a drive). */
function absolutePath(path: string): string {
  if (!/^([a-z]:[\\/]|\\\\[^\\])/i.test(path) || path.includes('\0')) {
    throw new HoldfastError('disk.name-invalid', `${JSON.stringify(path)} is not an absolute path.`);
  }
  return windowsPath.resolve(path);
}

/** What a rename needs to know of its target; only folders made here are in it. */
const pathsOfFolders = new WeakMap<Folder, () => string>();

async function openFolder(path: string, patience: Patience): Promise<Folder> {
  const handle = await waitingForHolder(patience, `open the folder ${path}`, heldFolder, async () =>
    holdFolder(path),
  );
  let open = true;
  const close = async () => {
    if (open) releaseFolder(handle);
    open = false;
  };
  const openPath = () => {
    if (open) return path;
    throw closedError(`The folder ${path}`);
  };
  const at = (name: string) => pathOf(openPath(), name);

  const folder: Folder = {
    path,
    folder: async (name, options) => openInner(at(name), options?.create ?? false, patience),
    read: async (name) => openExisting(at(name), constants.O_RDONLY, patience),
    edit: async (name) => openExisting(at(name), constants.O_RDWR, patience),
    create: async (name) => createFile(at(name), patience),
    entry: async (name) => entryAt(at(name), name),
    times: async (name) => timesAt(at(name)),
    list: async () => listFolder(openPath()),
    names: async () => namesIn(openPath()),
    rename: async (name, target) => {
      const from = at(name);
      const targetFolder = target.folder === undefined ? openPath() : pathOfTarget(target.folder);
      await renameTo(from, pathOf(targetFolder, target.name), patience);
    },
    remove: async (name) => removeFile(at(name), patience),
    removeFolder: async (name) => removeEmptyFolder(at(name), patience),
    sync: async () => void openPath(),
    close,
    [Symbol.asyncDispose]: close,
  };
  pathsOfFolders.set(folder, openPath);
  return folder;
}

function pathOfTarget(folder: Folder): string {
  const path = pathsOfFolders.get(folder);
  if (path === undefined)
    throw new HoldfastError('disk.failed', `${folder.path} is a folder of another disk.`);
  return path();
}

function pathOf(folder: string, name: string): string {
  if (!isPlainName(name, 'windows')) {
    throw new HoldfastError(
      'disk.name-invalid',
      `${JSON.stringify(name)} is not a name for a file on Windows.`,
    );
  }
  return windowsPath.join(folder, name);
}

async function openInner(path: string, create: boolean, patience: Patience): Promise<Folder> {
  if (create) {
    await mkdir(path).catch((thrown: unknown) => {
      if (errorCodeOf(thrown) !== 'EEXIST') throw diskError(thrown, `make the folder ${path}`);
    });
  }
  return await openFolder(path, patience);
}

/** Undefined where there is nothing. Not followed: a link is told as a link. */
async function statusOf(path: string): Promise<BigIntStats | undefined> {
  try {
    return await lstat(path, { bigint: true });
  } catch (thrown) {
    if (errorCodeOf(thrown) === 'ENOENT') return undefined;
    throw diskError(thrown, `look at ${path}`);
  }
}

async function existing(path: string): Promise<BigIntStats> {
  const status = await statusOf(path);
  if (status === undefined) throw new HoldfastError('disk.not-found', `There is no ${path}.`);
  return status;
}

async function openExisting(path: string, flags: number, patience: Patience): Promise<OpenFile> {
  const before = await existing(path);
  if (!before.isFile()) throw new HoldfastError('disk.denied', `${path} is not a file.`);
  const handle = await waitingForHolder(patience, `open ${path}`, heldOnOpen, () => open(path, flags));
  try {
    const opened = await handle.stat({ bigint: true });
    // Opening follows links: one that was put there since the look above is another file.
    if (opened.ino !== before.ino || opened.dev !== before.dev) {
      throw new HoldfastError('disk.denied', `${path} was exchanged while it was opened.`);
    }
    return openFileOf(handle, path, (time) => setCreationTime(path, time));
  } catch (thrown) {
    await handle.close();
    throw diskError(thrown, `open ${path}`);
  }
}

async function createFile(path: string, patience: Patience): Promise<OpenFile> {
  const handle = await waitingForHolder(patience, `create ${path}`, heldOnOpen, () => open(path, 'wx+'));
  return openFileOf(handle, path, (time) => setCreationTime(path, time));
}

async function entryAt(path: string, name: string): Promise<Entry | undefined> {
  const status = await statusOf(path);
  if (status === undefined) return undefined;
  const kind = kindOf(status);
  return { name, kind, size: kind === 'file' ? Number(status.size) : 0 };
}

function kindOf(status: BigIntStats): Entry['kind'] {
  if (status.isSymbolicLink()) return 'link';
  if (status.isDirectory()) return 'folder';
  return status.isFile() ? 'file' : 'other';
}

async function timesAt(path: string): Promise<FileTimes | undefined> {
  const status = await statusOf(path);
  return status && { created: milliseconds(status.birthtimeNs), modified: milliseconds(status.mtimeNs) };
}

/** Rounded: what was set in milliseconds comes back as it was. */
function milliseconds(nanoseconds: bigint): number {
  return Number((nanoseconds + 500_000n) / 1_000_000n);
}

async function namesIn(path: string): Promise<readonly string[]> {
  const names = await readdir(path).catch((thrown: unknown) => {
    throw diskError(thrown, `list ${path}`);
  });
  return names.sort();
}

async function listFolder(path: string): Promise<readonly Entry[]> {
  const names = await namesIn(path);
  const entries = await Promise.all(names.map((name) => entryAt(windowsPath.join(path, name), name)));
  // What was removed between the two looks is not there.
  return entries.filter((entry) => entry !== undefined);
}

async function renameTo(from: string, to: string, patience: Patience): Promise<void> {
  const source = await existing(from);
  const target = await statusOf(to);
  const sameEntry = target?.ino === source.ino && target.dev === source.dev;
  if (target?.isDirectory() && !sameEntry) {
    throw new HoldfastError('disk.exists', `${to} is a folder: nothing is put in its place.`);
  }
  if (target && source.isDirectory() && !sameEntry) {
    throw new HoldfastError('disk.exists', `${to} is there: a folder is not put in its place.`);
  }
  await waitingForHolder(patience, `rename ${from} to ${to}`, heldOnChange, () => rename(from, to));
}

async function removeFile(path: string, patience: Patience): Promise<void> {
  const status = await existing(path);
  if (status.isDirectory()) throw new HoldfastError('disk.denied', `${path} is a folder.`);
  await waitingForHolder(patience, `remove ${path}`, heldOnChange, () => unlink(path));
}

async function removeEmptyFolder(path: string, patience: Patience): Promise<void> {
  const status = await existing(path);
  if (!status.isDirectory()) throw new HoldfastError('disk.denied', `${path} is not a folder.`);
  // While a program holds the folder Windows says "in use" before it looks whether it is empty.
  if ((await listFolder(path)).length > 0) {
    throw new HoldfastError('disk.exists', `The folder ${path} is not empty.`);
  }
  await waitingForHolder(patience, `remove the folder ${path}`, heldOnChange, () => rmdir(path));
}
