/** The thread that reads packages: what takes too long is ended, what fails leaves it as it was, and it can be closed. */
import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { HoldfastError, isHoldfastError } from '@holdfast/contract';
import { bytesSource } from '@holdfast/msi';
import type { Clock, OpenFile } from '@holdfast/ports';
import { openInstallerReader } from '../src/installer/thread.adapter.ts';
import { smallPackage } from './support/packages.ts';

/** A clock whose sleeps end when the test says so. */
function handClock(): Clock & { readonly sleeping: readonly number[]; ring(ms: number): void } {
  const bells: { ms: number; ring: () => void }[] = [];
  return {
    now: () => 0,
    monotonic: () => 0,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        const bell = { ms, ring: resolve };
        bells.push(bell);
        signal?.addEventListener('abort', () => {
          bells.splice(bells.indexOf(bell), 1);
          reject(signal.reason);
        });
      }),
    get sleeping() {
      return bells.map(({ ms }) => ms);
    },
    ring(ms) {
      for (const bell of bells.filter((one) => one.ms === ms)) bell.ring();
    },
  };
}

type Read = OpenFile['read'];

function fileOf(read: Read, closed: () => void): OpenFile {
  const refuse = () => Promise.reject(new Error('read only'));
  return {
    size: async () => 0,
    read,
    write: refuse,
    truncate: refuse,
    setTimes: refuse,
    sync: refuse,
    close: async () => closed(),
    [Symbol.asyncDispose]: async () => closed(),
  };
}

const readOf =
  (bytes: Uint8Array): Read =>
  async (position, length) =>
    bytes.subarray(position, position + length);

/** A reader over contents by hash, with the number of files that are open. */
function readerOver(contents: Readonly<Record<string, Read>>) {
  const clock = handClock();
  let open = 0;
  const reader = openInstallerReader(clock, {
    async open(hash) {
      const read = contents[hash];
      if (read === undefined) throw new HoldfastError('content.not-found', 'not there');
      open += 1;
      return fileOf(read, () => {
        open -= 1;
      });
    },
  });
  closing = () => reader.close();
  const describe = (sha256: string, size: number) =>
    reader.ask({ path: 'a.msi', sha256, size }, { about: 'description' });
  return { clock, reader, describe, openFiles: () => open };
}

let closing: (() => Promise<void>) | undefined;
afterEach(async () => {
  await closing?.();
  closing = undefined;
});

test('a package that is never read to its end is given up, and the next one is read', async () => {
  const bytes = await smallPackage();
  const asked = Promise.withResolvers<void>();
  const { clock, describe, openFiles } = readerOver({
    slow: () => {
      asked.resolve();
      return new Promise(() => undefined);
    },
    good: readOf(bytes),
  });
  const slow = describe('slow', bytes.length);
  const good = describe('good', bytes.length);
  await asked.promise;
  clock.ring(20_000);
  await assert.rejects(slow, (thrown) => isHoldfastError(thrown, 'msi.limit'));
  assert.equal((await good).name, 'Greeter');
  assert.equal(openFiles(), 0);
});

test('a disk that fails is told as such, and asked again the next time', async () => {
  const bytes = await smallPackage();
  let broken = true;
  const { describe } = readerOver({
    one: (position, length) =>
      broken ? Promise.reject(new Error('bad sector')) : readOf(bytes)(position, length),
  });
  await assert.rejects(describe('one', bytes.length), (thrown) => isHoldfastError(thrown, 'disk.failed'));
  broken = false;
  assert.equal((await describe('one', bytes.length)).name, 'Greeter');
});

test('the same package is opened once for many questions, and again after the thread was idle', async () => {
  const bytes = await smallPackage();
  let reads = 0;
  const { clock, describe } = readerOver({
    one: (position, length) => {
      reads += 1;
      return readOf(bytes)(position, length);
    },
  });
  const first = await describe('one', bytes.length);
  const once = reads;
  assert.ok(once > 0);
  assert.deepEqual(await describe('one', bytes.length), first);
  assert.ok(reads - once < once, 'header, directory and text are not read again');
  assert.deepEqual(clock.sleeping, [60_000]);
  clock.ring(60_000);
  const before = reads;
  assert.deepEqual(await describe('one', bytes.length), first);
  assert.ok(reads - before >= once);
});

test('the files in a package are not read', async () => {
  const cabinet = { name: 'files.cab', content: bytesSource(new Uint8Array(32 * 1024 * 1024)) };
  const bytes = await smallPackage({ streams: [cabinet] });
  let read = 0;
  const { describe } = readerOver({
    one: async (position, length) => {
      read += length;
      return bytes.subarray(position, position + length);
    },
  });
  const { totals, streams } = await describe('one', bytes.length);
  assert.equal(totals.files, 1);
  assert.ok(streams.some(({ size }) => size === cabinet.content.size));
  assert.ok(read < bytes.length / 50, `${read} of ${bytes.length} bytes`);
});

test('at most a hundred questions wait, and closing ends those that do', async () => {
  const { describe, reader } = readerOver({ slow: () => new Promise(() => undefined) });
  const asked = Array.from({ length: 100 }, () => describe('slow', 4096));
  await assert.rejects(describe('slow', 4096), (thrown) => isHoldfastError(thrown, 'site.unavailable'));
  const ends = Promise.allSettled(asked);
  await reader.close();
  for (const end of await ends) {
    assert.ok(end.status === 'rejected' && isHoldfastError(end.reason, 'site.unavailable'));
  }
  await assert.rejects(describe('slow', 4096), (thrown) => isHoldfastError(thrown, 'site.unavailable'));
});
