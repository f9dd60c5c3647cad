/** What only Windows has, beyond the contracts: for the run inside Wine. */
import assert from 'node:assert/strict';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { win32 as path } from 'node:path';
import { test } from 'node:test';
import { rejectsWith } from '@holdfast/ports/suites';
import { windowsDisk } from '../src/windows/disk.ts';
import { windowsMachine } from '../src/windows/index.ts';

const { clock, processes } = windowsMachine();

async function inTemporaryFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), 'holdfast own '));
  try {
    await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export function windowsOwnTests(): void {
  test('a folder that is open stays in its place, and can be moved afterwards', () =>
    inTemporaryFolder(async (place) => {
      const disk = windowsDisk({ clock, patienceMs: 50 });
      await using folder = await disk.open(place);
      const held = await folder.folder('held', { create: true });
      await rejectsWith(folder.rename('held', { name: 'moved' }), 'disk.busy');
      await rejectsWith(folder.removeFolder('held'), 'disk.busy');
      await held.close();
      await folder.rename('held', { name: 'moved' });
      assert.equal((await folder.entry('moved'))?.kind, 'folder');
    }));

  test('a file that is held for a moment only is waited for', () =>
    inTemporaryFolder(async (place) => {
      const disk = windowsDisk({ clock, patienceMs: 10_000 });
      await using folder = await disk.open(place);
      await (await folder.create('new')).close();
      const reader = await folder.create('current');
      // Windows replaces no file that is open.
      const renamed = folder.rename('new', { name: 'current' });
      await clock.sleep(30);
      await reader.close();
      await renamed;
      assert.deepEqual(
        (await folder.list()).map((entry) => entry.name),
        ['current'],
      );
    }));

  test('a program whose path has blanks gets its command line verbatim', () =>
    inTemporaryFolder(async (folder) => {
      const program = path.join(folder, 'node.exe');
      copyFileSync(process.execPath, program);
      const source = 'process.stdout.write(JSON.stringify(process.argv.slice(1)))';
      const line = `-e "${source}" -- /I "a b" NAME="c d" {x}`;
      const { exit } = await processes.start({ program, arguments: line, folder });
      assert.deepEqual(JSON.parse((await exit).output), ['/I', 'a b', 'NAME=c d', '{x}']);
    }));

  test('a working folder that is missing and a NUL in a command are told apart from a missing program', () =>
    inTemporaryFolder(async (folder) => {
      const missing = { program: process.execPath, arguments: [], folder: path.join(folder, 'missing') };
      await rejectsWith(processes.start(missing), 'disk.not-found');
      await rejectsWith(processes.start({ ...missing, folder, arguments: ['a\0b'] }), 'command.invalid');
      await rejectsWith(processes.start({ ...missing, folder, arguments: 'a\0b' }), 'command.invalid');
    }));
}
