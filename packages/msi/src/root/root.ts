/** A Windows machine as far as an installer sees it: files and registry. Here one that lies in a folder, as Wine keeps it. */
import { isHoldfastError } from '@holdfast/contract';
import { withOpen } from '@holdfast/engine';
import type { Disk, Folder } from '@holdfast/ports';
import { fileSource } from '../source.ts';
import { badRoot } from './errors.ts';
import { type RootFiles, rootFiles } from './files.ts';
import type { Hive } from './hive.ts';
import { readHive } from './hive-reader.ts';
import { type RootRegistry, rootRegistry } from './registry.ts';
import { sharedWays } from './walk.ts';

export type Root = {
  /** Of the Windows. */
  readonly architecture: 'x86' | 'x64';
  readonly files: RootFiles;
  /** As it was when the root was opened. */
  readonly registry: RootRegistry;
};

/** Names in the folder; the layout of a Wine prefix. */
export const rootLayout = {
  driveC: 'drive_c',
  machine: 'system.reg',
  user: 'user.reg',
  defaultUser: 'userdef.reg',
} as const;

/** A registry file of a root; undefined where it lacks it. */
export async function hiveIn(folder: Folder, name: string): Promise<Hive | undefined> {
  if (!(await folder.entry(name))) return undefined;
  return await withOpen(folder.read(name), async (file) => readHive(await fileSource(file), name));
}

/**
 * Opens DIR/drive_c, DIR/system.reg (HKLM), DIR/user.reg (HKCU) and DIR/userdef.reg (HKU\.DEFAULT). A root without
 * registry files is one with an empty registry, on 64-bit Windows.
 * @param path absolute path of DIR
 * @throws HoldfastError `root.invalid` where it is no such folder, `disk.*` where it could not be read
 */
export async function openRoot(disk: Pick<Disk, 'open'>, path: string): Promise<Root> {
  return await inRoot(disk, path, async (folder, driveC) => {
    const machine = await hiveIn(folder, rootLayout.machine);
    const user = await hiveIn(folder, rootLayout.user);
    const defaultUser = await hiveIn(folder, rootLayout.defaultUser);
    return {
      architecture: machine?.architecture ?? 'x64',
      files: rootFiles(sharedWays(() => disk.open(driveC))),
      registry: rootRegistry({ machine, user, defaultUser }),
    };
  });
}

/**
 * Opens the folder of a root for as long as `use` takes; it is told the absolute path of drive C, too.
 * @throws HoldfastError `root.invalid` where it is none, `disk.*`; what `use` throws
 */
export async function inRoot<T>(
  disk: Pick<Disk, 'open'>,
  path: string,
  use: (folder: Folder, driveC: string) => Promise<T>,
): Promise<T> {
  return await withOpen(openFolder(disk, path), async (folder) => {
    const entry = await folder.entry(rootLayout.driveC);
    if (entry?.kind !== 'folder') throw badRoot(path, `there is no folder ${rootLayout.driveC} in it`);
    const driveC = await withOpen(folder.folder(rootLayout.driveC), async (drive) => drive.path);
    return await use(folder, driveC);
  });
}

async function openFolder(disk: Pick<Disk, 'open'>, path: string): Promise<Folder> {
  try {
    return await disk.open(path);
  } catch (thrown) {
    if (isHoldfastError(thrown, 'disk.not-found')) throw badRoot(path, 'there is no such folder');
    throw thrown;
  }
}
