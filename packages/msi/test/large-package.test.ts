/** A large package is read as a whole in the memory of a small part of it; e2e/packages does it with two gigabytes. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { measureReading, packageWith, thinStream, writeThin } from './support/large-package.ts';

/** Bytes; the memory that reading takes above that of a program without a package has to be less. */
const streamBytes = 256 * 1024 * 1024;
const mostMemory = 128 * 1024 * 1024;

test('a package of 256 MiB is read in less than half of that', async (context) => {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-large-'));
  context.after(() => rm(folder, { recursive: true }));
  const path = join(folder, 'large.msi');
  assert.ok((await writeThin(path, packageWith(thinStream(streamBytes)))) > streamBytes);
  const measured = await measureReading(path);
  assert.ok(measured.streamBytes >= streamBytes);
  assert.ok(measured.memory < mostMemory, `${Math.round(measured.memory / 2 ** 20)} MiB`);
});
