/** Packages that are written: read back cell by cell, in every code page, and refused where they cannot be. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isHoldfastError } from '@holdfast/contract';
import {
  bytesSink,
  bytesSource,
  type CellData,
  type Database,
  openDatabase,
  type PackageData,
  type Summary,
  type SummaryValue,
  writePackage,
} from '@holdfast/msi';
import fc from 'fast-check';
import { encoderOf } from '../src/database/code-page-encoding.ts';
import { decoderOf } from '../src/database/code-pages.ts';
import { written } from './support/rewrite.ts';
import { binary, key, large, packageOf, small, summary, text } from './support/small-package.ts';

async function reopened(data: PackageData): Promise<Database> {
  return openDatabase(bytesSource(await written(data)));
}

const invalid = (words: RegExp) => (thrown: unknown) =>
  isHoldfastError(thrown, 'msi.invalid') && words.test(thrown.message);

async function refused(data: PackageData, words: RegExp): Promise<void> {
  await assert.rejects(writePackage(data, bytesSink()), invalid(words));
}

/** Rows by their first cell, which is the key. */
function byKey<Row extends readonly unknown[]>(rows: readonly Row[]): Map<unknown, Row> {
  return new Map(rows.map((row) => [row[0], row]));
}

describe('the writer of packages', () => {
  it('writes tables that read back with every cell, and the same bytes whatever their order', async () => {
    const words = fc.option(
      fc.string({ maxLength: 30, unit: fc.constantFrom('a', 'B', ' ', 'é', 'ß', '€', '\t') }),
      { nil: null },
    );
    const row = fc.tuple(
      words,
      fc.option(fc.integer({ min: -0x7fff, max: 0x7fff }), { nil: null }),
      fc.option(fc.integer({ min: -0x7fff_ffff, max: 0x7fff_ffff }), { nil: null }),
    );
    const table = fc.dictionary(
      fc.string({ minLength: 1, maxLength: 12, unit: fc.constantFrom('k', 'é', '1', '_') }),
      row,
      { maxKeys: 20 },
    );
    const tableName = fc
      .string({ minLength: 1, maxLength: 20, unit: fc.constantFrom('A', 'b', '_', '7') })
      .map((name) => `T${name}`);
    const columns = [key, text('Words', { localizable: true }), small('Small'), large('Large')];
    await fc.assert(
      fc.asyncProperty(
        fc.dictionary(tableName, table, { maxKeys: 5 }),
        fc.constantFrom(1252, 65_001, 1200),
        async (plan, codePage) => {
          const tables = Object.entries(plan).map(([name, rows]) => ({
            name,
            columns,
            rows: Object.entries(rows).map(([first, cells]) => [first, ...cells] as readonly CellData[]),
          }));
          const bytes = await written(packageOf(tables, { codePage }));
          const turned = tables.map((one) => ({ ...one, rows: one.rows.toReversed() })).reverse();
          assert.equal(Buffer.compare(await written(packageOf(turned, { codePage })), bytes), 0);
          const database = await openDatabase(bytesSource(bytes));
          assert.equal(database.codePage, codePage);
          assert.deepEqual([...database.tables].sort(), tables.map(({ name }) => name).sort());
          for (const { name, rows } of tables) {
            const read = await database.table(name);
            assert.deepEqual(read.columns, columns);
            const expected = rows.map((cells) => cells.map((cell) => (cell === '' ? null : cell)));
            assert.deepEqual(byKey(read.rows), byKey(expected));
          }
        },
      ),
      { numRuns: 100 },
    );
  });

  it('sorts rows by all their keys, and finds a key that comes twice', async () => {
    const columns = [{ ...large('Number'), key: true }, text('Name', { key: true }), small('Value')];
    const rows = [
      [2, 'b', 1],
      [-5, 'z', 2],
      [2, 'a', 3],
      [null, 'q', 4],
      [2, null, 5],
    ];
    const table = await (await reopened(packageOf([{ name: 'T', columns, rows }]))).table('T');
    assert.deepEqual(
      table.rows.map((row) => row[2]),
      [4, 2, 5, 3, 1],
    );
    await refused(packageOf([{ name: 'T', columns, rows: [...rows, [2, 'a', 9]] }]), /key 2, "a"/);
  });

  it('refers to more than 65,535 texts with three bytes', async () => {
    for (const [count, expected] of [
      [65_500, 2],
      [65_600, 3],
    ] as const) {
      const rows = Array.from({ length: count }, (_, index) => [`text ${index}`, index % 30_000]);
      const bytes = await written(packageOf([{ name: 'T', columns: [key, small('Value')], rows }]));
      const database = await openDatabase(bytesSource(bytes));
      const table = await database.table('T');
      assert.equal(table.rows.length, count);
      assert.deepEqual(byKey(table.rows).get('text 65499'), ['text 65499', 5499]);
      const cells = (count * (expected + 2)) / bytes.length;
      assert.ok(cells > 0.1 && bytes.length > count * (expected + 2));
    }
  });

  it('keeps texts of 64 KiB and more', async () => {
    for (const length of [65_535, 65_536, 65_537, 200_000, 1_000_000]) {
      const rows = [
        ['a', 'x'.repeat(length)],
        ['b', 'after it'],
        ['c', 'x'.repeat(length)],
      ];
      const table = await (
        await reopened(packageOf([{ name: 'T', columns: [key, text('Long')], rows }]))
      ).table('T');
      assert.deepEqual(table.rows, rows);
    }
  });

  it('writes every character of every code page that is read', () => {
    const single = [
      0, 866, 874, 1250, 1251, 1252, 1253, 1254, 1255, 1256, 1257, 1258, 10_000, 20_127, 20_866,
    ];
    const iso = [21_866, 28_591, 28_592, 28_595, 28_603, 28_605];
    const double = [932, 936, 949, 950, 20_932, 51_932, 51_949, 54_936];
    for (const codePage of [...single, ...iso, ...double]) {
      const isDouble = double.includes(codePage);
      const [encode, decode] = [encoderOf(codePage), decoderOf(codePage)];
      const characters = new Set<string>();
      for (let first = 0; first < 256; first += 1) {
        characters.add(decode(Uint8Array.of(first)));
        for (let second = 0; isDouble && second < 256; second += 1) {
          characters.add(decode(Uint8Array.of(first, second)));
        }
      }
      const writable = [...characters].filter((one) => [...one].length === 1 && one !== '\ufffd');
      assert.ok(writable.length > (isDouble ? 6000 : 200), `${codePage} has ${writable.length} characters`);
      for (const one of writable) {
        const bytes = encode(one);
        assert.equal(decode(bytes), one, `${one} in ${codePage}`);
      }
      // The decoder of 932 exchanges three control characters where there is other text.
      const all = writable.filter((one) => one >= ' ' && one !== '\x7f').join('');
      assert.ok(decode(encode(all)) === all, `all of ${codePage}`);
    }
  });

  it('writes text of any character in the pages of Unicode, and of three and four bytes', () => {
    for (const codePage of [1200, 1201, 65_001, 54_936]) {
      for (let point = 0; point < 0x11_0000; point += point < 0x1_0000 ? 1 : 997) {
        // GB 18030 has moved a few characters of the private area.
        if ((point >= 0xd800 && point < 0xe000) || (codePage === 54_936 && point >= 0xe000 && point < 0xf900))
          continue;
        const character = String.fromCodePoint(point);
        if (character === '\ufffd') continue;
        assert.equal(decoderOf(codePage)(encoderOf(codePage)(character)), character, point.toString(16));
      }
    }
    assert.equal(Buffer.from(encoderOf(20_932)('丂')).toString('hex'), '8fb0a1');
  });

  it('prefers the bytes that Windows prefers where two stand for one character', () => {
    const bytes = (codePage: number, words: string) =>
      Buffer.from(encoderOf(codePage)(words)).toString('hex');
    assert.equal(bytes(932, '≒ⅰⅠ￢'), '81e0fa40875481ca');
    assert.equal(bytes(950, '漢字'), 'ba7ea672');
    assert.equal(bytes(54_936, '€😀'), 'a2e39439fc36');
  });

  it('names text and code page where the page has no such text', async () => {
    const table = { name: 'T', columns: [key], rows: [['Привет']] };
    await refused(packageOf([table]), /"Привет" cannot be written in code page 1252/);
    await refused(packageOf([table], { codePage: 437 }), /code page 437/);
    await refused(packageOf([], { codePage: 70_000 }), /70000 is no code page/);
    await refused(packageOf([{ ...table, rows: [['\ud800']] }], { codePage: 65_001 }), /code page 65001/);
    assert.deepEqual(
      (await (await reopened(packageOf([table], { codePage: 1251 }))).table('T')).rows,
      table.rows,
    );
  });

  it('keeps binary cells as streams named by table and keys, and streams that belong to no table', async () => {
    const sizes = [0, 1, 64, 4095, 4096, 20_000];
    const contents = sizes.map((size) => Uint8Array.from({ length: size }, (_, at) => at & 0xff));
    const rows = contents.map((bytes, index) => [`Icon.${index}`, bytesSource(bytes), null]);
    const data = packageOf([{ name: 'Icon', columns: [key, binary('Data'), binary('Other')], rows }], {
      streams: [
        { name: 'product.cab', content: bytesSource(Buffer.from('MSCF')) },
        { name: '\u0005DigitalSignature', content: bytesSource(Buffer.from('signed')) },
      ],
    });
    const database = await reopened(data);
    for (const [index, bytes] of contents.entries()) {
      const source = database.stream(`Icon.Icon.${index}`);
      assert.deepEqual(Buffer.from((await source?.read(0, 30_000)) ?? []), Buffer.from(bytes));
    }
    assert.equal(Buffer.from((await database.stream('product.cab')?.read(0, 9)) ?? []).toString(), 'MSCF');
    assert.equal(
      Buffer.from((await database.stream('\u0005DigitalSignature')?.read(0, 9)) ?? []).toString(),
      'signed',
    );
    const two = [['a', bytesSource(Buffer.from('1')), bytesSource(Buffer.from('2'))]];
    await refused(
      packageOf([{ name: 'Icon', columns: [key, binary('Data'), binary('Other')], rows: two }]),
      /two streams/,
    );
  });

  it('says of its root what kind of package it is, and keeps storages', async () => {
    for (const [kind, hex] of [
      ['installer', '84100c00'],
      ['merge-module', '84100c00'],
      ['transform', '82100c00'],
      ['patch', '86100c00'],
    ] as const) {
      const classId = Uint8Array.from({ length: 16 }, () => 7);
      const streams = [{ name: 'leaf', content: bytesSource(Buffer.from('x')) }];
      const bytes = await written(
        packageOf([], { kind, storages: [{ name: 'Inner', classId, streams, storages: [] }] }),
      );
      assert.ok(Buffer.from(bytes).includes(Buffer.from(`${hex}00000000c000000000000046`, 'hex')));
      assert.deepEqual((await openDatabase(bytesSource(bytes))).storages, ['Inner']);
    }
  });

  it('keeps summaries, text in their own code page and UTF-8 as the negative word that it is stored as', async () => {
    assert.deepEqual(await (await reopened(packageOf([]))).summary(), summary);
    const unicode: Summary = new Map([
      [1, { kind: 'number', number: 65_001 }],
      [3, { kind: 'text', text: 'Größe, 漢字, 😀' }],
      [4, { kind: 'text', text: '' }],
    ]);
    assert.deepEqual(await (await reopened(packageOf([], { summary: unicode }))).summary(), unicode);
    const wrong = (property: number, value: SummaryValue) =>
      refused(packageOf([], { summary: new Map([[property, value]]) }), /summary information/);
    await wrong(2, { kind: 'number', number: 5 });
    await wrong(14, { kind: 'text', text: '200' });
    await wrong(14, { kind: 'number', number: 2 ** 31 });
    await wrong(1, { kind: 'number', number: -535 });
    await wrong(12, { kind: 'time', time: Number.NaN });
    await wrong(0, { kind: 'number', number: 1 });
  });

  it('refuses cells that are not what their column holds, and tables that cannot be', async () => {
    const columns = [key, text('Text'), small('Small'), large('Large'), binary('Data')];
    const of = (...cells: readonly CellData[]) => packageOf([{ name: 'T', columns, rows: [cells] }]);
    await refused(of(null, null, null, null, null), /column Key has nothing/);
    await refused(of('', null, null, null, null), /column Key has nothing/);
    await refused(of('k', 5, null, null, null), /column Text holds text, not 5/);
    await refused(of('k', bytesSource(Buffer.of(1)), null, null, null), /not a stream/);
    await refused(of('k', null, '5', null, null), /column Small/);
    await refused(of('k', null, 0x8000, null, null), /column Small/);
    await refused(of('k', null, -0x8000, null, null), /column Small/);
    await refused(of('k', null, null, 0.5, null), /column Large/);
    await refused(of('k', null, null, -(2 ** 31), null), /column Large/);
    await refused(of('k', null, null, null, 5), /column Data holds a stream/);
    await refused(of('k', null, null, null, 'name'), /no stream "T.k"/);
    await refused(of('k', null, null, null, 'T.k'), /no stream "T.k"/);
    await refused(of('k'), /1 cells in 5 columns/);
    const table = { name: 'T', columns: [key], rows: [] };
    await refused(packageOf([table, table]), /key "T"/);
    await refused(packageOf([{ ...table, name: '_Columns' }]), /_Columns/);
    await refused(packageOf([{ ...table, columns: [text('A')] }]), /no key/);
    await refused(packageOf([{ ...table, columns: [key, text('Key')] }]), /the same/);
    await refused(packageOf([{ ...table, name: 'T'.repeat(62) }]), /too long/);
    for (const column of [
      text('Wide', { size: 256 }),
      { ...small('A'), size: 4 },
      { ...binary('A'), size: 9 },
    ]) {
      await refused(packageOf([{ ...table, columns: [key, column] }]), /cannot have/);
    }
    const many = Array.from({ length: 31 }, (_, index) => text(`C${index}`));
    await assert.rejects(written(packageOf([{ ...table, columns: [key, ...many] }])), (thrown) =>
      isHoldfastError(thrown, 'msi.limit'),
    );
  });
});
