/** A real dpkg in the middle of its work, its locks held, for as long as a test wants it. */
import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dpkgRootArguments, prepareDpkgRoot } from '../src/linux/installers.ts';

const control = `Package: holdfast-holding
Version: 1
Architecture: all
Maintainer: Test <test@localhost>
Description: waits in its preinst
`;

/** Tells that dpkg runs it, and waits for a line. */
const preinst = `#!/bin/sh
echo held
read line
`;

/** The package, built in `folder`. */
function holdingPackage(folder: string): string {
  const tree = join(folder, 'holding');
  mkdirSync(join(tree, 'DEBIAN'), { recursive: true });
  chmodSync(join(tree, 'DEBIAN'), 0o755);
  writeFileSync(join(tree, 'DEBIAN/control'), control);
  writeFileSync(join(tree, 'DEBIAN/preinst'), preinst, { mode: 0o755 });
  const file = join(folder, 'holding.deb');
  execFileSync('dpkg-deb', ['--root-owner-group', '--build', tree, file], { stdio: 'ignore' });
  return file;
}

/** Installs into `root`; resolves when the locks are held. Its answer lets dpkg end, and waits for that. */
export async function holdDpkg(root: string, folder: string): Promise<() => Promise<void>> {
  await prepareDpkgRoot(root);
  const words = [...dpkgRootArguments(root), '--force-script-chrootless', '-i', holdingPackage(folder)];
  // dpkg looks for programs in the folders of system programs before it works.
  const env = { ...process.env, PATH: `${process.env.PATH ?? ''}:/usr/sbin:/sbin` };
  const dpkg = spawn('dpkg', words, { env, stdio: ['pipe', 'pipe', 'pipe'] });
  let output = '';
  const ended = new Promise<void>((resolve) => dpkg.once('close', () => resolve()));
  await new Promise<void>((resolve, reject) => {
    const read = (chunk: Buffer) => {
      output += chunk.toString();
      if (output.includes('held')) resolve();
    };
    dpkg.stdout.on('data', read);
    dpkg.stderr.on('data', read);
    void ended.then(() => reject(new Error(`dpkg ended before it was told to: ${output}`)));
  });
  return async () => {
    dpkg.stdin.end('\n');
    await ended;
    if (dpkg.exitCode !== 0) throw new Error(`dpkg failed: ${output}`);
  };
}
