/** The journal under crashes, damage and failing disks. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Folder } from '@holdfast/ports';
import { encodeFrame, readFrames } from '../src/frames.ts';
import { openJournal, readWhole, replaceFile, setAside } from '../src/index.ts';
import { failing, temporaryFolder } from './support/folder.ts';

const name = 'test.journal';
const open = (folder: Folder, snapshotAfterBytes = 1e6) =>
  openJournal<readonly number[], number>({
    folder,
    name,
    initial: [],
    reduce: (state, entry) => [...state, entry],
    snapshotAfterBytes,
  });

/** State after opening anew. */
async function reread(folder: Folder): Promise<readonly number[]> {
  const journal = await open(folder);
  await journal.close();
  return journal.state;
}

test('what was committed is there after a restart, in order, whoever committed at the same time', async (t) => {
  const folder = await temporaryFolder(t);
  const journal = await open(folder);
  await Promise.all([journal.commit(1, 2), journal.commit(3), journal.commit()]);
  assert.deepEqual(journal.state, [1, 2, 3]);
  await journal.close();
  assert.deepEqual(await reread(folder), [1, 2, 3]);
  await assert.rejects(journal.commit(4), { code: 'internal' });
});

test('a file cut at any byte gives the commits that were whole, and goes on from there', async (t) => {
  const folder = await temporaryFolder(t);
  const journal = await open(folder);
  await journal.commit(1, 2);
  await journal.commit(3);
  await journal.close();
  const whole = await readWhole(folder, name, 1e6);
  const snapshot = encodeFrame({ snapshot: [] }).length;
  const first = snapshot + encodeFrame({ entries: [1, 2] }).length;
  for (let length = snapshot; length <= whole.length; length++) {
    await replaceFile(folder, name, whole.subarray(0, length));
    const expected = length === whole.length ? [1, 2, 3] : length >= first ? [1, 2] : [];
    const cut = await open(folder);
    assert.deepEqual(cut.state, expected, `cut at ${length}`);
    await cut.commit(9);
    await cut.close();
    assert.deepEqual(await reread(folder), [...expected, 9]);
  }
});

test('a tail of zeroes or of old bytes, as file systems leave, is cut off', async (t) => {
  const folder = await temporaryFolder(t);
  const journal = await open(folder);
  await journal.commit(1);
  await journal.close();
  const whole = await readWhole(folder, name, 1e6);
  for (const tail of [Buffer.alloc(5000), Buffer.from('\u001eHF1 and something else')]) {
    await replaceFile(folder, name, Buffer.concat([whole, tail]));
    assert.deepEqual(await reread(folder), [1]);
    assert.equal((await folder.entry(name))?.size, encodeFrame({ snapshot: [1] }).length);
  }
});

test('any changed byte before the last frame is damage: the file is kept aside and a new one begins', async (t) => {
  const folder = await temporaryFolder(t);
  const journal = await open(folder);
  await journal.commit(1);
  await journal.commit(2);
  await journal.close();
  const whole = await readWhole(folder, name, 1e6);
  const last = whole.length - encodeFrame({ entries: [2] }).length;
  for (let at = 0; at < last; at++) {
    const changed = Buffer.from(whole);
    changed.writeUInt8(changed.readUInt8(at) ^ 0x10, at);
    await replaceFile(folder, name, changed);
    await assert.rejects(open(folder), { code: 'journal.damaged' }, `changed at ${at}`);
  }
  await setAside(folder, name);
  assert.deepEqual(await reread(folder), []);
  assert.ok(await folder.entry(`${name}.damaged`));
});

test('a journal that grows is written anew as a snapshot, and stays small', async (t) => {
  const folder = await temporaryFolder(t);
  const journal = await openJournal<{ count: number }, number>({
    folder,
    name,
    initial: { count: 0 },
    reduce: ({ count }, entry) => ({ count: count + entry }),
    snapshotAfterBytes: 500,
  });
  for (let commit = 0; commit < 200; commit++) await journal.commit(1);
  assert.equal(journal.state.count, 200);
  assert.ok(((await folder.entry(name))?.size ?? 0) < 700);
  await journal.close();
});

for (const call of ['write', 'sync'] as const) {
  test(`after a failed ${call} the commit is refused, and the next one first reads the file anew`, async (t) => {
    const folder = failing(await temporaryFolder(t));
    const journal = await open(folder);
    await journal.commit(1);
    folder.fail(call);
    await assert.rejects(journal.commit(2), { code: 'disk.failed' });
    const reads = folder.reads;
    await journal.commit(3);
    assert.ok(folder.reads > reads);
    // The bytes of a failed sync were there to be read; those of a failed write were not.
    assert.deepEqual(journal.state, call === 'sync' ? [1, 2, 3] : [1, 3]);
    await journal.close();
    assert.deepEqual(await reread(folder), journal.state);
  });
}

test('a snapshot that cannot be made takes nothing from what was committed', async (t) => {
  const folder = failing(await temporaryFolder(t));
  const journal = await open(folder, 1);
  folder.fail('rename');
  for (let entry = 1; entry <= 60; entry++) await journal.commit(entry);
  assert.equal(journal.state.length, 60);
  await journal.close();
  assert.equal((await reread(folder)).length, 60);
});

test('what an earlier life left behind its snapshot is written anew before anyone relies on it', async (t) => {
  const folder = failing(await temporaryFolder(t));
  const first = await open(folder);
  await first.commit(1);
  folder.fail('sync');
  await assert.rejects(first.commit(2), { code: 'disk.failed' });
  await first.close();
  const second = await open(folder);
  assert.deepEqual(second.state, [1, 2]);
  assert.deepEqual(
    Buffer.from(await readWhole(folder, name, 1e6)),
    Buffer.from(encodeFrame({ snapshot: [1, 2] })),
  );
  await second.close();
});

test('on a full disk a journal is opened as it is, and goes on', async (t) => {
  const folder = failing(await temporaryFolder(t));
  const first = await open(folder);
  await first.commit(1);
  await first.close();
  const whole = await readWhole(folder, name, 1e6);
  await replaceFile(folder, name, Buffer.concat([whole, Buffer.from('torn')]));
  folder.fail('write', 'disk.full');
  const second = await open(folder);
  await second.commit(2);
  await second.close();
  assert.deepEqual(await reread(folder), [1, 2]);
});

test('a frame holds any text, its own marker too', () => {
  const value = { text: '\u001eHF1\u0000\ud800 ünï' };
  const { values, damaged } = readFrames(Buffer.concat([encodeFrame(value), encodeFrame(1)]));
  assert.deepEqual(values, [value, 1]);
  assert.equal(damaged, false);
});
