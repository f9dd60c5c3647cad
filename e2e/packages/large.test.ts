/** Packages of two gigabytes, and a product with a file of that size: read as a whole in less than 150 MiB. */
import assert from 'node:assert/strict';
import { mkdtemp, open, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { type ByteSource, writePackage } from '@holdfast/msi';
import { compileProduct } from '@holdfast/msi/build';
import type { OpenFile } from '@holdfast/ports';
import {
  measureReading,
  packageWith,
  thinStream,
  writeThin,
} from '../../packages/msi/test/support/large-package.ts';

/** Bytes that reading may take above those of a program that has not opened the package. */
const mostMemory = 150 * 1024 * 1024;
const full = process.env.HOLDFAST_FULL === '1';
/** One cabinet can have 65,535 blocks of 32 KiB. */
const productBytes = 2_000_000_000;

let folder = '';
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-large-'));
});
after(() => rm(folder, { recursive: true }));

async function assertMemory(path: string, report: (words: string) => void) {
  const measured = await measureReading(path);
  await rm(path);
  const mebibytes = Math.round(measured.memory / 2 ** 20);
  report(`${mebibytes} MiB above the start, ${measured.seconds.toFixed(1)} s`);
  assert.ok(measured.memory < mostMemory, `${mebibytes} MiB`);
  return measured;
}

describe('a package of two gigabytes is read in less than 150 MiB', () => {
  for (const [version, size] of [
    [3, 2_000_000_000],
    [4, 2 ** 31 + 2 ** 20 + 1],
  ] as const) {
    it(`in version ${version} of compound files`, async (context) => {
      const path = join(folder, `version-${version}.msi`);
      assert.ok((await writeThin(path, packageWith(thinStream(size)))) > size);
      const { streamBytes } = await assertMemory(path, (words) => context.diagnostic(words));
      assert.ok(streamBytes >= size);
    });
  }

  it('with the file that is in its cabinet', { skip: full ? false : 'with --full only' }, async (context) => {
    const { bavail, bsize } = await statfs(folder);
    if (bavail * bsize < 3 * productBytes) return context.skip('the disk has too little room');
    const [cabinet, path] = [join(folder, 'cabinet'), join(folder, 'product.msi')];
    await using spooled = await open(cabinet, 'w+');
    const { data } = await compileProduct(
      {
        name: 'Large',
        manufacturer: 'Holdfast',
        version: '1.0.0',
        upgradeCode: '{6C4D9C0B-1F0E-4D3B-9D55-5C3C2B7A9E02}',
        files: [{ source: 'large.bin' }],
        media: { compression: 'none' },
      },
      async () => thinStream(productBytes),
      { spool: async () => ({ sink: sinkTo(spooled), source: () => sourceOf(spooled) }) },
    );
    await using file = await open(path, 'w');
    await writePackage(data, sinkTo(file));
    const { fileBytes } = await assertMemory(path, (words) => context.diagnostic(words));
    assert.equal(fileBytes, productBytes);
  });
});

type Handle = Awaited<ReturnType<typeof open>>;

function sinkTo(file: Handle): Pick<OpenFile, 'write'> {
  return {
    async write(position, bytes) {
      await file.write(bytes, 0, bytes.length, position);
    },
  };
}

async function sourceOf(file: Handle): Promise<ByteSource> {
  const { size } = await file.stat();
  return {
    size,
    async read(position, length) {
      const bytes = new Uint8Array(Math.max(0, Math.min(length, size - position)));
      await file.read(bytes, 0, bytes.length, position);
      return bytes;
    },
  };
}
