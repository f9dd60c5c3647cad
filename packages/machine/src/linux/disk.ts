/**
 * The disk of Linux. A folder is an open descriptor, and names are used as `/proc/self/fd/N/name`: the kernel
 * starts at the folder that was opened, whatever its path leads to by now.
 *
 * Where there is no /proc (macOS) names are put behind the folder's path. Links in the last place are still
 * refused, but a folder on the way that is swapped for a link is followed.
 */
import { constants, existsSync, readFileSync } from 'node:fs';
import * as promised from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { HoldfastError } from '@holdfast/contract';
import {
  type Disk,
  type Entry,
  type EntryKind,
  type FileTimes,
  type Folder,
  isPlainName,
  type OpenFile,
} from '@holdfast/ports';
import { closedError, diskError } from '../shared/disk-errors.ts';
import { type FileCalls, openFileOf } from '../shared/disk-file.ts';
import { errorCodeOf } from '../shared/error-code.ts';
import { type DiskCalls, waitingCalls } from './waiting-calls.ts';

const { O_RDONLY, O_RDWR, O_CREAT, O_EXCL, O_NOFOLLOW, O_DIRECTORY, O_NONBLOCK } = constants;

const fileMode = 0o600;
const folderMode = 0o700;

const hasDescriptorPaths = existsSync('/proc/self/fd');

/** Permissions that the process takes from every file that it makes; all of them where the kernel does not say. */
const umask = readUmask();

function readUmask(): number {
  if (!hasDescriptorPaths) return 0o777;
  // process.umask() would set it for a moment, under the feet of other threads.
  const [, octal] = /^Umask:\s*([0-7]+)$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
  return octal === undefined ? 0o777 : Number.parseInt(octal, 8);
}

/** Where the names of a folder are reached; throws when it is closed. Known only for folders of this disk. */
const basesOf = new WeakMap<Folder, () => string>();

/** @param waits whether calls may wait for the disk: see waiting-calls.ts */
export function linuxDisk({ waits = false } = {}): Disk {
  const calls: DiskCalls = waits ? waitingCalls : promised;
  return {
    can: { syncFolder: true, modes: true, links: true },
    open: async (path) => {
      const checked = absolutePath(path);
      return attempt(`open the folder ${path}`, async () =>
        folderOf(await calls.open(checked, O_RDONLY | O_DIRECTORY), path, calls),
      );
    },
    freeBytes: async (path) => {
      const checked = absolutePath(path);
      return attempt(`ask for the room at ${path}`, async () => {
        const volume = await promised.statfs(checked);
        return volume.bavail * volume.bsize;
      });
    },
  };
}

function folderOf(handle: FileCalls, path: string, calls: DiskCalls): Folder {
  /** Calls that use the descriptor by its number: it must not be closed, and given out anew, under them. */
  const running = new Set<Promise<unknown>>();
  let closed: Promise<void> | undefined;

  const base = () => {
    if (closed !== undefined) throw closedError(`The folder ${path}`);
    return hasDescriptorPaths ? `/proc/self/fd/${handle.fd}` : path;
  };
  const use = <T>(doing: string, name: string, call: (at: string) => Promise<T>): Promise<T> => {
    const work = (async () => call(`${base()}/${plainName(name)}`))();
    const guarded = attempt(`${doing} ${join(path, name)}`, () => work);
    running.add(guarded);
    const done = () => running.delete(guarded);
    guarded.then(done, done);
    return guarded;
  };
  const openFile = (doing: string, name: string, flags: number): Promise<OpenFile> =>
    // O_NONBLOCK: opening a pipe or a device must not wait for another program.
    use(doing, name, async (at) =>
      regularFile(await calls.open(at, flags | O_NOFOLLOW | O_NONBLOCK), join(path, name)),
    );
  const close = () => {
    closed ??= Promise.allSettled([...running]).then(() => attempt(`close ${path}`, () => handle.close()));
    return closed;
  };

  const folder: Folder = {
    path,
    folder: (name, { create = false, mode = folderMode } = {}) =>
      use('open the folder', name, async (at) => {
        if (create) await madeUnlessThere(calls, at, mode);
        const opened = await calls.open(at, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
        return folderOf(opened, join(path, name), calls);
      }),
    read: (name) => openFile('read', name, O_RDONLY),
    edit: (name) => openFile('edit', name, O_RDWR),
    create: (name, { mode = fileMode } = {}) =>
      use('create', name, async (at) => {
        const file = await calls.open(at, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, mode);
        if ((mode & umask) !== 0) await closedIfFailing(file, () => file.chmod(mode));
        return openFileOf(file, join(path, name));
      }),
    entry: (name) => use('look at', name, (at) => entryAt(calls, at, name)),
    times: (name) => use('look at', name, (at) => timesAt(calls, at)),
    list: async () => {
      const at = base();
      return attempt(`list ${path}`, async () => entriesIn(calls, at, folder));
    },
    names: async () => {
      const at = base();
      return attempt(`list ${path}`, () => namesIn(calls, at));
    },
    rename: (name, target) =>
      use('rename', name, async (at) =>
        calls.rename(at, join(baseOf(target.folder ?? folder), plainName(target.name))),
      ),
    remove: (name) => use('remove', name, calls.unlink),
    removeFolder: (name) => use('remove the folder', name, calls.rmdir),
    sync: async () => {
      base();
      await attempt(`sync ${path}`, () => handle.sync());
    },
    close,
    [Symbol.asyncDispose]: close,
  };
  basesOf.set(folder, base);
  return folder;
}

function baseOf(folder: Folder): string {
  const base = basesOf.get(folder);
  if (base === undefined)
    throw new HoldfastError('disk.failed', `${folder.path} is a folder of another disk.`);
  return base();
}

async function madeUnlessThere(calls: DiskCalls, at: string, mode: number): Promise<void> {
  try {
    await calls.mkdir(at, mode);
  } catch (thrown) {
    if (errorCodeOf(thrown) !== 'EEXIST') throw thrown;
  }
}

async function regularFile(file: FileCalls, path: string): Promise<OpenFile> {
  await closedIfFailing(file, async () => {
    if (!(await file.stat()).isFile()) throw new HoldfastError('disk.denied', `${path} is not a file.`);
  });
  return openFileOf(file, path);
}

async function closedIfFailing(file: FileCalls, step: () => Promise<void>): Promise<void> {
  try {
    await step();
  } catch (thrown) {
    await file.close();
    throw thrown;
  }
}

/** A name that is no UTF-8 is left out: no call could say it. */
async function namesIn(calls: DiskCalls, at: string): Promise<readonly string[]> {
  // Plain sort() orders by UTF-16 code unit.
  return (await calls.readdir(at)).filter((name) => isPlainName(name, 'posix')).sort();
}

async function entriesIn(calls: DiskCalls, at: string, folder: Folder): Promise<readonly Entry[]> {
  const entries: Entry[] = [];
  for (const name of await namesIn(calls, at)) {
    // What went away since, or has a name that only looks like UTF-8, has no entry.
    const entry = await folder.entry(name);
    if (entry !== undefined) entries.push(entry);
  }
  return entries;
}

async function entryAt(calls: DiskCalls, at: string, name: string): Promise<Entry | undefined> {
  try {
    const found = await calls.lstat(at);
    let kind: EntryKind = 'other';
    if (found.isFile()) kind = 'file';
    else if (found.isDirectory()) kind = 'folder';
    else if (found.isSymbolicLink()) kind = 'link';
    return { name, kind, size: kind === 'file' ? found.size : 0 };
  } catch (thrown) {
    if (errorCodeOf(thrown) === 'ENOENT') return undefined;
    throw thrown;
  }
}

async function timesAt(calls: DiskCalls, at: string): Promise<FileTimes | undefined> {
  try {
    // A birth time cannot be set on Linux: it would say when a copy was made, and not when the file was.
    return { created: undefined, modified: Math.round((await calls.lstat(at)).mtimeMs) };
  } catch (thrown) {
    if (errorCodeOf(thrown) === 'ENOENT') return undefined;
    throw thrown;
  }
}

async function attempt<T>(doing: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (thrown) {
    throw diskError(thrown, doing);
  }
}

function plainName(name: string): string {
  if (isPlainName(name, 'posix')) return name;
  throw new HoldfastError('disk.name-invalid', `Not one plain name: ${JSON.stringify(name)}`);
}

function absolutePath(path: string): string {
  if (isAbsolute(path) && !path.includes('\0')) return path;
  throw new HoldfastError('disk.name-invalid', `Not an absolute path: ${JSON.stringify(path)}`);
}
