/** Installing a .tar.gz: the new tree is laid out beside the old one, verified, and takes its place by renaming. */
import { HoldfastError } from '@holdfast/contract';
import { openPath, removeTree, splitPath, withOpen, writePieces } from '@holdfast/engine';
import { fileSource } from '@holdfast/msi';
import type { Folder } from '@holdfast/ports';
import type { PackageEntry } from '../components/packages/entry.ts';
import { packageEntries } from '../components/packages/open.ts';
import { childPath } from '../paths.ts';
import type { SetupHost } from './host.ts';
import { filesOfPackage, splitLast } from './installation.ts';
import { chosenOf, wholePackage } from './obtain.ts';
import type { SetUp } from './set-up.ts';

/** Files that are run, where files have modes; all others are read. */
const programs = /^(?:bin\/|runtime\/node(?:\.exe)?$)/;
const programMode = 0o755;
const fileMode = 0o644;

const partName = (name: string) => `${name}.part`;
const freshName = (name: string) => `${name}.new`;
const oldName = (name: string) => `${name}.old`;

/**
 * Has the tree of the chosen package in the install folder. A cut at any point leaves the old tree, the new one, or none
 * with the whole new one beside it; called again it goes on from there.
 *
 * @throws HoldfastError `content.hash-mismatch`, `component.damaged`, `disk.*`
 */
export async function layOutPackage(setUp: SetUp): Promise<void> {
  const { host } = setUp;
  const { folder, name } = splitLast(host.places.install);
  await withOpen(openFolder(host.ports.disk, folder), async (parent) => {
    const fresh = childPath({ path: folder }, freshName(name));
    // It has this name only once all of it is durable: what can merely be read may be gone after the next power cut.
    const isLaidOut =
      (await parent.entry(freshName(name))) && (await filesOfPackage(setUp, fresh)) === undefined;
    if (!isLaidOut) {
      for (const left of [freshName(name), partName(name)]) await removeTree(parent, left);
      await withOpen(parent.folder(partName(name), { create: true }), async (tree) => {
        await unpack(setUp, tree);
        await tree.sync();
      });
      await parent.rename(partName(name), { name: freshName(name) });
      await parent.sync();
    }
    const trouble = await filesOfPackage(setUp, fresh);
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
export async function settleNames({ ports, places }: Pick<SetupHost, 'ports' | 'places'>): Promise<void> {
  await withOpen(ports.disk.open(splitLast(places.install).folder), (parent) => parent.sync());
}

/** The tree that was there before goes once its successor is verified in its place. */
export async function removeOldTree({ ports, places }: Pick<SetupHost, 'ports' | 'places'>): Promise<void> {
  const { folder, name } = splitLast(places.install);
  await withOpen(ports.disk.open(folder), async (parent) => {
    for (const other of [oldName(name), freshName(name), partName(name)]) await removeTree(parent, other);
    await parent.sync();
  });
}

/** Opens a folder by its absolute path, and makes those that are missing. */
export async function openFolder(disk: SetupHost['ports']['disk'], path: string): Promise<Folder> {
  const windows = path.includes('\\');
  const [, root = '', rest = ''] = (windows ? /^([A-Za-z]:\\)(.*)$/ : /^(\/)(.*)$/).exec(path) ?? [];
  const top = await disk.open(root);
  if (rest === '') return top;
  return await withOpen(top, () => openPath(top, splitPath(rest, windows ? '\\' : '/'), { create: true }));
}

async function unpack(setUp: SetUp, tree: Folder): Promise<void> {
  const { package: wanted } = chosenOf(setUp);
  const from = await wholePackage(setUp);
  if (from === undefined)
    throw new HoldfastError('content.hash-mismatch', `${wanted.name} is not whole any more.`);
  await withOpen(openPath(setUp.state, from), async (folder) => {
    await withOpen(folder.read(wanted.name), async (file) => {
      const entries = packageEntries(wanted.kind, await fileSource(file));
      for await (const entry of entries) await writeEntry(tree, entry);
    });
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
