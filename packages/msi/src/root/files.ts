/** Files of a Windows root, by Windows paths: whatever their case, and never through a link. */
import { isHoldfastError } from '@holdfast/contract';
import { withOpen } from '@holdfast/engine';
import type { EntryKind } from '@holdfast/ports';
import { type ByteSource, fileSource } from '../source.ts';
import { type Found, find, namesOf, type Ways } from './walk.ts';

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

/** @param ways down from drive C */
export function rootFiles(ways: Ways): RootFiles {
  const looking = async <T>(path: string, use: (found: Found) => Promise<T>): Promise<T | undefined> => {
    const names = namesOf(path);
    if (!names) return undefined;
    try {
      return await find(ways, names, use);
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
        return await withOpen(folder.read(entry.name), async (file) => use(await fileSource(file)));
      });
    },
  };
}
