/** Files of a Windows root, by Windows paths: whatever their case, and never through a link. */
import { isHoldfastError } from '@holdfast/contract';
import type { Disk, Entry, EntryKind, Folder } from '@holdfast/ports';
import { type ByteSource, fileSource } from '../source.ts';

export type RootEntry = {
  /** Windows path, the names as they are stored. */
  readonly path: string;
  readonly kind: EntryKind;
  /** Bytes; 0 for everything but files. */
  readonly size: number;
};

export type RootFiles = {
  /** Whether a path lies on a drive that this root has; of all others nothing is known. */
  covers(path: string): boolean;
  /**
   * What is there; undefined where there is nothing, or only beyond a link.
   * @throws HoldfastError `disk.*` where it could not be looked at
   */
  stat(path: string): Promise<RootEntry | undefined>;
  /**
   * Opens a file for as long as `use` takes; undefined where there is none.
   * @throws HoldfastError `disk.*`
   */
  read<T>(path: string, use: (content: ByteSource) => Promise<T>): Promise<T | undefined>;
};

const mostNames = 256;
const drive = /^([A-Za-z]):(?:\\|$)/;

/** Names below drive C; undefined for what is no absolute path there, or steps up. */
function namesOf(path: string): readonly string[] | undefined {
  if (drive.exec(path)?.[1]?.toUpperCase() !== 'C') return undefined;
  const names = path
    .slice(2)
    .split(/[\\/]/)
    .filter((name) => name !== '');
  if (names.length > mostNames) return undefined;
  return names.some((name) => name === '.' || name === '..' || /[:\p{Cc}]/u.test(name)) ? undefined : names;
}

/** The entry of a name: as it is written, or else the first in another case. */
async function entryOf(folder: Folder, name: string): Promise<Entry | undefined> {
  const exact = await folder.entry(name);
  if (exact) return exact;
  const folded = name.toLowerCase();
  return (await folder.list()).find((entry) => entry.name.toLowerCase() === folded);
}

type Found = { readonly folder: Folder; readonly entry: Entry; readonly path: string };

/** Goes down handle by handle; `use` gets the last entry and the folder that it is in. */
async function find<T>(
  folder: Folder,
  names: readonly string[],
  above: string,
  use: (found: Found) => Promise<T>,
): Promise<T | undefined> {
  const [name, ...rest] = names;
  if (name === undefined) return undefined;
  const entry = await entryOf(folder, name);
  if (!entry) return undefined;
  const path = `${above}\\${entry.name}`;
  if (rest.length === 0) return await use({ folder, entry, path });
  if (entry.kind !== 'folder') return undefined;
  await using below = await folder.folder(entry.name);
  return await find(below, rest, path, use);
}

/** @param driveC absolute path of the folder that is drive C */
export function rootFiles(disk: Pick<Disk, 'open'>, driveC: string): RootFiles {
  const looking = async <T>(path: string, use: (found: Found) => Promise<T>): Promise<T | undefined> => {
    const names = namesOf(path);
    if (!names) return undefined;
    try {
      await using top = await disk.open(driveC);
      return await find(top, names, 'C:', use);
    } catch (thrown) {
      // A name that no file of this disk can have, or a file that went between two looks.
      if (isHoldfastError(thrown, 'disk.not-found', 'disk.name-invalid')) return undefined;
      throw thrown;
    }
  };
  return {
    covers: (path) => namesOf(path) !== undefined,
    async stat(path) {
      if (namesOf(path)?.length === 0) return { path: 'C:\\', kind: 'folder', size: 0 };
      return await looking(path, async ({ entry, path: stored }) => ({
        path: stored,
        kind: entry.kind,
        size: entry.size,
      }));
    },
    async read(path, use) {
      return await looking(path, async ({ folder, entry }) => {
        if (entry.kind !== 'file') return undefined;
        await using file = await folder.read(entry.name);
        return await use(await fileSource(file));
      });
    },
  };
}
