/** The number that stands for a disk: equal for equal disks, another one for any difference. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { diskImage, labelled } from '../src/crash/image.ts';
import { newVolume, type Volume } from '../src/disk/volume.ts';
import { makeFolders } from '../src/machine/machine.ts';
import { randomFrom } from '../src/world/random.ts';

type Made = Readonly<Record<string, string>>;

/** A disk with these files in two folders, made in this order and durable. */
function diskOf(files: Made, time = 1_000): Volume {
  const disk = newVolume();
  makeFolders(disk, '/b');
  for (const [name, text] of Object.entries(files)) {
    const folder = makeFolders(disk, '/a');
    const file = disk.newFile({ folder, name }, 0o600);
    disk.write(file, 0, Buffer.from(text));
    disk.setTimes(file, time);
    disk.syncFile(file);
    disk.syncFolder(folder);
  }
  return disk;
}

const one = { x: 'first', y: 'second'.repeat(2_000) };

test('the order in which a disk came about makes no difference, and neither does a fork', () => {
  const image = diskImage(diskOf(one));
  assert.equal(diskImage(diskOf({ y: one.y, x: one.x })), image);
  assert.equal(diskImage(diskOf(one).fork()), image);
});

test('a byte, a length, a name, a time, a place, an empty folder: each makes another number', () => {
  const moved = diskOf(one);
  moved.move(
    { folder: makeFolders(moved, '/a'), name: 'x' },
    { folder: makeFolders(moved, '/b'), name: 'x' },
  );
  moved.powerCut({ names: 'kept', contents: 'kept' }, randomFrom(1));
  const more = diskOf(one);
  makeFolders(more, '/c');
  const swapped = { x: one.y, y: one.x };
  const disks = [
    diskOf(one),
    diskOf({ ...one, x: 'fiRst' }),
    diskOf({ ...one, x: 'first\0' }),
    diskOf({ ...one, z: '' }),
    diskOf({ z: one.x, y: one.y }),
    diskOf(swapped),
    diskOf(one, 1_001),
    diskOf(one, 1_000 + 2 ** 32),
    moved,
    more,
  ];
  assert.equal(new Set(disks.map((disk) => diskImage(disk))).size, disks.length);
});

test('what is read and what is durable are two images', () => {
  const disk = diskOf(one);
  const file = makeFolders(disk, '/a').entries.get('x');
  assert.ok(file?.kind === 'file');
  disk.write(file, 0, Buffer.from('F'));
  assert.equal(diskImage(disk), diskImage(diskOf(one)));
  assert.notEqual(diskImage(disk, 'entries'), diskImage(diskOf(one), 'entries'));
});

test('a hundred thousand labels and images make as many numbers', () => {
  const seen = new Set<bigint>();
  for (let label = 0; label < 100; label += 1) {
    for (let image = 0; image < 1_000; image += 1) seen.add(labelled(`label ${label}`, BigInt(image)));
  }
  assert.equal(seen.size, 100_000);
});
