/**
 * Faults that were found in other readers of these formats, each as its like would look here. Block sizes, blank names and
 * endless sets stand in `cabinet-hostile.test.ts`. Sources: ChangeLog of libmspack and cabextract, the issues that are named.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { deflateRawSync } from 'node:zlib';
import { isHoldfastError } from '@holdfast/contract';
import {
  bytesSource,
  encodeStreamName,
  exportTable,
  openCabinetSet,
  openDatabase,
  safePaths,
  unpack,
} from '@holdfast/msi';
import { lzxDecoder } from '../src/cabinet/lzx.ts';
import { readStringPool } from '../src/database/string-pool.ts';
import { readSummary } from '../src/database/summary.ts';
import { bitWriter } from './cabinet-lzx-packer.ts';
import { cabinet, lzx, mszip, stored, type TestBlock, unpackAll } from './cabinet-support.ts';
import { compoundFile } from './support/compound-writer.ts';
import { databaseStreams } from './support/database-writer.ts';

const damaged = { code: 'cab.invalid' };
const invalid = (thrown: unknown) => isHoldfastError(thrown, 'msi.invalid');
const limit = (thrown: unknown) => isHoldfastError(thrown, 'msi.limit');
const file = (name: string | Buffer, size = 0, offset = 0) => ({ name, size, offset });
const table = (name: string) => encodeStreamName({ name, isTable: true });

/** What work may cost here, in seconds of the processor: other programs may keep the clock busy. */
const mostSeconds = 2;

async function costsLittle(work: () => Promise<unknown>, most: number = mostSeconds): Promise<void> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  assert.ok((user + system) / 1e6 < most, `it took ${(user + system) / 1e6} s`);
}

describe('cabinets', () => {
  it('refuse an index that is one too high (CVE-2018-14679: CHM chunk numbers)', async () => {
    const blocks = stored(Buffer.from('abc'));
    for (const folder of [1, 2, 0xfffc]) {
      await assert.rejects(unpackAll(cabinet({ files: [{ ...file('a', 3), folder }], blocks })), damaged);
    }
  });

  it('take names of exactly the longest length and none longer (CVE-2018-14681: KWAJ names)', async () => {
    assert.equal((await unpackAll(cabinet({ files: [file('n'.repeat(255))] }))).size, 1);
    await assert.rejects(unpackAll(cabinet({ files: [file('n'.repeat(256))] })), damaged);
  });

  it('fold the letters of the alphabet and not what stands beside them (CVE-2018-14682: TOLOWER)', () => {
    assert.throws(() => safePaths(['Z', 'z']), damaged);
    assert.throws(() => safePaths(['A', 'a']), damaged);
    assert.equal(safePaths(['@', '`', '[', '{', '^', '~']).length, 6);
  });

  it('fold letters that have no pair: the capital of the German sharp s', () => {
    for (const names of [
      ['\u1e9e', '\u00df'],
      ['\u1e9e', 'SS'],
      ['stra\u00dfe', 'STRASSE'],
      ['\u03c2', '\u03c3'],
    ]) {
      assert.throws(() => safePaths(names), damaged, names.join());
    }
  });

  it('refuse names that begin with a NUL or are a separator before one (CVE-2018-18585)', async () => {
    await assert.rejects(unpackAll(cabinet({ files: [file('\0')] })), damaged);
    const found = await unpackAll(cabinet({ files: [file('/\0')] }));
    assert.throws(() => safePaths([...found.keys()]), damaged);
  });

  it('refuse names whose UTF-8 hides a separator in too many bytes (CVE-2015-2060, CVE-2004-0916)', async () => {
    const overlong = [
      [0x2e, 0x2e, 0xc0, 0xaf, 0x61],
      [0xe0, 0x80, 0xaf, 0x61],
      [0xc1, 0x9c, 0x61],
    ];
    for (const bytes of overlong) {
      const named = { ...file(Buffer.from(bytes)), attributes: 0x80 };
      await assert.rejects(unpackAll(cabinet({ files: [named] })), damaged);
      // Not marked as UTF-8 it is read in a code page of single bytes: no separator comes of it.
      const [name = ''] = (await unpackAll(cabinet({ files: [{ ...named, attributes: 0 }] }))).keys();
      assert.doesNotMatch(name, /[\\/]/);
    }
    for (const name of ['../a', '..\\a', '/etc/passwd', 'a/../../b']) {
      assert.throws(() => safePaths([name]), damaged);
    }
  });

  it('refuse a name that cannot be text, instead of having none (libarchive #505, CVE-2015-8917)', async () => {
    for (const bytes of [[0xff], [0xed, 0xa0, 0x80], [0xf5, 0x80, 0x80, 0x80], [0x61, 0xc3]]) {
      await assert.rejects(
        unpackAll(cabinet({ files: [{ ...file(Buffer.from(bytes)), attributes: 0x80 }] })),
        damaged,
      );
    }
  });

  it('are refused where names or entries end behind the file (libarchive #797, #835, CVE-2017-11423)', async () => {
    const whole = cabinet({ files: [file('name', 3)], blocks: stored(Buffer.from('abc')), next: 'b.cab' });
    for (let length = 0; length < whole.length; length += 1) {
      const cut = Buffer.from(whole.subarray(0, length));
      if (length >= 12) cut.writeUInt32LE(length, 8);
      await assert.rejects(unpackAll(cut), damaged, `cut to ${length}`);
    }
    for (const position of [16, 36 + 'b.cab\0disk\0'.length]) {
      const far = Buffer.from(whole);
      far.writeUInt32LE(0xffff_fff0, position);
      await assert.rejects(unpackAll(far), damaged);
    }
  });

  it('are refused where a source gives less than it says that it has (CVE-2017-11423: failed reads)', async () => {
    const whole = cabinet({ files: [file('name', 3)], blocks: stored(Buffer.from('abc')) });
    for (const given of [0, 20, 40, 60]) {
      const source = {
        size: whole.length,
        read: async (position: number, length: number) =>
          whole.subarray(position, Math.min(position + length, given)),
      };
      await assert.rejects(async () => {
        for await (const { content } of unpack(await openCabinetSet(source))) for await (const _ of content);
      }, damaged);
    }
  });

  it('read a folder again after another one failed (CVE-2014-9732)', async () => {
    const bytes = cabinet({
      files: [file('a', 3), { ...file('b', 3), folder: 1 }],
      blocks: stored(Buffer.from('abc')),
      folders: 2,
    });
    // The second folder becomes LZX: what is stored is none.
    bytes.writeUInt16LE(lzx(15), 36 + 8 + 6);
    const set = await openCabinetSet(bytesSource(bytes));
    const read = async (wanted: string) => {
      for await (const { content } of unpack(set, ({ name }) => name === wanted)) {
        for await (const piece of content) return Buffer.from(piece).toString();
      }
    };
    assert.equal(await read('a'), 'abc');
    await assert.rejects(read('b'), damaged);
    assert.equal(await read('a'), 'abc');
  });

  it('of no blocks, of empty ones, or skipped in the middle end with a code (libarchive #2257, #2861)', async () => {
    const files = [file('a', 3), file('b', 3, 3)];
    for (const blocks of [
      [],
      [{ packed: Buffer.alloc(0), size: 0 }],
      [{ packed: Buffer.alloc(0), size: 6 }],
    ]) {
      await assert.rejects(unpackAll(cabinet({ files, blocks })), damaged);
    }
    const set = await openCabinetSet(bytesSource(cabinet({ files, blocks: stored(Buffer.from('abcdef')) })));
    const sizes: number[] = [];
    // The content of the first file is never asked for.
    for await (const { files: same } of unpack(set)) sizes.push(same.length);
    assert.deepEqual(sizes, [1, 1]);
  });

  it('refuse offsets and sizes that pass the end of all numbers together (CVE-2015-4468: search_chunk)', async () => {
    for (const [size, offset] of [
      [1, 0xffff_ffff],
      [0xffff_ffff, 1],
      [0xffff_ffff, 0xffff_ffff],
      [65_535 * 32_768, 1],
    ] as const) {
      await assert.rejects(
        unpackAll(cabinet({ files: [file('a', size, offset)], blocks: stored(Buffer.from('abc')) })),
        (thrown) => isHoldfastError(thrown, 'cab.invalid', 'cab.limit'),
      );
    }
  });

  it('of as many folders as files are opened and unpacked at once', async () => {
    const count = 30_000;
    const files = Array.from({ length: count }, (_, folder) => ({ ...file(`f${folder}`, 1), folder }));
    const bytes = cabinet({ files, folders: count, blocks: stored(Buffer.from('a')) });
    await costsLittle(async () => {
      let read = 0;
      for await (const { content } of unpack(await openCabinetSet(bytesSource(bytes)))) {
        for await (const piece of content) read += piece.length;
      }
      assert.equal(read, count);
      // It takes half a second by itself; looking through all files for each folder took eight.
    }, 5);
  });

  it('cannot make small files cost large folders: gaps, ends, and blocks that folders share', async () => {
    const [block] = mszip(Buffer.alloc(32_768));
    assert.ok(block);
    const many = (count: number) => Array.from({ length: count }, () => block);
    const costly = { code: 'cab.limit' };
    const gap = cabinet({ files: [file('a', 1, 2049 * 32_768)], blocks: many(2050), compression: 1 });
    await assert.rejects(openCabinetSet(bytesSource(gap)), costly);
    const files = Array.from({ length: 2100 }, (_, folder) => ({ ...file(`f${folder}`, 1), folder }));
    await assert.rejects(
      unpackAll(cabinet({ files, folders: 2100, blocks: [block], compression: 1 })),
      costly,
    );
    const shared = cabinet({ files: files.slice(0, 2), folders: 1000, blocks: many(100), compression: 1 });
    await assert.rejects(openCabinetSet(bytesSource(shared)), damaged);
  });

  it('cannot name more folders than the limit', () => {
    const names = Array.from({ length: 65_537 }, (_, at) => `d${at}\\f`);
    assert.equal(safePaths(names.slice(0, 65_536)).length, 65_536);
    assert.throws(() => safePaths(names), { code: 'cab.limit' });
  });
});

describe('codecs', () => {
  /** Writes bits from the lowest on, as deflate has them. */
  function deflateBits(...parts: readonly (readonly [value: number, count: number])[]): Buffer {
    const bits = parts.flatMap(([value, count]) =>
      Array.from({ length: count }, (_, at) => (value >>> at) & 1),
    );
    const bytes = Buffer.alloc(Math.ceil(bits.length / 8));
    for (const [at, bit] of bits.entries()) bytes[at >>> 3] = (bytes[at >>> 3] ?? 0) | (bit << (at & 7));
    return Buffer.concat([Buffer.from('CK'), bytes]);
  }
  const unpackOne = (packed: Uint8Array, size: number, compression = 1) =>
    unpackAll(cabinet({ files: [file('a', size)], blocks: [{ packed, size }], compression }));

  it('MSZIP: distance codes 30 and 31 do not exist (CVE-2015-4470)', async () => {
    // The fixed codes, first bit first: literal 'a' (0x91, 8 bits), length 3 (257: 7 bits), distance, end (256: 7 bits).
    const turned = (value: number, bits: number) =>
      Number.parseInt([...value.toString(2).padStart(bits, '0')].reverse().join(''), 2);
    const match = (distance: number) =>
      deflateBits([1, 1], [1, 2], [turned(0x91, 8), 8], [turned(1, 7), 7], [turned(distance, 5), 5], [0, 7]);
    assert.equal((await unpackOne(match(0), 4)).get('a')?.toString(), 'aaaa');
    for (const distance of [1, 29, 30, 31]) await assert.rejects(unpackOne(match(distance), 4), damaged);
  });

  it('MSZIP: empty blocks without end, and trees that are empty, end (CVE-2010-2800)', async () => {
    await assert.rejects(unpackOne(Buffer.concat([Buffer.from('CK'), Buffer.alloc(30_000)]), 100), damaged);
    const empty = Buffer.concat([
      Buffer.from('CK'),
      ...Array.from({ length: 7000 }, () => Buffer.from([0, 0, 0, 0xff, 0xff])),
    ]);
    await costsLittle(() => assert.rejects(unpackOne(empty, 100), damaged));
    await assert.rejects(
      unpackOne(deflateBits([1, 1], [2, 2], [0, 5], [0, 5], [0, 4], [0, 12], [0, 40]), 100),
      damaged,
    );
  });

  it('MSZIP: more than a block may have is refused, whatever its length says (CVE-2018-18584)', async () => {
    for (const size of [32_769, 38_912, 65_536]) {
      const packed = Buffer.concat([Buffer.from('CK'), deflateRawSync(Buffer.alloc(size))]);
      await assert.rejects(unpackOne(packed, 32_768), damaged);
    }
    const long = { packed: Buffer.concat([Buffer.from('CK'), Buffer.alloc(38_911)]), size: 32_768 };
    await assert.rejects(
      unpackAll(cabinet({ files: [file('a', 1)], blocks: [long], compression: 1 })),
      damaged,
    );
  });

  it('MSZIP: a match may not reach before the folder (libmspack, 2011: matches before the stream)', async () => {
    const history = Buffer.from('a history that only the packer has, of some length');
    const packed = Buffer.concat([Buffer.from('CK'), deflateRawSync(history, { dictionary: history })]);
    await assert.rejects(unpackOne(packed, history.length), damaged);
  });

  it('LZX: a frame is never longer than 32 KiB, whatever its block says (CVE-2017-6419)', async () => {
    for (const length of [32_769, 0x10_0000, 0xff_ffff]) {
      const to = bitWriter();
      to.put(0, 1);
      to.put(3, 3);
      to.put(length, 24);
      const head = to.end();
      const packed = Buffer.concat([
        head,
        Buffer.from([1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0]),
        Buffer.alloc(32_768, 7),
      ]);
      const found = (await unpackOne(packed, 32_768, lzx(15))).get('a');
      assert.deepEqual(found, Buffer.alloc(32_768, 7));
      await assert.rejects(unpackOne(packed, 32_769, lzx(15)), damaged);
    }
  });

  it('LZX: an uncompressed block at the last byte of what is there is refused (CVE-2015-4471)', () => {
    const to = bitWriter();
    to.put(0, 1);
    to.put(3, 3);
    to.put(1, 24);
    const head = to.end();
    for (let rest = 0; rest < 13; rest += 1) {
      const packed = Buffer.concat([head, Buffer.alloc(rest, 1)]);
      assert.throws(() => lzxDecoder(15, 32_768)(packed, new Uint8Array(1)), damaged, `${rest} bytes`);
    }
    const whole = Buffer.concat([head, Buffer.alloc(13, 1)]);
    assert.doesNotThrow(() => lzxDecoder(15, 32_768)(whole, new Uint8Array(1)));
  });

  it('LZX: a match at the beginning has nothing to refer to (libmspack, 2011)', () => {
    const to = bitWriter();
    to.put(0, 1);
    to.put(3, 3);
    to.put(3, 24);
    const distances = Buffer.from([0xff, 0xff, 0xff, 0x7f, 0, 0, 0, 0, 0, 0, 0, 0x80]);
    const frame = Buffer.concat([to.end(), distances, Buffer.from([1, 2, 3, 0])]);
    const decode = lzxDecoder(15, 2 * 32_768);
    assert.doesNotThrow(() => decode(frame, new Uint8Array(3)));
    assert.throws(() => decode(Buffer.from([0, 0x20, 0, 0]), new Uint8Array(2)), damaged);
  });

  it('Quantum is not read: nothing of it can be wrong (CVE-2010-2801, CVE-2014-9556, CVE-2018-18584)', async () => {
    const blocks: TestBlock[] = [{ packed: Buffer.alloc(100), size: 100 }];
    await assert.rejects(unpackAll(cabinet({ files: [file('a', 100)], blocks, compression: 0x0a02 })), {
      code: 'cab.unsupported',
    });
  });
});

describe('compound files', () => {
  const columns = [
    { name: 'Key', type: 0x2d48 },
    { name: 'Value', type: 0x1d00 },
  ];
  const database = databaseStreams({ tables: [{ name: 'One', columns, rows: [['k', 'v']] }] });
  const streams = { ...database, big: new Uint8Array(9000).fill(1), small: new Uint8Array(200).fill(2) };
  const whole = Buffer.from(
    compoundFile({ streams, storage: { name: 'inner', streams: { a: Uint8Array.of(1) } } }),
  );
  const directory = whole.indexOf(Buffer.from('R\0o\0o\0t\0', 'latin1'));
  const fat = (whole.readUInt32LE(76) + 1) * 512;
  const miniFat = (whole.readUInt32LE(60) + 1) * 512;
  const entryOf = (name: string) => whole.indexOf(Buffer.from(`${name}\0`, 'utf16le'), directory);

  /** Opens a changed copy, and reads every stream of it. */
  async function readChanged(change: (bytes: Buffer) => void): Promise<void> {
    const bytes = Buffer.from(whole);
    change(bytes);
    const opened = await openDatabase(bytesSource(bytes));
    for (const { name } of opened.streams) {
      const stream = opened.stream(name);
      await stream?.read(0, stream.size);
    }
  }

  it('are whole before they are changed', () => readChanged(() => undefined));

  it('refuse sectors that refer to themselves, or to a ring (js-cfb #8 and #11, openmcdf #242)', async () => {
    const start = whole.readUInt32LE(entryOf('big') + 116);
    for (const target of [start, start + 1, 0]) {
      await assert.rejects(
        readChanged((bytes) => bytes.writeUInt32LE(target, fat + (start + 1) * 4)),
        invalid,
      );
    }
    const first = whole.readUInt32LE(48);
    await costsLittle(() =>
      assert.rejects(
        readChanged((bytes) => bytes.writeUInt32LE(first, fat + first * 4)),
        invalid,
      ),
    );
    await assert.rejects(
      readChanged((bytes) => bytes.fill(0, fat, fat + 400)),
      invalid,
    );
  });

  it('refuse mini sectors that refer to themselves (openmcdf #30 and #75, olefile #179)', async () => {
    const start = whole.readUInt32LE(entryOf('small') + 116);
    await assert.rejects(
      readChanged((bytes) => bytes.writeUInt32LE(start, miniFat + start * 4)),
      invalid,
    );
    await assert.rejects(
      readChanged((bytes) => bytes.fill(0, miniFat, miniFat + 512)),
      invalid,
    );
  });

  it('refuse a list of FAT sectors that never ends, or counts more than there are (libgsf, CVE-2006-4514)', async () => {
    const refuse = (change: (bytes: Buffer) => void) =>
      costsLittle(() => assert.rejects(readChanged(change), invalid));
    await refuse((bytes) => bytes.writeUInt32LE(0xffff_ffff, 44));
    await refuse((bytes) => bytes.writeUInt32LE(0xffff_ffff, 72));
    await refuse((bytes) => {
      // A DIFAT sector that is its own next, and as many of them as there are sectors.
      const sector = whole.readUInt32LE(entryOf('big') + 116);
      bytes.writeUInt32LE(whole.length / 512 - 1, 44);
      bytes.writeUInt32LE(sector, 68);
      bytes.writeUInt32LE(whole.length / 512 - 1, 72);
      bytes.fill(0xff, (sector + 1) * 512, (sector + 2) * 512);
      bytes.writeUInt32LE(sector, (sector + 1) * 512 + 508);
    });
  });

  it('refuse a mini stream larger than the file, and mini FAT sectors that are not there (openmcdf #50)', async () => {
    for (const size of [whole.length, 0x7fff_ffff, 0xffff_ffff]) {
      await assert.rejects(
        readChanged((bytes) => bytes.writeUInt32LE(size, directory + 120)),
        invalid,
      );
    }
    for (const count of [0, 0x7fff_ffff]) {
      await assert.rejects(
        readChanged((bytes) => bytes.writeUInt32LE(count, 64)),
        invalid,
      );
    }
  });

  it('refuse entries that are their own sibling, child or parent', async () => {
    const inner = entryOf('inner');
    const index = (inner - directory) / 128;
    for (const link of [68, 72, 76]) {
      for (const target of [0, index, 0x7fff_ffff]) {
        await assert.rejects(
          readChanged((bytes) => bytes.writeUInt32LE(target, inner + link)),
          invalid,
        );
      }
    }
  });

  it('refuse lengths of names that leave their entry (CVE-2015-4469: chmd_read_headers)', async () => {
    for (const length of [63, 65, 66, 0xffff]) {
      await assert.rejects(
        readChanged((bytes) => bytes.writeUInt16LE(length, entryOf('big') + 64)),
        invalid,
      );
    }
  });

  it('refuse streams that share sectors so that they are longer together than the file', async () => {
    const start = whole.readUInt32LE(entryOf('big') + 116);
    const many = Object.fromEntries(Array.from({ length: 60 }, (_, at) => [`s${at}`, new Uint8Array(0)]));
    const bytes = Buffer.from(compoundFile({ streams: { big: streams.big, ...database, ...many } }));
    const places = Object.keys(many).map((name) => bytes.indexOf(Buffer.from(`${name}\0`, 'utf16le')));
    const share = (count: number) => {
      const copy = Buffer.from(bytes);
      const first = copy.readUInt32LE(copy.indexOf(Buffer.from('big\0', 'utf16le')) + 116);
      for (const at of places.slice(0, count)) {
        copy.writeUInt32LE(first, at + 116);
        copy.writeUInt32LE(9000, at + 120);
      }
      return openDatabase(bytesSource(copy));
    };
    assert.ok(start < whole.length / 512);
    // Two that are one still fit: nobody gets more bytes out than the file has.
    assert.ok((await share(1)).streams.length > 60);
    await assert.rejects(share(60), invalid);
    // The same in mini sectors.
    await assert.rejects(
      readChanged((copy) => {
        for (const name of ['small', 'a', table('One')]) copy.writeUInt32LE(4000, entryOf(name) + 120);
      }),
      invalid,
    );
  });

  it('take no more memory than a package needs for text, schema and summary, whatever their streams declare', async () => {
    for (const [name, size] of [
      [table('_StringPool'), 5],
      [table('_StringData'), 25],
      [table('_Columns'), 1],
      [table('_Tables'), 1],
    ] as const) {
      const large = { ...database, [name]: new Uint8Array(size * 2 ** 20) };
      await assert.rejects(openDatabase(bytesSource(compoundFile({ version: 4, streams: large }))), limit);
    }
    const summary = { ...database, '\u0005SummaryInformation': new Uint8Array(2 ** 16 + 1) };
    const opened = await openDatabase(bytesSource(compoundFile({ streams: summary })));
    await assert.rejects(opened.summary(), limit);
  });
});

describe('databases', () => {
  it('refuse a text of two entries whose second is missing (CVE-2015-4472: READ_ENCINT)', () => {
    const pool = Uint8Array.of(0xe4, 4, 0, 0, 0, 0, 1, 0);
    assert.throws(() => readStringPool(pool, new Uint8Array(1 << 17)), invalid);
  });

  it('refuse a text one byte longer than the data, and answer none for a number one too high (CVE-2018-14679)', () => {
    const pool = Uint8Array.of(0xe4, 4, 0, 0, 3, 0, 1, 0);
    const read = readStringPool(pool, Buffer.from('abc'));
    assert.deepEqual([read.text(0), read.text(1), read.text(2)], [undefined, 'abc', undefined]);
    assert.throws(() => readStringPool(pool, Buffer.from('ab')), invalid);
  });

  it('refuse a table of no columns: its rows would be of no bytes (CVE-2015-4467: reset interval of zero)', async () => {
    const streams = databaseStreams({ tables: [{ name: 'None', columns: [], rows: [] }] });
    const opened = await openDatabase(
      bytesSource(compoundFile({ streams: { ...streams, [table('None')]: new Uint8Array(64) } })),
    );
    await assert.rejects(exportTable(opened, 'None'), invalid);
  });

  it('refuse properties whose place or length passes the end of all numbers (CVE-2015-4468)', () => {
    const summary = (place: number, length: number) => {
      const bytes = Buffer.alloc(80);
      bytes.writeUInt16LE(0xfffe, 0);
      bytes.writeUInt32LE(1, 24);
      bytes.writeUInt32LE(48, 44);
      bytes.writeUInt32LE(1, 52);
      bytes.writeUInt32LE(2, 56);
      bytes.writeUInt32LE(place, 60);
      bytes.writeUInt32LE(30, 64);
      bytes.writeUInt32LE(length, 68);
      return () => readSummary(bytes);
    };
    assert.equal(summary(16, 8)().size, 1);
    for (const place of [0xffff_ffff, 0xffff_ffd0, 0x7fff_ffff, 25])
      assert.throws(summary(place, 8), invalid);
    for (const length of [0xffff_ffff, 0xffff_fff8, 9]) assert.throws(summary(16, length), invalid);
  });
});
