/** Ways through the folders of a root by Windows paths: whatever their case, short names too, and never through a link. */
import { isHoldfastError } from '@holdfast/contract';
import { withOpen } from '@holdfast/engine';
import type { Entry, Folder } from '@holdfast/ports';
import { shortNames } from './short-names.ts';

const mostNames = 256;
const drive = /^([A-Za-z]):(?:\\|$)/;

/** Names below drive C; undefined for what is no absolute path there, or steps up. */
export function namesOf(path: string): readonly string[] | undefined {
  if (drive.exec(path)?.[1]?.toUpperCase() !== 'C') return undefined;
  const names = path
    .slice(2)
    .split(/[\\/]/)
    .filter((name) => name !== '');
  if (names.length > mostNames) return undefined;
  return names.some((name) => name === '.' || name === '..' || /[:\p{Cc}]/u.test(name)) ? undefined : names;
}

/** The name that an entry is stored under which is not called just as it is asked for: in another case, or by its short name. */
export async function otherName(folder: Folder, name: string): Promise<string | undefined> {
  const folded = name.toLowerCase();
  const names = await folder.names();
  const sameLetters = names.find((one) => one.toLowerCase() === folded);
  if (sameLetters !== undefined || !name.includes('~')) return sameLetters;
  return [...shortNames(names)].find(([, short]) => short.toLowerCase() === folded)?.[0];
}

/** The entry of a name: as it is written, or else the first in another case. */
export async function entryOf(folder: Folder, name: string): Promise<Entry | undefined> {
  const exact = await folder.entry(name);
  if (exact) return exact;
  const other = await otherName(folder, name);
  return other === undefined ? undefined : await folder.entry(other);
}

/** A folder inside; undefined where there is none. Links, and what is no folder, are refused by the disk. */
async function folderOf(folder: Folder, name: string): Promise<Folder | undefined> {
  try {
    return await folder.folder(name);
  } catch (thrown) {
    if (!isHoldfastError(thrown, 'disk.not-found')) throw thrown;
  }
  const other = await otherName(folder, name);
  return other === undefined ? undefined : await folder.folder(other);
}

/** An open folder, and its Windows path as it is stored. */
export type Way = { readonly folder: Folder; readonly path: string };

/** What lies at the end of a way. */
export type Found = { readonly folder: Folder; readonly entry: Entry; readonly path: string };

function pathBelow(above: string, folder: Folder): string {
  const name = folder.path.split(/[\\/]/).at(-1) ?? '';
  return `${above}\\${name}`;
}

/**
 * Goes down handle by handle. The caller closes the answer, which is another handle than the first.
 * @param open opens the first folder: drive C
 * @returns undefined where a name on the way is missing, or is no folder
 */
export async function openWay(
  open: () => Promise<Folder>,
  names: readonly string[],
): Promise<Way | undefined> {
  let way: Way = { folder: await open(), path: 'C:' };
  for (const name of names) {
    const { folder, path } = way;
    const below = await withOpen(folder, () => folderUnlessRefused(folder, name));
    if (!below) return undefined;
    way = { folder: below, path: pathBelow(path, below) };
  }
  return way;
}

async function folderUnlessRefused(folder: Folder, name: string): Promise<Folder | undefined> {
  try {
    return await folderOf(folder, name);
  } catch (thrown) {
    // A link or a file: nothing lies behind it. Any other refusal is one.
    const entry = isHoldfastError(thrown, 'disk.denied') ? await entryOf(folder, name) : undefined;
    if (entry !== undefined && entry.kind !== 'folder') return undefined;
    throw thrown;
  }
}

/** Goes down to a folder for as long as `use` takes; undefined where there is none. */
export type Ways = {
  within<T>(names: readonly string[], use: (way: Way) => Promise<T>): Promise<T | undefined>;
  /** Whoever comes from now on goes down anew: folders were made or removed. */
  changed(): void;
};

/**
 * Ways down from one folder. Who is in a folder while others are shares their handle: an installation goes down to the
 * same few folders thousands of times.
 * @param open opens the first folder: drive C
 */
export function sharedWays(open: () => Promise<Folder>): Ways {
  type Shared = { readonly opening: Promise<Way | undefined>; users: number };
  const inUse = new Map<string, Shared>();
  return {
    async within(names, use) {
      const key = names.join('\\');
      const shared = inUse.get(key) ?? { opening: openWay(open, names), users: 0 };
      inUse.set(key, shared);
      shared.users += 1;
      let way: Way | undefined;
      try {
        way = await shared.opening;
        return way && (await use(way));
      } finally {
        shared.users -= 1;
        if (shared.users === 0) {
          if (inUse.get(key) === shared) inUse.delete(key);
          await way?.folder.close();
        }
      }
    },
    changed: () => inUse.clear(),
  };
}

/** Goes down to the last name; `use` gets its entry and the folder that it is in. */
export async function find<T>(
  ways: Ways,
  names: readonly string[],
  use: (found: Found) => Promise<T>,
): Promise<T | undefined> {
  const last = names.at(-1);
  if (last === undefined) return undefined;
  return await ways.within(names.slice(0, -1), async ({ folder, path }) => {
    const entry = await entryOf(folder, last);
    return entry && (await use({ folder, entry, path: `${path}\\${entry.name}` }));
  });
}
