/** The .rpm of a client. */
import { rpmArchive } from './archive/rpm.ts';
import { installedEntries, installFolder, linuxPackage, maintainerScript } from './linux-package.ts';
import { rpmArchitecture } from './target.ts';
import type { Tree } from './tree.ts';

const unitFolder = 'usr/lib/systemd/system';

/** `$1` is how many versions there will be afterwards: 1 at the first installation, 0 after the last removal. */
const scripts = {
  afterInstall: ['if [ "$1" -gt 1 ]; then came again; else came ""; fi'],
  beforeRemoval: ['if [ "$1" -eq 0 ]; then goes; fi'],
  afterRemoval: ['if [ "$1" -eq 0 ]; then gone; fi'],
} as const;

/** @param seconds since 1970: the time of all that is in it */
export async function rpmPackage(tree: Tree, seconds: number): Promise<Buffer> {
  const entries = await installedEntries(tree, unitFolder);
  return rpmArchive({
    ...linuxPackage,
    version: tree.version,
    release: '1',
    architecture: rpmArchitecture(tree.target),
    time: seconds,
    // What its Node is linked to.
    requires: ['libc.so.6(GLIBC_2.28)(64bit)', 'libstdc++.so.6()(64bit)', 'libgcc_s.so.1()(64bit)'],
    scripts: {
      afterInstall: await maintainerScript(scripts.afterInstall),
      beforeRemoval: await maintainerScript(scripts.beforeRemoval),
      afterRemoval: await maintainerScript(scripts.afterRemoval),
    },
    // The folders above belong to the system.
    entries: entries.filter(({ kind, path }) => kind !== 'folder' || path.startsWith(installFolder)),
  });
}
