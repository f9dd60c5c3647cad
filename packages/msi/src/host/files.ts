/** Files of a root, changed: every change is durable, whatever the case of the names that it is asked with. */
import { HoldfastError, isHoldfastError } from '@holdfast/contract';
import { withOpen } from '@holdfast/engine';
import { type Disk, type Folder, isPlainName } from '@holdfast/ports';
import { rootFiles } from '../root/files.ts';
import { shortNames } from '../root/short-names.ts';
import { entryOf, type Found, find, namesOf, openWay, otherName, sharedWays } from '../root/walk.ts';
import type { HostFiles } from './model.ts';
import { writeVerified } from './verified-file.ts';

function missing(path: string): HoldfastError {
  return new HoldfastError('disk.not-found', `There is no ${path}.`, { details: { path } });
}

function checkedNames(path: string): readonly string[] {
  const names = namesOf(path);
  if (names) return names;
  throw new HoldfastError(
    'disk.name-invalid',
    `${JSON.stringify(path.slice(0, 200))} is no path on drive C.`,
  );
}

/** The name to write under: that of the entry which is there in any case, or else just as it was asked for. */
async function nameIn(folder: Folder, name: string): Promise<string> {
  const entry = await entryOf(folder, name);
  if (entry) return entry.name;
  if (isPlainName(name, 'windows')) return name;
  throw new HoldfastError('disk.name-invalid', `${JSON.stringify(name)} is no name of a file on Windows.`);
}

/** Short names on the way down. What is not there gets the one that it would have. */
async function shortWay(folder: Folder, names: readonly string[]): Promise<readonly string[]> {
  const [name, ...rest] = names;
  if (name === undefined) return [];
  const there = await folder.names();
  const stored = there.includes(name) ? name : await otherName(folder, name);
  const own = stored ?? name;
  const short = shortNames(stored === undefined ? [...there, name] : there).get(own) ?? own;
  const entry = stored === undefined ? undefined : await folder.entry(stored);
  if (entry?.kind !== 'folder') return [short, ...rest.map((one) => shortNames([one]).get(one) ?? one)];
  return [short, ...(await withOpen(folder.folder(own), (below) => shortWay(below, rest)))];
}

/** @param driveC absolute path of the folder that is drive C */
export function hostFiles(
  disk: Pick<Disk, 'open' | 'freeBytes'>,
  driveC: string,
): Omit<HostFiles, 'atRestart'> {
  const drive = (): Promise<Folder> => disk.open(driveC);
  const ways = sharedWays(drive);

  const looking = async <T>(path: string, use: (found: Found) => Promise<T>): Promise<T | undefined> => {
    const names = checkedNames(path);
    return await find(ways, names, use);
  };

  /** The folder that the last name of a path lies in, or is to lie in; undefined where there is none. */
  const inParent = async <T>(
    path: string,
    use: (parent: Folder, name: string) => Promise<T>,
  ): Promise<T | undefined> => {
    const names = checkedNames(path);
    const name = names.at(-1);
    if (name === undefined)
      throw new HoldfastError('disk.denied', 'A whole drive is neither made nor removed.');
    return await ways.within(names.slice(0, -1), ({ folder }) => use(folder, name));
  };

  /** The same, where the folder must be there. */
  const inFolder = async <T>(path: string, use: (parent: Folder, name: string) => Promise<T>): Promise<T> => {
    const done = await inParent(path, async (parent, name) => ({ answer: await use(parent, name) }));
    if (!done) throw missing(`folder for ${path}`);
    return done.answer;
  };

  async function moved(from: string, to: string, durable: boolean): Promise<void> {
    const done = await looking(from, async ({ folder, entry, path: stored }) => {
      if (entry.kind === 'folder') throw new HoldfastError('disk.denied', `${stored} is a folder.`);
      await inFolder(to, async (target, asked) => {
        const over = await nameIn(target, asked);
        // The same file in another case: it is renamed to what was asked for.
        const itself = target.path === folder.path && over === entry.name;
        await folder.rename(entry.name, { folder: target, name: itself ? asked : over });
        if (!durable) return;
        await target.sync();
        if (target.path !== folder.path) await folder.sync();
      });
      return true;
    });
    if (!done) throw missing(from);
  }

  return {
    ...rootFiles(ways),
    times: (path) => looking(path, ({ folder, entry }) => folder.times(entry.name)),
    async list(path) {
      return (await ways.within(checkedNames(path), ({ folder }) => folder.names())) ?? [];
    },
    async open(path) {
      const way = await openWay(drive, checkedNames(path));
      if (!way) throw missing(path);
      return way.folder;
    },
    async sync(path) {
      await ways.within(checkedNames(path), ({ folder }) => folder.sync());
    },
    async createFolder(path) {
      if (checkedNames(path).length === 0) return;
      await inFolder(path, async (parent, asked) => {
        const made = await parent.folder(await nameIn(parent, asked), { create: true });
        await made.close();
        ways.changed();
        // Also where it was there: an earlier life may have made it, and ended before its name was durable.
        await parent.sync();
      });
    },
    async removeFolder(path) {
      if (checkedNames(path).length === 0) return false;
      const gone = await inParent(path, async (parent, asked) => {
        const entry = await entryOf(parent, asked);
        if (entry && !(await removedFolder(parent, entry.name))) return false;
        ways.changed();
        await parent.sync();
        return true;
      });
      return gone ?? true;
    },
    async stage(path, content, size, modified) {
      await inFolder(path, async (parent, asked) => {
        await writeVerified(parent, await nameIn(parent, asked), content, { size, modified });
      });
    },
    move: (from, to) => moved(from, to, true),
    rename: (from, to) => moved(from, to, false),
    async remove(path) {
      await inParent(path, async (parent, asked) => {
        const entry = await entryOf(parent, asked);
        if (entry) await parent.remove(entry.name);
        await parent.sync();
      });
    },
    async shortPath(path) {
      const names = checkedNames(path);
      const short = await withOpen(drive(), (top) => shortWay(top, names));
      return `C:\\${short.join('\\')}`;
    },
    freeBytes: async (path) => {
      checkedNames(path);
      return await disk.freeBytes(driveC);
    },
  };
}

/** False where something is in it, or where it is no folder. */
async function removedFolder(parent: Folder, name: string): Promise<boolean> {
  try {
    await parent.removeFolder(name);
    return true;
  } catch (thrown) {
    if (isHoldfastError(thrown, 'disk.exists')) return false;
    const entry = await parent.entry(name);
    if (entry !== undefined && entry.kind !== 'folder') return false;
    throw thrown;
  }
}
