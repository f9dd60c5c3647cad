/** A stand-in for the installer that lays the kept package out once more: it leaves the disk as the real one does. */
import { openPath, readWhole, replaceFile, splitPath, withOpen } from '@holdfast/engine';
import type { Disk } from '@holdfast/ports';
import type { Program } from '../../machine/processes.ts';
import type { SimulatedRelease } from '../client-setup/release.ts';
import { setupPlaces } from '../client-setup/world.ts';

/** Milliseconds that a file takes. */
const pauseMs = 200;

/** dpkg: each file beside its place, durable, then over it at one stroke. The last of its words names the package. */
export function dpkgFor(release: SimulatedRelease): Program {
  return async ({ words, disk, clock }) => {
    if (!(await isPackage(disk, words.at(-1), release))) return 2;
    for (const [file, content] of release.files) {
      await putFile(disk, file, content);
      await clock.sleep(pauseMs);
    }
    return 0;
  };
}

async function isPackage(disk: Disk, path: string | undefined, release: SimulatedRelease): Promise<boolean> {
  const name = path?.split('/').at(-1);
  if (path === undefined || name === undefined) return false;
  const bytes = await withOpen(disk.open(path.slice(0, -name.length)), (folder) =>
    readWhole(folder, name, release.bytes.length),
  );
  return Buffer.from(bytes).equals(release.bytes);
}

async function putFile(disk: Disk, path: string, content: Uint8Array): Promise<void> {
  const [first, ...names] = splitPath(`${setupPlaces.install.slice(1)}/${path}`);
  await withOpen(disk.open('/'), (root) =>
    withOpen(openPath(root, [first, ...names.slice(0, -1)], { create: true }), (folder) =>
      replaceFile(folder, names.at(-1) ?? first, content),
    ),
  );
}
