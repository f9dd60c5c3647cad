/** The contract of the disk: names, links, kinds and volumes that are refused. */
import assert from 'node:assert/strict';
import type { Folder } from '../src/index.ts';
import type { ContractTests } from './contract.ts';
import { type DiskFixture, inFolder, pathIn, readText, tooMuch, writeText } from './disk-fixture.ts';
import { rejectsWith } from './expect.ts';

const refusedEverywhere = [
  '',
  '.',
  '..',
  'a/b',
  '../a',
  '/a',
  'a\\b',
  'nul\0byte',
  'x'.repeat(256),
  '\ud800',
];

const refusedOnWindows = [
  'CON',
  'con',
  'nul.txt',
  'COM1',
  'LPT9.log',
  'x:y',
  'dot.',
  'space ',
  'a?',
  'a*',
  'tab\t',
];

export const refusalTests: ContractTests<DiskFixture> = {
  'what is not one plain name is refused by every method': (fixture) =>
    inFolder(fixture, async (folder) => {
      await writeText(folder, 'file', 'kept');
      const refused =
        fixture.names === 'windows' ? [...refusedEverywhere, ...refusedOnWindows] : refusedEverywhere;
      for (const name of refused) {
        for (const attempt of everyMethodWith(folder, name))
          await rejectsWith(attempt(), 'disk.name-invalid');
      }
      assert.equal(await readText(folder, 'file'), 'kept');
    }),

  'names that only look strange are taken': (fixture) =>
    inFolder(fixture, async (folder) => {
      const names = ['...a', '-rf', '~', '%2e%2e', '$(id)', "it's", 'a;b', 'é', '\u{1f4be}', 'console'];
      for (const name of names) {
        await writeText(folder, name, name);
        assert.equal(await readText(folder, name), name);
      }
    }),

  'a folder is no file, and a file no folder': (fixture) =>
    inFolder(fixture, async (folder) => {
      await (await folder.folder('inner', { create: true })).close();
      await writeText(folder, 'file', 'kept');
      await rejectsWith(folder.read('inner'), 'disk.denied');
      await rejectsWith(folder.edit('inner'), 'disk.denied');
      await rejectsWith(folder.create('inner'), 'disk.exists');
      await rejectsWith(folder.remove('inner'), 'disk.denied');
      await rejectsWith(folder.folder('file'), 'disk.denied');
      await rejectsWith(folder.folder('file', { create: true }), 'disk.denied');
      await rejectsWith(folder.removeFolder('file'), 'disk.denied');
      await rejectsWith(fixture.disk.open(pathIn(fixture, folder.path, 'file')), 'disk.denied');
      assert.equal(await readText(folder, 'file'), 'kept');
    }),

  'links are refused by everything that opens': async (fixture, context) => {
    if (!fixture.disk.can.links || fixture.link === undefined) {
      context.skip('no links here');
      return;
    }
    const { link } = fixture;
    await inFolder(fixture, async (folder) => {
      const target = await folder.folder('target', { create: true });
      await writeText(target, 'file', 'kept');
      await link(pathIn(fixture, folder.path, 'to-folder'), target.path);
      await link(pathIn(fixture, folder.path, 'to-file'), pathIn(fixture, target.path, 'file'));
      await link(pathIn(fixture, folder.path, 'to-nothing'), pathIn(fixture, target.path, 'nothing'));
      await rejectsWith(folder.folder('to-folder'), 'disk.denied');
      await rejectsWith(folder.folder('to-folder', { create: true }), 'disk.denied');
      await rejectsWith(folder.read('to-file'), 'disk.denied');
      await rejectsWith(folder.edit('to-file'), 'disk.denied');
      await rejectsWith(folder.create('to-nothing'), 'disk.exists');
      await rejectsWith(folder.removeFolder('to-folder'), 'disk.denied');
      assert.equal(await target.entry('nothing'), undefined);
      await target.close();
    });
  },

  'a link is seen as a link, and removed or replaced as itself': async (fixture, context) => {
    if (!fixture.disk.can.links || fixture.link === undefined) {
      context.skip('no links here');
      return;
    }
    const { link } = fixture;
    await inFolder(fixture, async (folder) => {
      await writeText(folder, 'target', 'kept');
      const target = pathIn(fixture, folder.path, 'target');
      for (const name of ['removed', 'replaced']) await link(pathIn(fixture, folder.path, name), target);
      assert.deepEqual(await folder.entry('removed'), { name: 'removed', kind: 'link', size: 0 });
      assert.deepEqual(
        (await folder.list()).map((entry) => entry.kind),
        ['link', 'link', 'file'],
      );
      await folder.remove('removed');
      await writeText(folder, 'new', 'new');
      await folder.rename('new', { name: 'replaced' });
      assert.equal(await readText(folder, 'replaced'), 'new');
      assert.equal(await readText(folder, 'target'), 'kept');
    });
  },

  'a file that another program holds is busy, and free again afterwards': async (fixture, context) => {
    if (fixture.hold === undefined) {
      context.skip('nothing here holds files against others');
      return;
    }
    const { hold } = fixture;
    await inFolder(fixture, async (folder) => {
      const release = await hold(pathIn(fixture, folder.path, 'held'));
      await rejectsWith(folder.edit('held'), 'disk.busy').finally(release);
      await (await folder.edit('held')).close();
    });
  },

  'a full volume says so, and room that was given back can be used': async (fixture, context) => {
    const { disk, volumes } = fixture;
    if (volumes?.full === undefined) {
      context.skip('no full volume here');
      return;
    }
    const folder = await disk.open(volumes.full);
    const file = await folder.create('large');
    await rejectsWith(file.write(0, new Uint8Array(tooMuch)), 'disk.full');
    await file.close();
    await folder.remove('large');
    await writeText(folder, 'small', 'fits');
    assert.equal(await readText(folder, 'small'), 'fits');
    await folder.remove('small');
    await folder.close();
  },

  'a read-only volume says so': async (fixture, context) => {
    const { disk, volumes } = fixture;
    if (volumes?.readOnly === undefined) {
      context.skip('no read-only volume here');
      return;
    }
    const folder = await disk.open(volumes.readOnly);
    await rejectsWith(folder.create('new'), 'disk.read-only');
    await rejectsWith(folder.folder('inner', { create: true }), 'disk.read-only');
    await folder.close();
  },

  'a folder without permission to write says so': async (fixture, context) => {
    const { disk, volumes } = fixture;
    if (volumes?.denied === undefined) {
      context.skip('no folder here that denies this account');
      return;
    }
    const folder = await disk.open(volumes.denied);
    await rejectsWith(folder.create('new'), 'disk.denied');
    await rejectsWith(folder.folder('inner', { create: true }), 'disk.denied');
    await folder.close();
  },
};

function everyMethodWith(folder: Folder, name: string): readonly (() => Promise<unknown>)[] {
  return [
    () => folder.folder(name),
    () => folder.folder(name, { create: true }),
    () => folder.read(name),
    () => folder.create(name),
    () => folder.edit(name),
    () => folder.entry(name),
    () => folder.rename(name, { name: 'other' }),
    () => folder.rename('file', { name }),
    () => folder.remove(name),
    () => folder.removeFolder(name),
  ];
}
