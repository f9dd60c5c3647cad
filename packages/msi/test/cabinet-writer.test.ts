/** Cabinets that are packed: unpacked again by the reader and by other programs, and the same bytes every time. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';
import { isHoldfastError } from '@holdfast/contract';
import {
  type ByteSource,
  bytesSink,
  bytesSource,
  type FileToPack,
  type PackOptions,
  packCabinet,
  readCabinet,
} from '@holdfast/msi';
import fc from 'fast-check';
import { unpackAll } from './cabinet-support.ts';

const run = promisify(execFile);
const block = 32_768;
const both = ['none', 'mszip'] as const;

/** Bytes that deflate can shrink, or not (`chance`), the same for a seed. */
function filled(size: number, seed: number, chance: boolean): Uint8Array {
  const bytes = new Uint8Array(size);
  let state = (seed + 1) >>> 0;
  for (let at = 0; at < size; at += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    bytes[at] = chance ? state >>> 24 : (at >> 4) & 0x3f;
  }
  return bytes;
}

async function pack(
  files: readonly FileToPack[],
  compression: PackOptions['compression'],
): Promise<Uint8Array> {
  const sink = bytesSink();
  const length = await packCabinet(files, sink, { compression });
  assert.equal(sink.bytes().length, length);
  return sink.bytes();
}

const named = (contents: Readonly<Record<string, Uint8Array>>): FileToPack[] =>
  Object.entries(contents).map(([name, bytes]) => ({ name, content: bytesSource(bytes) }));

async function assertSame(
  cabinet: Uint8Array,
  contents: Readonly<Record<string, Uint8Array>>,
): Promise<void> {
  const found = await unpackAll(cabinet);
  assert.deepEqual([...found.keys()].sort(), Object.keys(contents).sort());
  for (const [name, bytes] of Object.entries(contents)) {
    assert.equal(Buffer.compare(found.get(name) ?? Buffer.alloc(0), bytes), 0, name);
  }
}

/** A source that hands out a few bytes at a time. */
const dripping = (bytes: Uint8Array, most: number): ByteSource => ({
  size: bytes.length,
  read: async (position, length) => bytes.subarray(position, position + Math.min(most, length)),
});

const samples = {
  empty: filled(0, 0, false),
  one: filled(1, 1, false),
  'folder\\nearly a block': filled(block - 1, 2, false),
  'a block': filled(block, 3, true),
  'a block and one': filled(block + 1, 4, false),
  'größer €': filled(700_001, 5, true),
  text: filled(500_000, 6, false),
};

describe('the packer of cabinets', () => {
  it('packs any files so that they unpack alike, in both ways', async () => {
    const content = fc.record({
      size: fc.constantFrom(0, 1, 100, block - 1, block, block + 1, 3 * block, 150_000),
      seed: fc.nat(1000),
      chance: fc.boolean(),
    });
    const name = fc.string({
      minLength: 1,
      maxLength: 60,
      unit: fc.constantFrom('a', 'B', '.', '\\', 'é', '漢', ' '),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.dictionary(name, content, { minKeys: 1, maxKeys: 6 }),
        fc.constantFrom(...both),
        async (plan, compression) => {
          const contents = Object.fromEntries(
            Object.entries(plan).map(([key, { size, seed, chance }]) => [key, filled(size, seed, chance)]),
          );
          await assertSame(await pack(named(contents), compression), contents);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('writes the same bytes however its sources hand out theirs', async () => {
    for (const compression of both) {
      const whole = await pack(named(samples), compression);
      const slow = Object.entries(samples).map(([name, bytes]) => ({ name, content: dripping(bytes, 777) }));
      assert.equal(Buffer.compare(whole, await pack(slow, compression)), 0);
      assert.equal(Buffer.compare(whole, await pack(named(samples), compression)), 0);
    }
  });

  it('keeps times and attributes, and marks names that are not ASCII', async () => {
    const content = bytesSource(filled(5, 0, false));
    const modified = { year: 2009, month: 7, day: 12, hour: 13, minute: 5, second: 58 };
    const files = [
      { name: 'plain', content, modified, attributes: 1 },
      { name: 'é', content },
    ];
    const { files: read } = await readCabinet(bytesSource(await pack(files, 'mszip')));
    assert.deepEqual(
      read.map(({ name, attributes, modified: at }) => ({ name, attributes, at })),
      [
        { name: 'plain', attributes: 1, at: '2009-07-12T13:05:58' },
        { name: 'é', attributes: 32, at: '1980-01-01T00:00:00' },
      ],
    );
  });

  it('keeps every packed block within the bytes that the format allows', async () => {
    const cabinet = await pack(named({ noise: filled(4 * block, 9, true) }), 'mszip');
    const view = new DataView(cabinet.buffer, cabinet.byteOffset);
    let at = view.getUint32(36, true);
    for (let index = 0; index < view.getUint16(40, true); index += 1) {
      const packed = view.getUint16(at + 4, true);
      assert.ok(packed <= block + 12, `${packed} bytes`);
      at += 8 + packed;
    }
    assert.equal(at, cabinet.length);
  });

  it('uses the block before as history', async () => {
    const noise = filled(20_000, 11, true);
    const cabinet = await pack(named({ first: noise, second: noise }), 'mszip');
    assert.ok(cabinet.length < noise.length * 1.05, `${cabinet.length} bytes for the same noise twice`);
  });

  it('refuses what a cabinet cannot keep, before anything is read', async () => {
    const content: ByteSource = { size: 1, read: () => assert.fail('nothing is read') };
    const refused = (files: readonly FileToPack[], code: 'cab.invalid' | 'cab.limit') =>
      assert.rejects(pack(files, 'mszip'), (thrown) => isHoldfastError(thrown, code));
    const moment = { year: 2020, month: 1, day: 1, hour: 0, minute: 0, second: 0 };
    await refused([], 'cab.invalid');
    await refused([{ name: '', content }], 'cab.invalid');
    await refused([{ name: 'é'.repeat(128), content }], 'cab.invalid');
    await refused([{ name: 'a\0b', content }], 'cab.invalid');
    await refused([{ name: '\ud800', content }], 'cab.invalid');
    await refused(
      [
        { name: 'a', content },
        { name: 'a', content },
      ],
      'cab.invalid',
    );
    await refused([{ name: 'a', content, attributes: 0x80 }], 'cab.invalid');
    await refused([{ name: 'a', content, modified: { ...moment, year: 1979 } }], 'cab.invalid');
    await refused([{ name: 'a', content, modified: { ...moment, month: 13 } }], 'cab.invalid');
    await refused(
      Array.from({ length: 65_536 }, (_, index) => ({ name: `${index}`, content })),
      'cab.limit',
    );
    const large = { ...content, size: 2 ** 30 };
    await refused(
      [
        { name: 'a', content: large },
        { name: 'b', content: large },
      ],
      'cab.limit',
    );
  });

  it('refuses a content that ends before its size', async () => {
    const content: ByteSource = { size: 100_000, read: async () => new Uint8Array(0) };
    for (const compression of both) {
      await assert.rejects(pack([{ name: 'a', content }], compression), (thrown) =>
        isHoldfastError(thrown, 'cab.invalid'),
      );
    }
  });

  it('packs as many files as a cabinet can have', async () => {
    const content = bytesSource(Uint8Array.of(7));
    const files = Array.from({ length: 65_535 }, (_, index) => ({ name: `f${index}`, content }));
    const cabinet = await readCabinet(bytesSource(await pack(files, 'mszip')));
    assert.equal(cabinet.files.length, 65_535);
    assert.equal(cabinet.files.at(-1)?.offset, 65_534);
  });
});

const missing = ['cabextract', 'gcab'].filter((name) => !existsSync(`/usr/bin/${name}`));

describe('packed cabinets, to other programs', {
  skip: missing.length > 0 && `not here: ${missing.join(', ')}`,
}, () => {
  for (const compression of both) {
    it(`are sound and unpack alike: ${compression}`, async () => {
      const folder = mkdtempSync(join(tmpdir(), 'holdfast-cab-'));
      try {
        const path = join(folder, 'made.cab');
        writeFileSync(path, await pack(named(samples), compression));
        await run('cabextract', ['-t', path]);
        await run('gcab', ['-t', path]);
        await run('cabextract', ['-q', '-d', join(folder, 'cabextract'), path]);
        await run('gcab', ['-C', folder, '-x', path]);
        for (const [name, bytes] of Object.entries(samples)) {
          for (const target of [join(folder, 'cabextract'), folder]) {
            const found = readFileSync(join(target, name.replaceAll('\\', '/')));
            assert.equal(Buffer.compare(found, bytes), 0, `${name} in ${target}`);
          }
        }
      } finally {
        rmSync(folder, { recursive: true });
      }
    });
  }
});
