/** Where the registry files of a root are: read whole, and replaced whole. */
import { withOpen } from '@holdfast/engine';
import type { Disk, Folder } from '@holdfast/ports';
import type { Hive } from '../root/hive.ts';
import { hiveIn } from '../root/root.ts';
import { type Pieces, replaceVerified } from './verified-file.ts';

/** What the file of a hive looked like when it was last read or written here; undefined where there was none. */
export type FileMark = { readonly size: number; readonly modified: number | undefined } | undefined;

/** Files of one folder, by name. */
export type HiveFiles = {
  mark(name: string): Promise<FileMark>;
  /** Undefined where there is none. @throws HoldfastError `root.invalid`, `disk.*` */
  read(name: string): Promise<Hive | undefined>;
  /** All or nothing; durable when it resolves, read back and compared. @throws HoldfastError `disk.*` */
  replace(name: string, content: Exclude<Pieces, AsyncIterable<Uint8Array>>): Promise<void>;
};

/** Opens the folder for as long as `use` takes. */
export type HiveFolder = <T>(use: (files: HiveFiles) => Promise<T>) => Promise<T>;

export function hiveFilesIn(folder: Folder): HiveFiles {
  return {
    async mark(name) {
      const entry = await folder.entry(name);
      return entry && { size: entry.size, modified: (await folder.times(name))?.modified };
    },
    read: (name) => hiveIn(folder, name),
    replace: (name, content) => replaceVerified(folder, name, content),
  };
}

/** The folder at an absolute path of a disk. */
export function hiveFolder(disk: Pick<Disk, 'open'>, path: string): HiveFolder {
  return (use) => withOpen(disk.open(path), (folder) => use(hiveFilesIn(folder)));
}
