/** Cabinets that were made or damaged to do harm: only coded errors, no more than declared, no name that leads out. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isHoldfastError } from '@holdfast/contract';
import fc from 'fast-check';
import { blockChecksum } from '../src/cabinet/checksum.ts';
import { bytesSource, openCabinetSet, safePath, safePaths, unpack } from '../src/index.ts';
import { type LzxKind, packLzx } from './cabinet-lzx-packer.ts';
import { cabinet, lzx, mszip, stored, type TestBlock, unpackAll } from './cabinet-support.ts';

const data = Buffer.from(Array.from({ length: 40_000 }, (_, at) => (at * at) % 251));
const whole = [{ name: 'a', size: data.length, offset: 0 }];
const invalid = { code: 'cab.invalid' };
const empty = (name: string | Buffer) => ({ name, size: 0, offset: 0 });

test('block sizes that no buffer was made for are refused (CVE-2018-18584)', async () => {
  const one = (block: TestBlock, compression: number) =>
    cabinet({ files: whole, blocks: [block], compression });
  for (const compression of [0, 1, lzx(15), lzx(21)]) {
    for (const length of [32_768 + 6145, 65_535]) {
      await assert.rejects(
        unpackAll(one({ packed: Buffer.alloc(length, 0x43), size: 32_768 }, compression)),
        invalid,
      );
    }
    for (const size of [32_769, 65_535]) {
      await assert.rejects(unpackAll(one({ packed: Buffer.alloc(100), size }, compression)), invalid);
    }
    const limit = one({ packed: Buffer.alloc(32_768 + 6144), size: 32_768 }, compression);
    await assert.rejects(unpackAll(limit), invalid);
  }
});

test('halves of a divided block may not be longer together than a block', async () => {
  const half = Buffer.alloc(30_000);
  const files = [{ name: 'a', size: 100, offset: 0 }];
  const first = cabinet({
    files: [{ ...files[0], name: 'a', size: 100, offset: 0, folder: 0xfffe }],
    next: 'b.cab',
    blocks: [{ packed: half, size: 0 }],
  });
  const last = cabinet({
    files: [{ name: 'a', size: 100, offset: 0, folder: 0xfffd }],
    previous: 'a.cab',
    index: 1,
    blocks: [{ packed: half, size: 32_768 }],
  });
  await assert.rejects(unpackAll(first, { 'b.cab': last }), invalid);
});

test('a block that unpacks to more or less than it declares is refused', async () => {
  for (const difference of [-1, 1]) {
    for (const [compression, make] of [
      [0, stored],
      [1, mszip],
    ] as const) {
      const blocks = make(data.subarray(0, 1000)).map((one) => ({ ...one, size: one.size + difference }));
      const files = [{ name: 'a', size: 999, offset: 0 }];
      await assert.rejects(unpackAll(cabinet({ files, blocks, compression })), invalid);
    }
  }
});

test('names that are empty, without end or not UTF-8 are refused (CVE-2018-14680, CVE-2018-18585)', async () => {
  await assert.rejects(unpackAll(cabinet({ files: [empty('')] })), invalid);
  await assert.rejects(unpackAll(cabinet({ files: [empty('\0x')] })), invalid);
  await assert.rejects(unpackAll(cabinet({ files: [empty('x'.repeat(256))] })), invalid);
  const bytes = cabinet({ files: [empty('name')] });
  const cut = bytes.subarray(0, bytes.length - 1);
  cut.writeUInt32LE(cut.length, 8);
  await assert.rejects(unpackAll(cut), invalid);
  await assert.rejects(
    unpackAll(cabinet({ files: [{ ...empty(Buffer.from([0xff])), attributes: 0x80 }] })),
    invalid,
  );
  assert.equal((await unpackAll(cabinet({ files: [empty('x'.repeat(255))] }))).size, 1);
});

test('no name leads out of the folder, on any system', () => {
  const names = [
    '..\\a',
    'a\\..\\b',
    '../a',
    'a/../../b',
    '\\a',
    '/a',
    '\\\\server\\share\\a',
    '//server/a',
    'C:\\a',
    'c:a',
    'a:stream',
    'a\\\\b',
    'a\\',
    '.',
    '..',
    '.\\a',
    'CON',
    'sub\\nul.txt',
    'aux.c',
    'COM1',
    'LPT\u00b9',
    'a.',
    'a ',
    'a\0b',
    '\\\\?\\C:\\a',
    '\\\\.\\pipe\\a',
    'a\nb',
    'a*',
    `${'d\\'.repeat(33)}a`,
    'x'.repeat(300),
  ];
  for (const name of names) assert.throws(() => safePath(name), invalid, JSON.stringify(name));
  assert.deepEqual(safePath('sub\\deeper/a b.txt'), ['sub', 'deeper', 'a b.txt']);
  assert.equal(safePath(`${'d\\'.repeat(32)}a`).length, 33);
});

test('no two names become one, and none is the folder of another', () => {
  for (const names of [
    ['a', 'A'],
    ['x\\a', 'X/a'],
    ['\u00e9', 'e\u0301'],
    ['a', 'a\\b'],
    ['A\\b', 'a'],
    ['\ufb01', 'fi'],
  ]) {
    assert.throws(() => safePaths(names), invalid, names.join());
  }
  assert.equal(safePaths(['a', 'b\\a', 'b\\c']).length, 3);
});

test('neighbours are named plainly, belong to the set, and never lead round in a circle', async () => {
  const file = { name: 'a', size: 100, offset: 0 };
  for (const next of ['..\\b.cab', '/etc/passwd', 'C:b.cab', 'NUL']) {
    await assert.rejects(unpackAll(cabinet({ files: [{ ...file, folder: 0xfffe }], next })), invalid);
  }
  const circle = cabinet({ files: [{ ...file, folder: 0xfffe }], next: 'a.cab' });
  await assert.rejects(unpackAll(circle, { 'a.cab': circle }), invalid);
  const other = cabinet({ files: [{ ...file, folder: 0xfffd }], previous: 'a.cab', index: 1, setId: 8 });
  await assert.rejects(unpackAll(circle, { 'a.cab': other }), invalid);
});

test('a set of more cabinets than the limit is refused', async () => {
  const source = async (name: string) => {
    const index = Number(name.slice(1));
    return bytesSource(cabinet({ files: [], index, next: `c${index + 1}` }));
  };
  await assert.rejects(openCabinetSet(await source('c0'), source), { code: 'cab.limit' });
});

test('files that overlap, end after their folder or lie in no folder are refused', async () => {
  const blocks = stored(data);
  const two = (offset: number, size: number) => [
    { name: 'a', size: 100, offset: 0 },
    { name: 'b', size, offset },
  ];
  await assert.rejects(unpackAll(cabinet({ files: two(99, 100), blocks })), invalid);
  await assert.rejects(unpackAll(cabinet({ files: two(0, 101), blocks })), invalid);
  await assert.rejects(unpackAll(cabinet({ files: two(100, 2 ** 31), blocks })), invalid);
  await assert.rejects(unpackAll(cabinet({ files: two(100, data.length), blocks })), invalid);
  await assert.rejects(
    unpackAll(cabinet({ files: [{ name: 'a', size: 1, offset: 0, folder: 1 }], blocks })),
    invalid,
  );
  await assert.rejects(
    unpackAll(cabinet({ files: [{ name: 'a', size: 1, offset: 0 }], folders: 0 })),
    invalid,
  );
});

test('more bytes than a cabinet of its size can mean are refused before any is unpacked', async () => {
  const zeros = Buffer.alloc(1_000_000);
  const twins = (count: number) => {
    const files = Array.from({ length: count }, (_, at) => ({
      name: `f${at}`,
      size: zeros.length,
      offset: 0,
    }));
    return openCabinetSet(bytesSource(cabinet({ files, blocks: mszip(zeros), compression: 1 })));
  };
  assert.equal((await twins(67)).files.length, 67);
  await assert.rejects(twins(68), { code: 'cab.limit' });
});

test('Quantum, unknown codecs and versions are said to be unsupported', async () => {
  const blocks = stored(data);
  await assert.rejects(unpackAll(cabinet({ files: whole, blocks, compression: 2 })), {
    code: 'cab.unsupported',
  });
  await assert.rejects(unpackAll(cabinet({ files: whole, blocks, compression: 4 })), {
    code: 'cab.unsupported',
  });
  await assert.rejects(unpackAll(cabinet({ files: whole, blocks, compression: lzx(14) })), invalid);
  await assert.rejects(unpackAll(cabinet({ files: whole, blocks, compression: lzx(22) })), invalid);
  const version = cabinet({ files: whole, blocks });
  version.writeUInt8(2, 25);
  await assert.rejects(unpackAll(version), { code: 'cab.unsupported' });
});

test('empty blocks and folders end (unshield #45), and a damaged block is named by its checksum', async () => {
  const nothing = Array.from({ length: 65_535 }, () => ({ packed: Buffer.alloc(0), size: 0 }));
  await assert.rejects(unpackAll(cabinet({ files: whole, blocks: nothing })), invalid);
  const bytes = cabinet({ files: whole, blocks: stored(data) });
  bytes.writeUInt8((bytes.at(-1) ?? 0) ^ 1, bytes.length - 1);
  await assert.rejects(unpackAll(bytes), { code: 'cab.invalid', message: /checksum/ });
});

test('the LZX decoder refuses bad trees, matches and blocks', async () => {
  const files = [{ name: 'a', size: 1000, offset: 0 }];
  const of = (packed: Uint8Array) =>
    cabinet({ files, blocks: [{ packed, size: 1000 }], compression: lzx(15) });
  for (const fill of [0x00, 0xff, 0x55, 0xaa, 0x20]) {
    for (const length of [0, 1, 2, 3, 20, 5000])
      await assert.rejects(unpackAll(of(Buffer.alloc(length, fill))), invalid);
  }
});

/** Small sound cabinets of every codec, to damage. */
const seeds = (() => {
  const small = data.subarray(0, 33_500);
  const files = [
    { name: 'one', size: 500, offset: 0 },
    { name: 'sub\\two', size: 33_000, offset: 500 },
  ];
  const kinds: readonly LzxKind[] = ['verbatim', 'aligned', 'uncompressed'];
  return [
    cabinet({ files, blocks: stored(small), reserve: [4, 1, 2] }),
    cabinet({ files, blocks: mszip(small), compression: 1 }),
    ...kinds.map((kind) => cabinet({ files, blocks: packLzx(small, 15, () => kind), compression: lzx(15) })),
  ];
})();

/** Corrects the checksums of all blocks, so that damage reaches the codecs. */
function repair(bytes: Buffer): Buffer {
  const reserve = bytes.readUInt16LE(30) & 4 ? 2 : 0;
  let at = bytes.readUInt32LE(reserve ? 44 : 36);
  while (at + 8 + reserve <= bytes.length) {
    const end = at + 8 + reserve + bytes.readUInt16LE(at + 4);
    const packed = bytes.subarray(at + 8 + reserve, end);
    bytes.writeUInt32LE(blockChecksum(bytes.subarray(at + 4, at + 8), blockChecksum(packed, 0)), at);
    at = end;
  }
  return bytes;
}

async function survives(bytes: Buffer): Promise<void> {
  let declared = 0;
  let given = 0;
  try {
    const set = await openCabinetSet(bytesSource(bytes));
    declared = set.files.reduce((sum, file) => sum + file.size, 0);
    for await (const { files, content } of unpack(set)) {
      for await (const piece of content) given += piece.length * files.length;
    }
  } catch (thrown) {
    assert.ok(
      isHoldfastError(thrown, 'cab.invalid', 'cab.unsupported', 'cab.incomplete', 'cab.limit'),
      String(thrown),
    );
  }
  assert.ok(given <= declared);
}

test('a cabinet that is cut off anywhere or has any bytes changed gives coded errors and no more than it declares', async () => {
  const changes = fc.array(
    fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.integer({ min: 0, max: 255 })),
    { minLength: 1, maxLength: 6 },
  );
  const damage = fc.record({
    seed: fc.constantFrom(...seeds),
    changes,
    early: fc.boolean(),
    repaired: fc.boolean(),
    kept: fc.option(fc.double({ min: 0, max: 1, noNaN: true })),
    shorter: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(damage, async ({ seed, changes, early, repaired, kept, shorter }) => {
      const bytes = Buffer.from(kept === null ? seed : seed.subarray(0, Math.floor(seed.length * kept)));
      // Half of the changes hit the headers, trees and names at the beginning.
      const reach = early ? Math.min(300, bytes.length) : bytes.length;
      for (const [place, value] of changes) if (reach > 0) bytes[Math.floor(place * (reach - 1))] = value;
      if (shorter && bytes.length >= 36) bytes.writeUInt32LE(bytes.length, 8);
      await survives(repaired && bytes.length >= 60 ? tryRepair(bytes) : bytes);
    }),
    { numRuns: 3000 },
  );
});

function tryRepair(bytes: Buffer): Buffer {
  try {
    return repair(bytes);
  } catch {
    return bytes;
  }
}
