/** A Windows machine as far as an installer sees it: files and registry. Here one that lies in a folder, as Wine keeps it. */
import { isHoldfastError } from '@holdfast/contract';
import type { Disk, Folder } from '@holdfast/ports';
import { fileSource } from '../source.ts';
import { badRoot } from './errors.ts';
import { type RootFiles, rootFiles } from './files.ts';
import { type Hive, readHive } from './hive.ts';
import { type RootRegistry, rootRegistry } from './registry.ts';

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

async function hiveIn(folder: Folder, name: string): Promise<Hive | undefined> {
  if (!(await folder.entry(name))) return undefined;
  await using file = await folder.read(name);
  return await readHive(await fileSource(file), name);
}

/**
 * Opens DIR/drive_c, DIR/system.reg (HKLM), DIR/user.reg (HKCU) and DIR/userdef.reg (HKU\.DEFAULT). A root without
 * registry files is one with an empty registry, on 64-bit Windows.
 * @param path absolute path of DIR
 * @throws HoldfastError `root.invalid` where it is no such folder, `disk.*` where it could not be read
 */
export async function openRoot(disk: Pick<Disk, 'open'>, path: string): Promise<Root> {
  await using folder = await openFolder(disk, path);
  const driveC = await folder.entry(rootLayout.driveC);
  if (driveC?.kind !== 'folder') throw badRoot(path, `there is no folder ${rootLayout.driveC} in it`);
  await using drive = await folder.folder(rootLayout.driveC);
  const machine = await hiveIn(folder, rootLayout.machine);
  const user = await hiveIn(folder, rootLayout.user);
  const defaultUser = await hiveIn(folder, rootLayout.defaultUser);
  return {
    architecture: machine?.architecture ?? 'x64',
    files: rootFiles(disk, drive.path),
    registry: rootRegistry({ machine, user, defaultUser }),
  };
}

async function openFolder(disk: Pick<Disk, 'open'>, path: string): Promise<Folder> {
  try {
    return await disk.open(path);
  } catch (thrown) {
    if (isHoldfastError(thrown, 'disk.not-found')) throw badRoot(path, 'there is no such folder');
    throw thrown;
  }
}
