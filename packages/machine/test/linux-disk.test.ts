/** The disk of Linux. */
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, copyFile, mkdir, readdir, rename, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { promisify } from 'node:util';
import type { Disk } from '@holdfast/ports';
import { type DiskFixture, diskContract, rejectsWith } from '@holdfast/ports/suites';
import { linuxDisk } from '../src/linux/disk.ts';
import { temporaryFolder } from './temporary.ts';

const run = promisify(execFile);

/** Kilobytes; less than the suite's `tooMuch`. */
const smallVolume = 64;

diskContract(() => makeFixture(linuxDisk()));

describe('with calls that wait', () => {
  diskContract(() => makeFixture(linuxDisk({ waits: true })));
});

async function makeFixture(disk: Disk): Promise<DiskFixture> {
  const folder = await temporaryFolder();
  const volumes = await mountVolumes();
  return {
    disk,
    folder: folder.path,
    names: 'posix',
    renamesOpenFolders: true,
    link: (path, target) => symlink(target, path),
    modeOf: async (path) => (await stat(path)).mode & 0o7777,
    hold,
    volumes: volumes.paths,
    cleanup: async () => {
      await volumes.cleanup();
      await folder.cleanup();
    },
  };
}

/** Linux lets no one write the file of a running program. */
async function hold(path: string): Promise<() => Promise<void>> {
  await copyFile('/bin/sleep', path);
  await chmod(path, 0o755);
  const program = spawn(path, ['1000'], { stdio: 'ignore' });
  await once(program, 'spawn');
  return async () => {
    const exit = once(program, 'exit');
    program.kill('SIGKILL');
    await exit;
  };
}

type Volumes = { readonly paths: NonNullable<DiskFixture['volumes']>; cleanup(): Promise<void> };

/** A small and a read-only volume where this account may mount (root outside a container); else none. */
async function mountVolumes(): Promise<Volumes> {
  const folder = await temporaryFolder();
  const [full, readOnly] = [join(folder.path, 'full'), join(folder.path, 'read-only')];
  await mkdir(full);
  await mkdir(readOnly);
  const mounted: string[] = [];
  const mount = async (path: string, options: string) => {
    await run('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', path]);
    mounted.push(path);
  };
  const done = await mount(full, `size=${smallVolume}k`)
    .then(() => mount(readOnly, 'ro'))
    .then(
      () => true,
      () => false,
    );
  return {
    paths: { ...(done && { full, readOnly }), ...deniedFolder() },
    cleanup: async () => {
      for (const path of mounted) await run('umount', [path]);
      await folder.cleanup();
    },
  };
}

/** Root may write anywhere: only another account is denied something. */
function deniedFolder(): { denied?: string } {
  return process.getuid?.() === 0 ? {} : { denied: '/' };
}

test('a folder that is swapped for a link between two calls does not lead out', async (context) => {
  const folder = await temporaryFolder();
  context.after(folder.cleanup);
  const [inside, outside] = [join(folder.path, 'inside'), join(folder.path, 'outside')];
  await mkdir(inside);
  await mkdir(outside);
  const held = await linuxDisk().open(inside);
  context.after(held.close);
  await rename(inside, join(folder.path, 'away'));
  await symlink(outside, inside);
  await (await held.create('file')).close();
  assert.deepEqual(await readdir(outside), []);
  assert.deepEqual(await readdir(join(folder.path, 'away')), ['file']);
});

test('a pipe is not opened, and does not make anyone wait', async (context) => {
  const folder = await temporaryFolder();
  context.after(folder.cleanup);
  await run('mkfifo', [join(folder.path, 'pipe')]);
  const opened = await linuxDisk().open(folder.path);
  context.after(opened.close);
  await rejectsWith(opened.read('pipe'), 'disk.denied');
  await rejectsWith(opened.edit('pipe'), 'disk.denied');
  assert.deepEqual(await opened.list(), [{ name: 'pipe', kind: 'other', size: 0 }]);
});

test('a name that is no UTF-8 is left out of a list', async (context) => {
  const folder = await temporaryFolder();
  context.after(folder.cleanup);
  await writeFile(Buffer.concat([Buffer.from(join(folder.path, 'bad-')), Buffer.from([0xff])]), '');
  await writeFile(join(folder.path, 'good'), '');
  const opened = await linuxDisk().open(folder.path);
  context.after(opened.close);
  assert.deepEqual(
    (await opened.list()).map((entry) => entry.name),
    ['good'],
  );
});

test('no descriptor is left open, whatever failed', async (context) => {
  const folder = await temporaryFolder();
  context.after(folder.cleanup);
  const disk = linuxDisk();
  const descriptors = async () => (await readdir('/proc/self/fd')).length;
  await (await disk.open(folder.path)).close();
  const before = await descriptors();
  const opened = await disk.open(folder.path);
  await (await opened.folder('inner', { create: true })).close();
  await rejectsWith(opened.read('inner'), 'disk.denied');
  await rejectsWith(opened.edit('inner'), 'disk.denied');
  await rejectsWith(opened.folder('missing'), 'disk.not-found');
  await rejectsWith(opened.create('inner'), 'disk.exists');
  await opened.close();
  assert.equal(await descriptors(), before);
});

test('a folder that is closed while it works lets the work end first', async (context) => {
  const folder = await temporaryFolder();
  context.after(folder.cleanup);
  const opened = await linuxDisk().open(folder.path);
  const work = Array.from({ length: 20 }, (_, index) => opened.create(`file-${index}`));
  await opened.close();
  for (const file of await Promise.all(work)) await file.close();
  assert.equal((await readdir(folder.path)).length, 20);
});
