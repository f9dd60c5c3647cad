/** Whole files and trees over the real disk. */
import assert from 'node:assert/strict';
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  hashFile,
  openPath,
  readWhole,
  removeIfThere,
  removeTree,
  replaceFile,
  splitPath,
  withOpen,
} from '../src/index.ts';
import { failing, temporaryFolder } from './support/folder.ts';

test('a file is replaced at one stroke: when any call fails the old one is whole, and alone', async (t) => {
  const folder = failing(await temporaryFolder(t));
  await replaceFile(folder, 'file', Buffer.from('old'));
  for (const call of ['write', 'sync', 'rename'] as const) {
    folder.fail(call);
    await assert.rejects(replaceFile(folder, 'file', Buffer.from('new')), { code: 'disk.failed' });
    assert.equal(await readFile(join(folder.path, 'file'), 'utf8'), 'old');
    assert.deepEqual(await folder.names(), ['file'], 'nothing is left beside it');
  }
  await replaceFile(folder, 'file', Buffer.from('new'));
  assert.equal(Buffer.from(await readWhole(folder, 'file', 3)).toString(), 'new');
  assert.deepEqual(await folder.list(), [{ name: 'file', kind: 'file', size: 3 }]);
});

test('a file of the limit is read, one byte more is refused', async (t) => {
  const folder = await temporaryFolder(t);
  await writeFile(join(folder.path, 'file'), 'x'.repeat(300_000));
  assert.equal((await readWhole(folder, 'file', 300_000)).length, 300_000);
  await assert.rejects(readWhole(folder, 'file', 299_999), { code: 'disk.failed' });
  assert.equal((await hashFile(folder, 'file')).size, 300_000);
});

test('a tree is removed, and links in it are removed without being followed', async (t) => {
  const folder = await temporaryFolder(t);
  await mkdir(join(folder.path, 'tree/inner'), { recursive: true });
  await mkdir(join(folder.path, 'outside'));
  await writeFile(join(folder.path, 'outside/precious'), '');
  await symlink(join(folder.path, 'outside'), join(folder.path, 'tree/inner/link'));
  await removeTree(folder, 'tree');
  await removeTree(folder, 'tree');
  await removeIfThere(folder, 'tree');
  assert.equal(await folder.entry('tree'), undefined);
  assert.equal(await readFile(join(folder.path, 'outside/precious'), 'utf8'), '');
});

test('a path is opened name by name, and a link on the way is refused', async (t) => {
  const folder = await temporaryFolder(t);
  await withOpen(openPath(folder, ['a', 'b', 'c'], { create: true }), async (deep) => {
    await replaceFile(deep, 'file', Buffer.from('x'));
  });
  await symlink('a', join(folder.path, 'link'));
  await assert.rejects(openPath(folder, ['link', 'b']));
  await assert.rejects(openPath(folder, ['a', 'missing']), { code: 'disk.not-found' });
});

test('a path that leads out is no path', () => {
  assert.deepEqual(splitPath('/a//b'), ['a', 'b']);
  assert.deepEqual(splitPath('a\\b', '\\'), ['a', 'b']);
  for (const path of ['', '/', '..', 'a/../b', './a']) {
    assert.throws(() => splitPath(path), { code: 'disk.outside' });
  }
});
