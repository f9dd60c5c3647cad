/** A journal whose file is damaged while it is open: found by a scan, written anew from memory. */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { HoldfastError } from '@holdfast/contract';
import { linuxMachine } from '@holdfast/machine';
import type { Folder } from '@holdfast/ports';
import { openJournal, scanJournal } from '../src/index.ts';

const options = (folder: Folder) => ({
  folder,
  name: 'the.journal',
  initial: [] as readonly string[],
  reduce: (state: readonly string[], entry: string) => [...state, entry],
});

async function openFolder(t: TestContext) {
  const path = await mkdtemp(join(tmpdir(), 'holdfast-journal-'));
  const machine = linuxMachine();
  const folder = await machine.disk.open(path);
  t.after(async () => {
    await folder.close();
    machine.close();
    await rm(path, { recursive: true });
  });
  return { folder, file: join(path, 'the.journal') };
}

async function damage(file: string, at: number): Promise<void> {
  const bytes = await readFile(file);
  bytes.writeUInt8(bytes.readUInt8(at) ^ 0xff, at);
  await writeFile(file, bytes);
}

test('a byte that changed under an open journal is found, and a rewrite loses nothing', async (t) => {
  const { folder, file } = await openFolder(t);
  const journal = await openJournal(options(folder));
  await journal.commit('one');
  await journal.commit('two');
  const whole = await scanJournal(folder, 'the.journal');
  assert.equal(whole.whole, whole.bytes);
  await damage(file, whole.bytes - 3);
  const scan = await scanJournal(folder, 'the.journal');
  assert.ok(scan.whole < scan.bytes, 'the damage is not seen');
  await journal.rewrite();
  const after = await scanJournal(folder, 'the.journal');
  assert.equal(after.whole, after.bytes);
  await journal.commit('three');
  await journal.close();
  const again = await openJournal(options(folder));
  assert.deepEqual(again.state, ['one', 'two', 'three']);
  await again.close();
});

test('a rewrite that fails is made up for by the next commit, from memory and not from the damaged file', async (t) => {
  const { folder, file } = await openFolder(t);
  let full = false;
  const failing: Folder = {
    ...folder,
    path: folder.path,
    create: async (name, mode) => {
      if (full) throw new HoldfastError('disk.full', 'The disk is full.');
      return await folder.create(name, mode);
    },
  };
  const journal = await openJournal(options(failing));
  await journal.commit('one');
  await damage(file, 30);
  full = true;
  await assert.rejects(journal.rewrite());
  full = false;
  assert.deepEqual(await journal.commit('two'), ['one', 'two']);
  const scan = await scanJournal(folder, 'the.journal');
  assert.equal(scan.whole, scan.bytes);
  await journal.close();
});
