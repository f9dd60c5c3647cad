/** What packers write comes out as it went in: every codec, reserved areas, sets. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { bytesSource, openCabinetSet } from '../src/index.ts';
import { type LzxKind, packLzx } from './cabinet-lzx-packer.ts';
import { cabinet, lzx, mszip, stored, unpackAll } from './cabinet-support.ts';

/** Bytes with far and near repetitions, the same for the same seed. */
function sample(length: number, seed = 1): Buffer {
  const bytes = Buffer.alloc(length);
  let state = seed;
  for (let at = 0; at < length; ) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    const run = Math.min((state >>> 8) % 300, length - at, at);
    if (state % 3 === 0 && run > 2) {
      const from = ((state >>> 4) * 7919) % (at - run + 1);
      bytes.copy(bytes, at, from, from + run);
      at += run;
    } else bytes[at++] = state >>> 24;
  }
  return bytes;
}

const kinds: readonly LzxKind[] = ['verbatim', 'aligned', 'uncompressed'];

test('files come out of stored, MSZIP and LZX blocks as they went in, across block borders', async () => {
  const data = sample(100_001);
  const files = [
    { name: 'one.bin', size: 40_000, offset: 0 },
    { name: 'empty', size: 0, offset: 40_000 },
    { name: 'sub\\two.bin', size: 60_001, offset: 40_000 },
  ];
  const packed = [
    { compression: 0, blocks: stored(data) },
    { compression: 1, blocks: mszip(data) },
    { compression: lzx(17), blocks: packLzx(data, 17, (frame) => kinds[frame % 3] ?? 'verbatim') },
  ];
  for (const one of packed) {
    const found = await unpackAll(cabinet({ files, ...one }));
    assert.deepEqual([...found.keys()].sort(), ['empty', 'one.bin', 'sub\\two.bin']);
    assert.ok(found.get('one.bin')?.equals(data.subarray(0, 40_000)));
    assert.ok(found.get('sub\\two.bin')?.equals(data.subarray(40_000)));
    assert.equal(found.get('empty')?.length, 0);
  }
});

test('LZX unpacks every window size and kind of block, with distances over the whole window', async () => {
  for (let bits = 15; bits <= 21; bits += 1) {
    for (const kind of kinds) {
      const data = sample(2 ** bits * 1.2 + 77 + bits, bits);
      const blocks = packLzx(data, bits, (frame) => (frame % 4 === 3 ? 'verbatim' : kind));
      const files = [{ name: 'a', size: data.length, offset: 0 }];
      const found = await unpackAll(cabinet({ files, blocks, compression: lzx(bits) }));
      assert.ok(found.get('a')?.equals(data), `${kind} ${bits}`);
    }
  }
});

test('any bytes survive every codec', async () => {
  const any = fc.tuple(
    fc.uint8Array({ maxLength: 3000 }),
    fc.constantFrom(...kinds),
    fc.integer({ min: 15, max: 21 }),
  );
  await fc.assert(
    fc.asyncProperty(any, async ([data, kind, bits]) => {
      const files = [{ name: 'a', size: data.length, offset: 0 }];
      for (const one of [
        { compression: 0, blocks: stored(data) },
        { compression: 1, blocks: mszip(data) },
        { compression: lzx(bits), blocks: packLzx(data, bits, () => kind) },
      ]) {
        const found = await unpackAll(cabinet({ files, ...one }));
        assert.ok(found.get('a')?.equals(data));
      }
    }),
    { numRuns: 60 },
  );
});

test('reserved areas are passed over, wherever they are', async () => {
  const data = sample(40_000);
  const files = [{ name: 'a', size: data.length, offset: 0 }];
  const found = await unpackAll(
    cabinet({ files, blocks: mszip(data), compression: 1, reserve: [6144, 20, 9] }),
  );
  assert.ok(found.get('a')?.equals(data));
});

test('names are UTF-8 where they say so or are so, and of the old code page otherwise', async () => {
  const names = [
    { name: 'größe.txt', attributes: 0xa0 },
    { name: 'grün.txt', attributes: 0x20 },
    { name: Buffer.from('gr\xfcn2.txt', 'latin1'), attributes: 0x20 },
  ];
  const bytes = cabinet({ files: names.map((one) => ({ ...one, size: 0, offset: 0 })) });
  const set = await openCabinetSet(bytesSource(bytes));
  assert.deepEqual(
    set.files.map((file) => [file.name, file.attributes, file.modified]),
    [
      ['größe.txt', 32, '2009-07-12T13:05:58'],
      ['grün.txt', 32, '2009-07-12T13:05:58'],
      ['grün2.txt', 32, '2009-07-12T13:05:58'],
    ],
  );
});

test('the same content under two names is unpacked once and given to both', async () => {
  const data = sample(50_000);
  const files = ['a', 'b'].map((name) => ({ name, size: data.length, offset: 0 }));
  const found = await unpackAll(cabinet({ files, blocks: stored(data) }));
  assert.ok(found.get('a')?.equals(data) && found.get('b')?.equals(data));
});

/** Three cabinets: `big` fills parts of all, and blocks are divided between them. */
function threeCabinets() {
  const data = sample(120_000);
  const all = mszip(data);
  const cut = (at: number, length: number) => {
    const packed = all[at]?.packed ?? Buffer.alloc(0);
    return [
      { packed: packed.subarray(0, length), size: 0 },
      { packed: packed.subarray(length), size: all[at]?.size ?? 0 },
    ] as const;
  };
  const [second, third] = [cut(1, 500), cut(2, 1)];
  const big = { name: 'big', size: 110_000, offset: 10_000 };
  const shared = { compression: 1, setId: 99 };
  const blocks = all.slice(0, 1);
  const first = cabinet({
    ...shared,
    index: 0,
    next: 'd2.cab',
    blocks: [...blocks, second[0]],
    files: [
      { name: 'small', size: 10_000, offset: 0 },
      { ...big, folder: 0xfffe },
    ],
  });
  const middle = cabinet({
    ...shared,
    index: 1,
    previous: 'd1.cab',
    next: 'd3.cab',
    blocks: [second[1], third[0]],
    files: [{ ...big, folder: 0xffff }],
  });
  const last = cabinet({
    ...shared,
    index: 2,
    previous: 'd2.cab',
    blocks: [third[1], ...all.slice(3)],
    files: [{ ...big, folder: 0xfffd }],
  });
  return { data, set: { 'd1.cab': first, 'd2.cab': middle, 'd3.cab': last } };
}

test('a set is put together, whichever of its cabinets is named', async () => {
  const { data, set } = threeCabinets();
  for (const named of Object.values(set)) {
    const found = await unpackAll(named, set);
    assert.deepEqual([...found.keys()], ['small', 'big']);
    assert.ok(found.get('small')?.equals(data.subarray(0, 10_000)));
    assert.ok(found.get('big')?.equals(data.subarray(10_000)));
  }
});

test('a file of which a cabinet is missing is refused by name, and the others come out', async () => {
  const { set } = threeCabinets();
  await assert.rejects(unpackAll(set['d1.cab']), { code: 'cab.incomplete', message: /"big".*"d2\.cab"/ });
  await assert.rejects(unpackAll(set['d3.cab']), { code: 'cab.incomplete' });
  const opened = await openCabinetSet(bytesSource(set['d1.cab']));
  assert.deepEqual(opened.missing, ['d2.cab']);
  assert.deepEqual(
    opened.files.map((file) => file.complete),
    [true, false],
  );
});
