/** Folders that stay open while files are extracted into them: one for each path, never too many. */
import assert from 'node:assert/strict';
import { readdir, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { localDisk } from '@holdfast/machine';
import { openFolders } from '../src/verbs/open-folders.ts';
import { temporaryFolder } from './support.ts';

async function openDescriptors(below: string): Promise<number> {
  const links = await Promise.allSettled(
    (await readdir('/proc/self/fd')).map((one) => readlink(`/proc/self/fd/${one}`)),
  );
  return links.filter((link) => link.status === 'fulfilled' && link.value.startsWith(below)).length;
}

const skip = process.platform === 'linux' ? false : 'open files are counted in /proc';

test('a thousand files beside each other open each folder once, and few at a time', { skip }, async () => {
  const temporary = await temporaryFolder();
  try {
    await using root = await localDisk().open(temporary.path);
    let most = 0;
    {
      await using folders = openFolders(root, true);
      const all = Array.from({ length: 1000 }, (_, at) => [`a${at % 10}`, `b${at % 200}`, `${at}.txt`]);
      for (let at = 0; at < all.length; at += 8) {
        await Promise.all(
          all.slice(at, at + 8).map((path) =>
            folders.within(path.slice(0, -1), async (folder) => {
              await using file = await folder.create(path.at(-1) ?? '');
              await file.write(0, Buffer.from(path.join('/')));
            }),
          ),
        );
        if (at % 80 === 0) most = Math.max(most, await openDescriptors(join(temporary.path, 'a')));
      }
    }
    assert.ok(most > 8 && most < 100, `${most} folders were open`);
    assert.equal(await openDescriptors(join(temporary.path, 'a')), 0);
    assert.equal(await readFile(join(temporary.path, 'a7/b117/917.txt'), 'utf8'), 'a7/b117/917.txt');
  } finally {
    await temporary.remove();
  }
});

test('what is missing is answered as such, and what is no folder fails everyone who asks', async () => {
  const temporary = await temporaryFolder();
  try {
    await using root = await localDisk().open(temporary.path);
    await using file = await root.create('file');
    await file.close();
    await using looking = openFolders(root, false);
    assert.equal(await looking.within(['missing', 'below'], async () => 'found'), undefined);
    await using making = openFolders(root, true);
    const asked = await Promise.allSettled([1, 2, 3].map(() => making.within(['file'], async () => 'found')));
    assert.deepEqual(
      asked.map((one) => (one.status === 'rejected' ? one.reason.code : one.value)),
      ['disk.denied', 'disk.denied', 'disk.denied'],
    );
  } finally {
    await temporary.remove();
  }
});
