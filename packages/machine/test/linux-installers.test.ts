/** dpkg for real: a package built here, installed into, removed and purged from a root folder of its own. */

import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { type InstallersFixture, installersContract } from '@holdfast/ports/suites';
import { deviceName, heldLocks } from '../src/linux/dpkg-lock.ts';
import { dpkgRootArguments, linuxInstallers, prepareDpkgRoot } from '../src/linux/installers.ts';
import { realClock } from '../src/shared/clock.ts';
import { holdDpkg } from './holding-dpkg.ts';
import { temporaryFolder } from './temporary.ts';

const run = promisify(execFile);
const hasDpkg =
  spawnSync('dpkg', ['--version']).status === 0 && spawnSync('dpkg-deb', ['--version']).status === 0;

installersContract(async (): Promise<InstallersFixture> => {
  const folder = await temporaryFolder();
  const root = join(folder.path, 'root');
  if (hasDpkg) await installTwo(folder.path, root);
  await writeFile(join(folder.path, 'plain.txt'), 'no resource');
  return {
    installers: linuxInstallers({ root }),
    has: { dpkg: hasDpkg, msi: false },
    ...(hasDpkg && {
      installedDpkg: { name: 'holdfast-kept', version: '1:2.3-4~five' },
      removedDpkg: 'holdfast-gone',
    }),
    ...(hasDpkg && { clock: realClock(), busy: () => holdDpkg(root, folder.path) }),
    ...(hasDpkg && { spoil: () => leaveHalfInstalled(root) }),
    plainFile: join(folder.path, 'plain.txt'),
    missingFile: join(folder.path, 'missing.txt'),
    cleanup: folder.cleanup,
  };
});

/** As a power cut in the middle of an unpacking leaves it. */
async function leaveHalfInstalled(root: string): Promise<() => Promise<void>> {
  const path = join(root, 'var/lib/dpkg/status');
  const whole = await readFile(path, 'utf8');
  await writeFile(path, whole.replace('install ok installed', 'install reinstreq half-installed'));
  return () => writeFile(path, whole);
}

async function installTwo(folder: string, root: string): Promise<void> {
  await prepareDpkgRoot(root);
  for (const name of ['holdfast-kept', 'holdfast-gone']) {
    await dpkg(root, '--install', await buildPackage(folder, name, '1:2.3-4~five'));
  }
  await dpkg(root, '--remove', 'holdfast-gone');
}

/** dpkg looks for ldconfig and start-stop-daemon before it works, in the folders of system programs. */
async function dpkg(root: string, ...words: readonly string[]): Promise<void> {
  const env = { ...process.env, PATH: `${process.env.PATH ?? ''}:/usr/sbin:/sbin` };
  await run('dpkg', [...dpkgRootArguments(root), ...words], { env });
}

async function buildPackage(folder: string, name: string, version: string): Promise<string> {
  const tree = join(folder, name);
  const control = {
    Package: name,
    Version: version,
    Architecture: 'all',
    Maintainer: 'Test <test@localhost>',
  };
  const files = {
    'DEBIAN/control': `${Object.entries({ ...control, Description: 'a test' })
      .map(([field, value]) => `${field}: ${value}\n`)
      .join('')}`,
    'DEBIAN/conffiles': `/etc/${name}.conf\n`,
    [`etc/${name}.conf`]: 'setting = 1\n',
    [`usr/share/${name}/data`]: 'payload\n',
  };
  await mkdir(join(tree, 'DEBIAN'), { recursive: true });
  await chmod(join(tree, 'DEBIAN'), 0o755);
  for (const [path, content] of Object.entries(files)) {
    await mkdir(join(tree, path, '..'), { recursive: true });
    await writeFile(join(tree, path), content, { mode: 0o644 });
  }
  const file = join(folder, `${name}.deb`);
  await run('dpkg-deb', ['--root-owner-group', '--build', tree, file]);
  return file;
}

test('a .deb is installed into a folder of its own and removed, the system untouched', {
  skip: hasDpkg ? false : 'no dpkg here',
}, async (context) => {
  const folder = await temporaryFolder();
  context.after(folder.cleanup);
  const root = join(folder.path, 'root');
  await prepareDpkgRoot(root);
  const name = 'holdfast-test-package';
  const installers = linuxInstallers({ root });
  assert.deepEqual(await installers.dpkg(name), { installed: false });

  const file = await buildPackage(folder.path, name, '1.0');
  await dpkg(root, '--install', file);
  assert.deepEqual(await installers.dpkg(name), { installed: true, version: '1.0' });
  assert.equal(await readFile(join(root, 'usr/share', name, 'data'), 'utf8'), 'payload\n');
  assert.deepEqual(await linuxInstallers().dpkg(name), { installed: false });

  // A second preparation keeps what is there.
  await prepareDpkgRoot(root);
  assert.equal((await installers.dpkg(name))?.installed, true);
  await dpkg(root, '--purge', name);
  assert.deepEqual(await installers.dpkg(name), { installed: false });
});

test('a package of the system is seen without a root', {
  skip: hasDpkg ? false : 'no dpkg here',
}, async () => {
  const state = await linuxInstallers().dpkg('dpkg');
  assert.equal(state?.installed, true);
  assert.match(state.version ?? '', /^\d/);
});

test('a database of rpm is read through, beside that of dpkg or alone', {
  skip: spawnSync('rpmdb', ['--version']).status === 0 ? false : 'no rpm here',
}, async (context) => {
  const folder = await temporaryFolder();
  context.after(folder.cleanup);
  const healthy = () => linuxInstallers({ root: folder.path }).healthy?.();
  const database = join(folder.path, 'var/lib/rpm');
  await mkdir(database, { recursive: true });
  assert.equal(await healthy(), undefined, 'an empty folder is none');
  await run('rpmdb', [`--dbpath=${database}`, '--initdb']);
  assert.deepEqual(await healthy(), { ready: true });
  if (hasDpkg) await prepareDpkgRoot(folder.path);
  assert.deepEqual(await healthy(), { ready: true });
  const file = join(database, 'rpmdb.sqlite');
  const bytes = await readFile(file);
  await writeFile(file, bytes.fill(7, 4096, 20_000));
  const damaged = await healthy();
  assert.ok(damaged?.ready === false);
  assert.match(damaged.reason, /^the database of rpm is damaged: /);
});

test('who holds dpkg is told by name, and a lock of another file is none of it', {
  skip: hasDpkg ? false : 'no dpkg here',
}, async (context) => {
  const folder = await temporaryFolder();
  context.after(folder.cleanup);
  const [root, other] = [join(folder.path, 'root'), join(folder.path, 'other')];
  await prepareDpkgRoot(root);
  const over = await holdDpkg(other, folder.path);
  assert.deepEqual(await linuxInstallers({ root }).idle?.(), { ready: true });
  const held = await linuxInstallers({ root: other }).idle?.();
  assert.ok(held?.ready === false);
  assert.match(held.reason, /^dpkg \(process \d+\) holds dpkg's lock$/);
  assert.equal(held.evidence.lock, 'lock-frontend');
  await over();
});

test('of the locks that the kernel tells, those for writing that are held count', () => {
  const text = [
    '1: POSIX  ADVISORY  WRITE 812 fd:00:1234 0 EOF',
    '1: -> POSIX  ADVISORY  WRITE 813 fd:00:1234 0 EOF',
    '2: POSIX  ADVISORY  READ  814 fd:00:1235 0 EOF',
    '3: FLOCK  ADVISORY  WRITE 815 fd:00:1236 0 EOF',
    '4: OFDLCK ADVISORY  WRITE -1 00:2b:77 0 0',
    '5: POSIX  ADVISORY  WRITE 9 103:12:4294967297 0 EOF',
    '',
  ].join('\n');
  assert.deepEqual(heldLocks(text), [
    { pid: 812, device: 'fd:00', inode: 1234 },
    { pid: 9, device: '103:12', inode: 4294967297 },
  ]);
  assert.equal(deviceName(0xfd00), 'fd:00');
  // 259:4660, a device whose minor number needs more than eight bits (makedev(3)).
  assert.equal(deviceName(((0x1234 & ~0xff) << 12) | (259 << 8) | 0x34), '103:1234');
});
