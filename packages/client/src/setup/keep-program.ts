/** The bootstrap's own copy: what goes on after a restart must not lie in a temporary folder, nor in the tree that it replaces. */
import { chunksOf, removeTree, withOpen, writePieces } from '@holdfast/engine';
import type { Folder } from '@holdfast/ports';
import { childPath } from '../paths.ts';
import type { SetupHost } from './host.ts';
import { setupFolder } from './places.ts';
import type { SetUp } from './set-up.ts';

/** Name of the copy, in the set-up's own folder. */
export const programCopy = 'program';
const freshCopy = `${programCopy}.new`;

/** Folders of a client's tree that the bootstrap runs with. */
const wanted = ['bin', 'runtime', 'node_modules', 'seed'] as const;

/** Deepest folder that is copied. */
const deepest = 32;
const programMode = 0o755;

/** Has the copy beside the journal; one that is there is whole, for it has its name only once it is. */
export async function keepProgram({ host, folder }: SetUp): Promise<void> {
  const { program } = host.places;
  if (program === undefined || (await folder.entry(programCopy))) return;
  await removeTree(folder, freshCopy);
  await withOpen(host.ports.disk.open(program), async (from) => {
    await withOpen(folder.folder(freshCopy, { create: true }), async (to) => {
      for (const name of wanted) {
        if ((await from.entry(name))?.kind === 'folder') await copyFolder(from, to, name, 0);
      }
      await to.sync();
    });
  });
  await folder.rename(freshCopy, { name: programCopy });
  await folder.sync();
}

/** Whether this bootstrap is its own copy, on a system that lets nobody take away what runs: whoever started it does. */
export function runsFromCopy({ places }: Pick<SetupHost, 'places'>): boolean {
  const copy = childPath({ path: childPath({ path: places.state }, setupFolder) }, programCopy);
  return places.program === copy && copy.includes('\\');
}

/** Takes the copy away. It loses its name first: half of it must not be taken for the whole. */
export async function removeProgram(host: Pick<SetupHost, 'places'>, folder: Folder): Promise<void> {
  if (runsFromCopy(host)) return;
  await removeTree(folder, freshCopy);
  if (!(await folder.entry(programCopy))) return;
  await folder.rename(programCopy, { name: freshCopy });
  await removeTree(folder, freshCopy);
}

async function copyFolder(from: Folder, to: Folder, name: string, depth: number): Promise<void> {
  if (depth > deepest) return;
  await withOpen(from.folder(name), async (source) => {
    await withOpen(to.folder(name, { create: true }), async (target) => {
      for (const entry of await source.list()) {
        if (entry.kind === 'folder') await copyFolder(source, target, entry.name, depth + 1);
        if (entry.kind === 'file') await copyFile(source, target, entry.name);
      }
      await target.sync();
    });
  });
}

async function copyFile(from: Folder, to: Folder, name: string): Promise<void> {
  await withOpen(from.read(name), async (source) => {
    await withOpen(to.create(name, { mode: programMode }), async (target) => {
      await writePieces(target, chunksOf(source, await source.size()));
      await target.sync();
    });
  });
}
