/** What an X server and an Xauthority file say is believed only as far as it can be checked. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chownSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { isHoldfastError } from '@holdfast/contract';
import fc from 'fast-check';
import { cookieIn, cookieOf } from '../src/linux/screen-authority.ts';
import { inOrder, pixelBytes, rootWindow } from '../src/linux/screen-setup.ts';
import { temporaryFolder } from './temporary.ts';
import { rootId, setupOf, usual } from './x-setup.ts';

test('the usual screen is read, and every cut of its description is refused', () => {
  const block = setupOf(usual);
  assert.deepEqual(rootWindow(block), { id: rootId, pixel: { blue: 0, green: 1, red: 2 } });
  for (let length = 0; length < block.length - 8; length += 1) {
    assert.throws(() => rootWindow(block.subarray(0, length)), /The X server/);
  }
});

test('descriptions of chance are read or refused, never anything else', () => {
  const damaged = fc.tuple(
    fc.array(fc.tuple(fc.nat(setupOf(usual).length - 1), fc.nat(255)), { maxLength: 8 }),
    fc.uint8Array({ maxLength: 200 }),
  );
  fc.assert(
    fc.property(damaged, fc.boolean(), ([changes, noise], isNoise) => {
      const block = isNoise ? Buffer.from(noise) : setupOf(usual);
      if (!isNoise) for (const [at, value] of changes) block[at] = value;
      try {
        assert.ok(Number.isSafeInteger(rootWindow(block).id));
      } catch (thrown) {
        assert.ok(isHoldfastError(thrown, 'screen.failed'), String(thrown));
      }
    }),
    { numRuns: 3000 },
  );
});

test('whatever the masks, a pixel comes out as its colours, or is refused', () => {
  const bytes = [0xff, 0xff00, 0xff_0000, 0xff00_0000];
  const mask = fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...bytes) }, fc.nat(0xffff_ffff));
  const depth = fc.constantFrom(24, 32, 24, 32, 24, 32, 1, 8, 15, 16, 30);
  const format = fc.record({
    depth,
    bitsPerPixel: fc.constantFrom(32, 32, 32, 24, 16),
    lowByteFirst: fc.boolean(),
    redMask: mask,
    greenMask: mask,
    blueMask: mask,
  });
  let read = 0;
  fc.assert(
    fc.property(format, fc.nat(255), fc.nat(255), fc.nat(255), (given, red, green, blue) => {
      const used = [given.redMask, given.greenMask, given.blueMask];
      const whole = used.every((one) => bytes.includes(one)) && new Set(used).size === 3;
      const fits = whole && given.bitsPerPixel === 32 && [24, 32].includes(given.depth);
      if (!fits) {
        assert.throws(() => pixelBytes(given), /form that the screen driver does not read/);
        return;
      }
      read += 1;
      const share = (value: number, of: number) => BigInt(value) << BigInt(bytes.indexOf(of) * 8);
      const pixel = Buffer.alloc(4);
      const number = share(red, given.redMask) | share(green, given.greenMask) | share(blue, given.blueMask);
      if (given.lowByteFirst) pixel.writeUInt32LE(Number(number));
      else pixel.writeUInt32BE(Number(number));
      assert.deepEqual([...inOrder(pixel, pixelBytes(given)).subarray(0, 3)], [blue, green, red]);
    }),
    { numRuns: 3000 },
  );
  assert.ok(read > 100, `only ${read} could be read`);
});

test('an Xauthority file of chance gives a cookie of sixteen bytes, or none', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 120 }), fc.nat(9), (bytes, display) => {
      const cookie = cookieIn(Buffer.from(bytes), display);
      assert.ok(cookie === undefined || cookie.secret.length === 16);
    }),
    { numRuns: 3000 },
  );
});

const isRoot = process.getuid?.() === 0;

test('a cookie goes to no server of another account than its own', {
  skip: isRoot ? false : 'needs root',
}, async (context) => {
  const folder = await temporaryFolder();
  context.after(folder.cleanup);
  const name = 'MIT-MAGIC-COOKIE-1';
  const lengths = (text: string) => Buffer.concat([Buffer.from([0, text.length]), Buffer.from(text)]);
  const file = join(folder.path, 'cookie');
  const entry = [
    Buffer.from([1, 0]),
    lengths('host'),
    lengths('5'),
    lengths(name),
    lengths('sixteen bytes of'),
  ];
  writeFileSync(file, Buffer.concat(entry));
  chownSync(file, 1234, 1234);
  const isGiven = (path: string, display: number, account: number) =>
    cookieOf(path, display, account) !== undefined;
  assert.ok(isGiven(file, 5, 1234), 'to a server of its own account');
  assert.ok(isGiven(file, 5, 0), 'to one of root');
  assert.ok(!isGiven(file, 5, 1235), 'to one of another');
  assert.ok(!isGiven(file, 6, 1234), 'of another display');
  symlinkSync(file, join(folder.path, 'link'));
  assert.ok(!isGiven(join(folder.path, 'link'), 5, 1235), 'by a link of another');
  execFileSync('mkfifo', [join(folder.path, 'pipe')]);
  for (const path of [join(folder.path, 'pipe'), folder.path, '/dev/zero', join(folder.path, 'missing')]) {
    assert.ok(!isGiven(path, 5, 0), path);
  }
});
