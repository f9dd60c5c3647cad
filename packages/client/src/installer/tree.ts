/** A .tar.gz is installed by nobody but us: the new tree is laid out beside the old one, verified, and takes its place by renaming. */
import { HoldfastError } from '@holdfast/contract';
import { openPath, removeTree, splitPath, withOpen, writePieces } from '@holdfast/engine';
import type { Disk, Folder, OpenFile } from '@holdfast/ports';
import type { PackageEntry } from '../components/packages/entry.ts';
import { gunzip } from '../components/packages/gunzip.ts';
import { sourceOf } from '../components/packages/part.ts';
import { tarEntries } from '../components/packages/tar.ts';
import { childPath, splitLast } from '../paths.ts';

/** Files that are run, where files have modes; all others are read. */
const programs = /^(?:bin\/|runtime\/node(?:\.exe)?$)/;
const programMode = 0o755;
const fileMode = 0o644;

const partName = (name: string) => `${name}.part`;
const freshName = (name: string) => `${name}.new`;
const oldName = (name: string) => `${name}.old`;

type Opening = Pick<Disk, 'open'>;

/** A tree that is to be in an install folder. */
export type NewTree = {
  /** Absolute path of the install folder, there or not. */
  readonly install: string;
  /** Uses the .tar.gz, which was verified. @throws HoldfastError `content.hash-mismatch` where it is not whole any more */
  withPackage(use: (file: OpenFile) => Promise<void>): Promise<void>;
  /** What is wrong with a tree in a folder (absolute path), as a clause; undefined where it is what it is to be. */
  trouble(folder: string): Promise<string | undefined>;
};

/**
 * Has the tree in the install folder. A cut at any point leaves the old tree, the new one, or none with the whole new one
 * beside it; called again it goes on from there. The old one stays beside it until `removeOldTrees`.
 *
 * @throws HoldfastError `content.hash-mismatch`, `component.damaged`, `disk.*`
 */
export async function layOutTree(disk: Opening, tree: NewTree): Promise<void> {
  const { folder, name } = splitLast(tree.install);
  await withOpen(openFolder(disk, folder), async (parent) => {
    const fresh = childPath({ path: folder }, freshName(name));
    // It has this name only once all of it is durable: what can merely be read may be gone after the next power cut.
    const isLaidOut = (await parent.entry(freshName(name))) && (await tree.trouble(fresh)) === undefined;
    if (!isLaidOut) {
      for (const left of [freshName(name), partName(name)]) await removeTree(parent, left);
      await withOpen(parent.folder(partName(name), { create: true }), async (part) => {
        await unpack(tree, part);
        await part.sync();
      });
      await parent.rename(partName(name), { name: freshName(name) });
      await parent.sync();
    }
    const trouble = await tree.trouble(fresh);
    if (trouble !== undefined)
      throw new HoldfastError('component.damaged', `The new tree is not whole: ${trouble}.`);
    if (await parent.entry(name)) {
      await removeTree(parent, oldName(name));
      await parent.rename(name, { name: oldName(name) });
    }
    await parent.rename(freshName(name), { name });
    await parent.sync();
  });
}

/** Has the name of the install folder durable: an earlier life may have ended right after the renaming. */
export async function settleName(disk: Opening, install: string): Promise<void> {
  await withOpen(disk.open(splitLast(install).folder), (parent) => parent.sync());
}

/** The tree that was there before goes once its successor is verified in its place, and with it what was cut off. */
export async function removeOldTrees(disk: Opening, install: string): Promise<void> {
  const { folder, name } = splitLast(install);
  await withOpen(disk.open(folder), async (parent) => {
    for (const other of [oldName(name), freshName(name), partName(name)]) await removeTree(parent, other);
    await parent.sync();
  });
}

/** Opens a folder by its absolute path, and makes those that are missing. */
async function openFolder(disk: Opening, path: string): Promise<Folder> {
  const windows = path.includes('\\');
  const [, root = '', rest = ''] = (windows ? /^([A-Za-z]:\\)(.*)$/ : /^(\/)(.*)$/).exec(path) ?? [];
  const top = await disk.open(root);
  if (rest === '') return top;
  return await withOpen(top, () => openPath(top, splitPath(rest, windows ? '\\' : '/'), { create: true }));
}

async function unpack(tree: NewTree, part: Folder): Promise<void> {
  await tree.withPackage(async (file) => {
    for await (const entry of tarEntries(gunzip(await sourceOf(file)))) await writeEntry(part, entry);
  });
}

/** Every file and every name is durable before the tree is verified, and long before anyone relies on it. */
async function writeEntry(tree: Folder, { paths: [path = ''], content }: PackageEntry): Promise<void> {
  const names = splitPath(path);
  const name = names.at(-1) ?? path;
  const [first, ...inner] = names.slice(0, -1);
  const write = async (folder: Folder) => {
    await withOpen(
      folder.create(name, { mode: programs.test(path) ? programMode : fileMode }),
      async (file) => {
        await writePieces(file, content);
        await file.sync();
      },
    );
    await folder.sync();
  };
  if (first === undefined) await write(tree);
  else await withOpen(openPath(tree, [first, ...inner], { create: true }), write);
}
