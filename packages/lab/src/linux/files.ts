/**
 * dpkg's way of replacing files: everything new beside the old as `.dpkg-new`, the old kept as `.dpkg-tmp`, each new
 * file made durable before it takes its name. It syncs no folder of the system: it counts on the journal of the file
 * system to keep names in their order. Source: the system calls of dpkg 1.21.22 with --no-force-unsafe-io.
 */
import { isHoldfastError } from '@holdfast/contract';
import { removeIfThere, removeTree, withOpen } from '@holdfast/engine';
import type { Disk, Folder } from '@holdfast/ports';
import { copyWithin, writeNew } from './database.ts';
import type { DebianFile } from './deb.ts';

/** A system below a root. */
export type System = { readonly disk: Pick<Disk, 'open'>; readonly root: string };

export const fresh = '.dpkg-new';
export const backup = '.dpkg-tmp';

/** `/usr/bin/tool`: its folder as an absolute path, and its name. */
function placeOf({ root }: System, path: string): { folder: string; name: string } {
  const cut = path.lastIndexOf('/');
  return { folder: `${root.replace(/\/$/, '')}${path.slice(0, cut)}` || '/', name: path.slice(cut + 1) };
}

async function inFolderOf<Result>(
  system: System,
  path: string,
  act: (folder: Folder, name: string) => Promise<Result>,
): Promise<Result> {
  const { folder, name } = placeOf(system, path);
  return await withOpen(system.disk.open(folder), (opened) => act(opened, name));
}

/** Lays everything out beside what is there, then gives each file its name, durable content first. */
export async function extract(
  system: System,
  files: readonly DebianFile[],
  pause: () => Promise<void>,
): Promise<void> {
  for (const file of files) {
    await pause();
    await inFolderOf(system, file.path, (folder, name) => layBeside(folder, name, file));
  }
  for (const { path, content } of files) {
    if (content === undefined) continue;
    await inFolderOf(system, path, async (folder, name) => {
      await withOpen(folder.edit(`${name}${fresh}`), (file) => file.sync());
      await folder.rename(`${name}${fresh}`, { name });
    });
  }
}

/** A folder gets its name at once; of a file only the new content is there after this, and a copy of the old. */
async function layBeside(folder: Folder, name: string, { content, mode }: DebianFile): Promise<void> {
  // A backup without its file was left by a dpkg that was cut off: the old file goes back before anything else.
  const there = await folder.entry(name);
  const kept = await folder.entry(`${name}${backup}`);
  if (there === undefined && kept !== undefined) await folder.rename(`${name}${backup}`, { name });
  if (there?.kind === 'folder') return;
  for (const end of [fresh, backup]) await removeTree(folder, `${name}${end}`);
  if (content === undefined) {
    await (await folder.folder(`${name}${fresh}`, { create: true })).close();
    await folder.rename(`${name}${fresh}`, { name });
    return;
  }
  await withOpen(folder.create(`${name}${fresh}`, { mode }), (file) => file.write(0, content));
  // dpkg links the old file; the disk port has no hard links. It stays in its place until the new one takes it.
  if ((await folder.entry(name)) !== undefined) await copyWithin(folder, name, `${name}${backup}`);
}

/** Takes the copies of the old files away. */
export async function removeBackups(system: System, files: readonly DebianFile[]): Promise<void> {
  for (const { path, content } of files) {
    if (content === undefined) continue;
    await inFolderOf(system, path, (folder, name) => removeIfThere(folder, `${name}${backup}`));
  }
}

/** Removes files, and folders that are empty then: what is inside first. What is gone already is no error. */
export async function removePaths(system: System, paths: readonly string[]): Promise<void> {
  for (const path of [...paths].sort().reverse()) {
    try {
      await inFolderOf(system, path, async (folder, name) => {
        for (const end of [fresh, backup]) await removeTree(folder, `${name}${end}`);
        if ((await folder.entry(name))?.kind === 'folder') await folder.removeFolder(name);
        else await removeIfThere(folder, name);
      });
    } catch (thrown) {
      // Not empty: it holds something of another package, or of nobody.
      if (!isHoldfastError(thrown, 'disk.not-found', 'disk.exists')) throw thrown;
    }
  }
}

/** The control file of a package that is being unpacked, durable in a folder of its own. */
export async function keepControl(admin: Folder, text: string): Promise<void> {
  await dropControl(admin);
  await withOpen(admin.folder(controlFolder, { create: true }), async (folder) => {
    await writeNew(folder, 'control', text);
    await folder.sync();
  });
}

export async function dropControl(admin: Folder): Promise<void> {
  await removeTree(admin, controlFolder);
}

const controlFolder = 'tmp.ci';
