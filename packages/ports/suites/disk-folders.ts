/** The contract of the disk: open folders. */
import assert from 'node:assert/strict';
import type { ContractTests } from './contract.ts';
import { type DiskFixture, inFolder, pathIn, readText, writeText } from './disk-fixture.ts';
import { bytesOf, rejectsWith, textOf } from './expect.ts';

export const folderTests: ContractTests<DiskFixture> = {
  'an open folder knows its absolute path, and so do the folders inside': (fixture) =>
    inFolder(fixture, async (folder) => {
      assert.equal(folder.path, fixture.folder);
      const inner = await folder.folder('inner', { create: true });
      assert.equal(inner.path, pathIn(fixture, fixture.folder, 'inner'));
      await inner.close();
      const again = await fixture.disk.open(inner.path);
      await again.close();
    }),

  'a folder inside is made only when asked, and opened when it is there': (fixture) =>
    inFolder(fixture, async (folder) => {
      await rejectsWith(folder.folder('inner'), 'disk.not-found');
      const made = await folder.folder('inner', { create: true });
      await writeText(made, 'file', 'inside');
      await made.close();
      for (const options of [{}, { create: true }]) {
        const opened = await folder.folder('inner', options);
        assert.equal(await readText(opened, 'file'), 'inside');
        await opened.close();
      }
    }),

  'a folder is made for its owner alone': async (fixture, context) => {
    const { modeOf } = fixture;
    if (!fixture.disk.can.modes || modeOf === undefined) {
      context.skip('no permission bits here');
      return;
    }
    await inFolder(fixture, async (folder) => {
      const made = await folder.folder('private', { create: true });
      await made.close();
      assert.equal(await modeOf(made.path), 0o700);
    });
  },

  'a missing folder is not opened, nor a relative path': async ({ disk, folder }) => {
    await rejectsWith(disk.open(`${folder}-missing`), 'disk.not-found');
    await rejectsWith(disk.open('relative'), 'disk.name-invalid');
    await rejectsWith(disk.open(''), 'disk.name-invalid');
  },

  'an entry tells kind and size': (fixture) =>
    inFolder(fixture, async (folder) => {
      await writeText(folder, 'file', 'four');
      await (await folder.folder('inner', { create: true })).close();
      assert.deepEqual(await folder.entry('file'), { name: 'file', kind: 'file', size: 4 });
      assert.deepEqual(await folder.entry('inner'), { name: 'inner', kind: 'folder', size: 0 });
    }),

  'a list has every entry, sorted by UTF-16 code unit': (fixture) =>
    inFolder(fixture, async (folder) => {
      assert.deepEqual(await folder.list(), []);
      // U+1F4BE sorts before U+FF5E by UTF-16 code unit and after it by code point.
      const names = ['~\uff5e', '~\u{1f4be}', 'b', 'A', '9', '10', 'a-b', 'a', 'é', '.hidden', 'with space'];
      const unique = fixture.names === 'windows' ? names.filter((name) => name !== 'A') : names;
      for (const name of unique) await writeText(folder, name, name);
      await (await folder.folder('middle', { create: true })).close();
      const listed = await folder.list();
      assert.deepEqual(
        listed.map((entry) => entry.name),
        [...unique, 'middle'].sort(),
      );
      assert.deepEqual(await folder.names(), [...unique, 'middle'].sort());
      assert.deepEqual(
        listed.find((entry) => entry.name === 'a-b'),
        { name: 'a-b', kind: 'file', size: 3 },
      );
      assert.equal(listed.find((entry) => entry.name === 'middle')?.kind, 'folder');
    }),

  'a rename moves a file to a new name': (fixture) =>
    inFolder(fixture, async (folder) => {
      await writeText(folder, 'before', 'content');
      await folder.rename('before', { name: 'after' });
      assert.equal(await folder.entry('before'), undefined);
      assert.equal(await readText(folder, 'after'), 'content');
    }),

  'a rename replaces a file at one stroke': (fixture) =>
    inFolder(fixture, async (folder) => {
      await writeText(folder, 'current', 'old');
      for (let round = 0; round < 10; round += 1) {
        const next = `new ${round}`;
        await writeText(folder, 'next', next);
        // Whoever lists meanwhile always finds the name.
        const [entries] = await Promise.all([folder.list(), folder.rename('next', { name: 'current' })]);
        assert.ok(entries.some((entry) => entry.name === 'current'));
        assert.equal(await readText(folder, 'current'), next);
      }
      assert.deepEqual(
        (await folder.list()).map((entry) => entry.name),
        ['current'],
      );
    }),

  'a rename moves files and folders between folders': (fixture) =>
    inFolder(fixture, async (folder) => {
      const from = await folder.folder('from', { create: true });
      const to = await folder.folder('to', { create: true });
      await writeText(from, 'file', 'moved');
      await from.rename('file', { folder: to, name: 'arrived' });
      assert.equal(await readText(to, 'arrived'), 'moved');
      const tree = await from.folder('tree', { create: true });
      await writeText(tree, 'leaf', 'green');
      await tree.close();
      await from.rename('tree', { folder: to, name: 'tree' });
      const moved = await to.folder('tree');
      assert.equal(await readText(moved, 'leaf'), 'green');
      assert.deepEqual(await from.list(), []);
      await Promise.all([from.close(), to.close(), moved.close()]);
    }),

  'a rename of what is not there changes nothing': (fixture) =>
    inFolder(fixture, async (folder) => {
      await writeText(folder, 'kept', 'kept');
      await rejectsWith(folder.rename('missing', { name: 'kept' }), 'disk.not-found');
      assert.equal(await readText(folder, 'kept'), 'kept');
    }),

  'a rename never replaces a folder that has something in it': (fixture) =>
    inFolder(fixture, async (folder) => {
      const full = await folder.folder('full', { create: true });
      await writeText(full, 'file', 'kept');
      await writeText(folder, 'file', 'file');
      await (await folder.folder('empty', { create: true })).close();
      await rejectsWith(folder.rename('file', { name: 'full' }), 'disk.exists', 'disk.denied');
      await rejectsWith(folder.rename('empty', { name: 'full' }), 'disk.exists', 'disk.denied');
      assert.equal(await readText(full, 'file'), 'kept');
      await full.close();
    }),

  'a folder handle stays good after its folder was renamed': async (fixture, context) => {
    if (!fixture.renamesOpenFolders) {
      context.skip('an open folder cannot be renamed here');
      return;
    }
    await inFolder(fixture, async (folder) => {
      const held = await folder.folder('held', { create: true });
      await folder.rename('held', { name: 'moved' });
      const impostor = await folder.folder('held', { create: true });
      await writeText(held, 'file', 'in the folder that was opened');
      assert.deepEqual(await impostor.list(), []);
      const moved = await folder.folder('moved');
      assert.equal(await readText(moved, 'file'), 'in the folder that was opened');
      await Promise.all([held.close(), impostor.close(), moved.close()]);
    });
  },

  'remove takes a file away, and only what is there': (fixture) =>
    inFolder(fixture, async (folder) => {
      await writeText(folder, 'file', '');
      await folder.remove('file');
      assert.equal(await folder.entry('file'), undefined);
      await rejectsWith(folder.remove('file'), 'disk.not-found');
    }),

  'only an empty folder is removed': (fixture) =>
    inFolder(fixture, async (folder) => {
      const inner = await folder.folder('inner', { create: true });
      await writeText(inner, 'file', 'kept');
      await rejectsWith(folder.removeFolder('inner'), 'disk.exists');
      assert.equal(await readText(inner, 'file'), 'kept');
      await inner.remove('file');
      await inner.close();
      await folder.removeFolder('inner');
      assert.equal(await folder.entry('inner'), undefined);
      await rejectsWith(folder.removeFolder('inner'), 'disk.not-found');
    }),

  'a folder can be synced, or says before that this does nothing': (fixture) =>
    inFolder(fixture, async (folder) => {
      assert.equal(typeof fixture.disk.can.syncFolder, 'boolean');
      await writeText(folder, 'file', 'durable');
      await folder.sync();
      assert.equal(await readText(folder, 'file'), 'durable');
    }),

  'a closed folder refuses everything but another close': async (fixture) => {
    const folder = await fixture.disk.open(fixture.folder);
    await writeText(folder, 'file', 'kept');
    await folder.close();
    await folder.close();
    const other = await fixture.disk.open(fixture.folder);
    await rejectsWith(folder.list(), 'disk.failed');
    await rejectsWith(folder.create('new'), 'disk.failed');
    await rejectsWith(folder.read('file'), 'disk.failed');
    await rejectsWith(folder.entry('file'), 'disk.failed');
    await rejectsWith(folder.remove('file'), 'disk.failed');
    await rejectsWith(folder.sync(), 'disk.failed');
    await rejectsWith(other.rename('file', { folder, name: 'new' }), 'disk.failed');
    assert.deepEqual(
      (await other.list()).map((entry) => entry.name),
      ['file'],
    );
    await other.close();
  },

  'a folder is closed when its scope disposes of it, files opened in it live on': async (fixture) => {
    const folder = await fixture.disk.open(fixture.folder);
    const file = await folder.create('file');
    await folder[Symbol.asyncDispose]();
    await rejectsWith(folder.list(), 'disk.failed');
    await file.write(0, bytesOf('still open'));
    assert.equal(textOf(await file.read(0, 100)), 'still open');
    await file.close();
  },

  'a volume has room, and one that is not there has no answer': async ({ disk, folder }) => {
    assert.ok((await disk.freeBytes(folder)) > 0);
    await rejectsWith(disk.freeBytes(`${folder}-missing`), 'disk.not-found');
  },
};
