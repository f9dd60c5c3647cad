/** The contract of the disk: open files. */
import assert from 'node:assert/strict';
import type { ContractTests } from './contract.ts';
import { type DiskFixture, inFolder, pathIn, readText, writeText } from './disk-fixture.ts';
import { bytesOf, rejectsWith, textOf } from './expect.ts';

export const fileTests: ContractTests<DiskFixture> = {
  'what was written is read back': (fixture) =>
    inFolder(fixture, async (folder) => {
      await writeText(folder, 'note.txt', 'first light');
      assert.equal(await readText(folder, 'note.txt'), 'first light');
    }),

  'a created file is empty, and can be read through the handle that created it': (fixture) =>
    inFolder(fixture, async (folder) => {
      const file = await folder.create('new');
      assert.equal(await file.size(), 0);
      await file.write(0, bytesOf('abc'));
      assert.equal(textOf(await file.read(1, 2)), 'bc');
      await file.close();
    }),

  'a large file comes back byte for byte': (fixture) =>
    inFolder(fixture, async (folder) => {
      const data = Uint8Array.from({ length: 600_001 }, (_, index) => (index * 31 + (index >> 8)) & 0xff);
      const file = await folder.create('large');
      await file.write(0, data);
      assert.equal(await file.size(), data.length);
      assert.ok(Buffer.from(await file.read(0, data.length)).equals(data));
      await file.close();
    }),

  'a read is short only at the end of the file': (fixture) =>
    inFolder(fixture, async (folder) => {
      await writeText(folder, 'ten', '0123456789');
      const file = await folder.read('ten');
      assert.equal(textOf(await file.read(0, 10)), '0123456789');
      assert.equal(textOf(await file.read(7, 10)), '789');
      assert.equal((await file.read(10, 5)).length, 0);
      assert.equal((await file.read(5000, 5)).length, 0);
      assert.equal((await file.read(3, 0)).length, 0);
      await file.close();
    }),

  'a write beyond the end fills the gap with zeros': (fixture) =>
    inFolder(fixture, async (folder) => {
      const file = await folder.create('sparse');
      await file.write(5, bytesOf('x'));
      assert.equal(await file.size(), 6);
      assert.deepEqual([...(await file.read(0, 6))], [0, 0, 0, 0, 0, 'x'.charCodeAt(0)]);
      await file.close();
    }),

  'a write inside changes only its own bytes': (fixture) =>
    inFolder(fixture, async (folder) => {
      await writeText(folder, 'text', 'abcdef');
      const file = await folder.edit('text');
      await file.write(2, bytesOf('XY'));
      await file.write(3, new Uint8Array(0));
      assert.equal(textOf(await file.read(0, 100)), 'abXYef');
      await file.sync();
      await file.close();
      assert.equal(await readText(folder, 'text'), 'abXYef');
    }),

  'bytes that were read do not change with later writes': (fixture) =>
    inFolder(fixture, async (folder) => {
      const file = await folder.create('copy');
      const given = bytesOf('old');
      await file.write(0, given);
      const before = await file.read(0, 3);
      given.fill(0);
      await file.write(0, bytesOf('new'));
      assert.equal(textOf(before), 'old');
      assert.equal(textOf(await file.read(0, 3)), 'new');
      await file.close();
    }),

  'truncate shortens, and lengthens with zeros': (fixture) =>
    inFolder(fixture, async (folder) => {
      await writeText(folder, 'cut', 'abcdef');
      const file = await folder.edit('cut');
      await file.truncate(2);
      assert.equal(await file.size(), 2);
      await file.truncate(4);
      assert.deepEqual([...(await file.read(0, 10))], [...bytesOf('ab'), 0, 0]);
      await file.close();
    }),

  'the times of a file are as they were set, until it is written to': (fixture) =>
    inFolder(fixture, async (folder) => {
      const time = Date.UTC(1999, 11, 31, 23, 59, 58, 120);
      const file = await folder.create('old');
      await file.write(0, bytesOf('x'));
      await file.setTimes(time);
      await file.sync();
      await file.close();
      assert.equal((await folder.times('old'))?.modified, time);
      await folder.rename('old', { name: 'renamed' });
      assert.equal((await folder.times('renamed'))?.modified, time);
      const again = await folder.edit('renamed');
      await again.write(0, bytesOf('y'));
      await again.close();
      assert.notEqual((await folder.times('renamed'))?.modified, time);
    }),

  'two handles to one file see the same content': (fixture) =>
    inFolder(fixture, async (folder) => {
      const writer = await folder.create('shared');
      const reader = await folder.read('shared');
      await writer.write(0, bytesOf('seen'));
      assert.equal(textOf(await reader.read(0, 4)), 'seen');
      await reader.close();
      await writer.close();
    }),

  'a file that was opened for reading cannot be written': (fixture) =>
    inFolder(fixture, async (folder) => {
      await writeText(folder, 'kept', 'kept');
      const file = await folder.read('kept');
      await rejectsWith(file.write(0, bytesOf('lost')), 'disk.denied', 'disk.failed');
      await rejectsWith(file.truncate(0), 'disk.denied', 'disk.failed');
      await file.close();
      assert.equal(await readText(folder, 'kept'), 'kept');
    }),

  'a closed file refuses everything but another close': (fixture) =>
    inFolder(fixture, async (folder) => {
      const file = await folder.create('closed');
      await file.close();
      await file.close();
      await rejectsWith(file.sync(), 'disk.failed');
      await rejectsWith(file.write(0, bytesOf('x')), 'disk.failed');
      await rejectsWith(file.read(0, 1), 'disk.failed');
      await rejectsWith(file.size(), 'disk.failed');
      await rejectsWith(file.truncate(0), 'disk.failed');
      await rejectsWith(file.setTimes(0), 'disk.failed');
    }),

  'a file is closed when its scope disposes of it': (fixture) =>
    inFolder(fixture, async (folder) => {
      const file = await folder.create('disposed');
      await file[Symbol.asyncDispose]();
      await rejectsWith(file.sync(), 'disk.failed');
    }),

  'a file is created only where there was nothing': (fixture) =>
    inFolder(fixture, async (folder) => {
      await writeText(folder, 'there', 'first');
      await rejectsWith(folder.create('there'), 'disk.exists');
      assert.equal(await readText(folder, 'there'), 'first');
    }),

  'of two that create one name at once exactly one succeeds': (fixture) =>
    inFolder(fixture, async (folder) => {
      const outcomes = await Promise.allSettled([folder.create('race'), folder.create('race')]);
      const files = outcomes.filter((outcome) => outcome.status === 'fulfilled');
      for (const file of files) await file.value.close();
      assert.equal(files.length, 1);
    }),

  'a missing file is neither read nor edited': (fixture) =>
    inFolder(fixture, async (folder) => {
      await rejectsWith(folder.read('missing'), 'disk.not-found');
      await rejectsWith(folder.edit('missing'), 'disk.not-found');
      assert.equal(await folder.entry('missing'), undefined);
      assert.equal(await folder.times('missing'), undefined);
    }),

  'a file has exactly the permissions that were asked for, 0600 unless given': async (fixture, context) => {
    const { modeOf } = fixture;
    if (!fixture.disk.can.modes || modeOf === undefined) {
      context.skip('no permission bits here');
      return;
    }
    await inFolder(fixture, async (folder) => {
      for (const [name, mode] of [['plain'], ['program', 0o755], ['public', 0o666]] as const) {
        const file = await folder.create(name, mode === undefined ? {} : { mode });
        await file.close();
        assert.equal(await modeOf(pathIn(fixture, folder.path, name)), mode ?? 0o600, name);
      }
    });
  },
};
