/** Stand-ins for the installers that lay the kept package out once more: each leaves the disk as the real one does. */
import { openPath, readWhole, removeIfThere, replaceFile, splitPath, withOpen } from '@holdfast/engine';
import type { Disk, Folder } from '@holdfast/ports';
import type { Program } from '../../machine/processes.ts';
import type { SimulatedRelease } from '../client-setup/release.ts';
import { setupPlaces } from '../client-setup/world.ts';

/** How one file is put into its place. */
type Put = (folder: Folder, name: string, content: Uint8Array) => Promise<void>;

/** GNU tar: what is in the way is removed, and nothing is made durable. */
const asTar: Put = async (folder, name, content) => {
  await removeIfThere(folder, name);
  await withOpen(folder.create(name), (file) => file.write(0, content));
};

/** dpkg: beside its place, durable, then over it at one stroke. */
const asDpkg: Put = replaceFile;

/** Milliseconds that a file takes. */
const pauseMs = 200;

/** The program that a kind of package is installed by, and where its words name the package. */
export function standInFor(release: SimulatedRelease): { readonly name: string; readonly program: Program } {
  const tar = release.package.kind === 'tar.gz';
  const program: Program = async ({ words, disk, clock }) => {
    const path = tar
      ? words.find((word) => word.startsWith('--file='))?.slice('--file='.length)
      : words.at(-1);
    if (!(await isPackage(disk, path, release))) return 2;
    for (const [file, content] of release.files) {
      await putFile(disk, file, content, tar ? asTar : asDpkg);
      await clock.sleep(pauseMs);
    }
    return 0;
  };
  return { name: tar ? 'tar' : 'dpkg', program };
}

async function isPackage(disk: Disk, path: string | undefined, release: SimulatedRelease): Promise<boolean> {
  const name = path?.split('/').at(-1);
  if (path === undefined || name === undefined) return false;
  const bytes = await withOpen(disk.open(path.slice(0, -name.length)), (folder) =>
    readWhole(folder, name, release.bytes.length),
  );
  return Buffer.from(bytes).equals(release.bytes);
}

async function putFile(disk: Disk, path: string, content: Uint8Array, put: Put): Promise<void> {
  const [first, ...names] = splitPath(`${setupPlaces.install.slice(1)}/${path}`);
  await withOpen(disk.open('/'), (root) =>
    withOpen(openPath(root, [first, ...names.slice(0, -1)], { create: true }), (folder) =>
      put(folder, names.at(-1) ?? first, content),
    ),
  );
}
