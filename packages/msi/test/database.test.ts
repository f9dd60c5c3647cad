/** Names, text, columns, rows and summaries, written by hand and read back. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isHoldfastError } from '@holdfast/contract';
import {
  bytesSource,
  columnCode,
  type Database,
  decodeStreamName,
  encodeStreamName,
  exportTable,
  openDatabase,
  summaryText,
} from '@holdfast/msi';
import fc from 'fast-check';
import { readSummary } from '../src/database/summary.ts';
import { compoundFile } from './support/compound-writer.ts';
import { databaseStreams, type TestDatabase } from './support/database-writer.ts';

const open = (
  database: TestDatabase,
  streams: Readonly<Record<string, Uint8Array>> = {},
): Promise<Database> =>
  openDatabase(bytesSource(compoundFile({ streams: { ...databaseStreams(database), ...streams } })));

/** `s72` key, nullable text, nullable localizable text, i2, nullable i4. */
const thing = {
  name: 'Thing',
  columns: [
    { name: 'Thing', type: 0x2d48 },
    { name: 'Text', type: 0x1d00 },
    { name: 'Title', type: 0x1fff },
    { name: 'Small', type: 0x0502 },
    { name: 'Large', type: 0x1104 },
  ],
} as const;

describe('names of streams', () => {
  const units = (text: string) =>
    [...text].map((one) => one.charCodeAt(0).toString(16).toUpperCase()).join(' ');

  it('are packed as the Windows Installer packs them', () => {
    const vectors = [
      ['_Tables', true, '4840 3F7F 4164 422F 4836'],
      ['_Columns', true, '4840 3B3F 43F2 4438 45B1'],
      ['App.exe', false, '44CA 47B3 46E8 4828'],
    ] as const;
    for (const [name, isTable, stored] of vectors) {
      assert.equal(units(encodeStreamName({ name, isTable })), stored);
      assert.deepEqual(decodeStreamName(encodeStreamName({ name, isTable })), { name, isTable });
    }
    assert.deepEqual(decodeStreamName('\u0005SummaryInformation'), {
      name: '\u0005SummaryInformation',
      isTable: false,
    });
  });

  it('come back as they were, whatever characters they have', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme-ascii' }), fc.boolean(), (name, isTable) => {
        assert.deepEqual(decodeStreamName(encodeStreamName({ name, isTable })), { name, isTable });
      }),
    );
  });
});

describe('tables', () => {
  it('come back with their columns, values and order, with short and long references', async () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 12 }).map((one) => one.toWellFormed() || null);
    const row = fc.tuple(
      fc.string({ minLength: 1, maxLength: 8, unit: 'grapheme-ascii' }),
      text,
      text,
      fc.option(fc.integer({ min: -32_767, max: 32_767 })),
      fc.option(fc.integer({ min: -(2 ** 31) + 1, max: 2 ** 31 - 1 })),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(row, { maxLength: 20 }),
        fc.constantFrom(2 as const, 3 as const),
        async (rows, referenceBytes) => {
          const database = await open({ tables: [{ ...thing, rows }], referenceBytes });
          const table = await database.table('Thing');
          assert.deepEqual(database.tables, ['Thing']);
          assert.deepEqual(table.rows, rows);
          assert.deepEqual(table.columns.map(columnCode), ['s72', 'S0', 'L255', 'i2', 'I4']);
          assert.deepEqual(
            table.columns.map((column) => column.key),
            [true, false, false, false, false],
          );
        },
      ),
      { numRuns: 100 },
    );
  });

  it('have text of every code page in use', async () => {
    const cases = [
      [1252, '47 72 f6 df 65', 'Größe'],
      [1250, '9c ea b9', 'śęą'],
      [1251, 'cf f0 ee e3 f0 e0 ec ec e0', 'Программа'],
      [932, '83 76 83 8d', 'プロ'],
      [936, 'b0 b2 d7 b0', '安装'],
      [949, 'bc b3 c4 a1', '설치'],
      [950, 'a6 77 b8 cb', '安裝'],
      [65001, 'e2 82 ac', '€'],
      [0, '41 e9', 'Aé'],
    ] as const;
    for (const [codePage, hex, expected] of cases) {
      const encode = (words: string) =>
        words === 'X' ? Buffer.from(hex.replaceAll(' ', ''), 'hex') : Buffer.from(words);
      const database = await open({
        tables: [{ ...thing, rows: [['k', 'X', null, 1, null]] }],
        codePage,
        encode,
      });
      assert.equal((await database.table('Thing')).rows[0]?.[1], expected, String(codePage));
      assert.equal(
        [...(await exportTable(database, '_ForceCodepage'))].join(''),
        `\r\n\r\n${codePage}\t_ForceCodepage\r\n\0`,
      );
    }
  });

  it('of a code page that nobody knows are read as far as they are ASCII', async () => {
    const encode = (words: string) => Buffer.from(words, 'latin1');
    const rows = (text: string) => [{ ...thing, rows: [['k', text, null, 1, null]] }];
    const ascii = await open({ tables: rows('plain'), codePage: 4711, encode });
    assert.equal((await ascii.table('Thing')).rows[0]?.[1], 'plain');
    const other = await open({ tables: rows('é'), codePage: 4711, encode });
    await assert.rejects(other.table('Thing'), (thrown) => isHoldfastError(thrown, 'msi.invalid'));
  });

  it('hold text of 64 KiB and more, and what follows it', async () => {
    for (const length of [0xffff, 0x1_0000, 0x2_0003]) {
      const rows = [['k', 'x'.repeat(length), 'after', 1, null]];
      const database = await open({ tables: [{ ...thing, rows }] });
      assert.deepEqual((await database.table('Thing')).rows, rows);
    }
  });

  it('name the stream of a binary cell, and nothing where there is no such stream', async () => {
    const binary = {
      name: 'Binary',
      columns: [
        { name: 'Name', type: 0x2d48 },
        { name: 'Data', type: 0x0900 },
      ],
      rows: [
        ['one', 'data'],
        ['two', 'data'],
      ],
    };
    const stored = encodeStreamName({ name: 'Binary.one', isTable: false });
    const database = await open({ tables: [binary] }, { [stored]: Uint8Array.of(1, 2) });
    assert.deepEqual((await database.table('Binary')).rows, [
      ['one', 'Binary.one'],
      ['two', null],
    ]);
    assert.deepEqual(database.streams, [{ name: 'Binary.one', size: 2 }]);
    assert.equal(
      [...(await exportTable(database, 'Binary'))].join(''),
      'Name\tData\r\ns72\tv0\r\nBinary\tName\r\none\tBinary.one\r\ntwo\t\r\n',
    );
  });

  it('with up to three bytes of padding, or references of the other width, are read; with more they are refused', async () => {
    const rows = [['k', null, null, 1, 2]];
    const stored = encodeStreamName({ name: 'Thing', isTable: true });
    const short = databaseStreams({ tables: [{ ...thing, rows }] })[stored] ?? new Uint8Array(0);
    const padded = await open(
      { tables: [{ ...thing, rows }] },
      { [stored]: Buffer.concat([short, Buffer.alloc(2)]) },
    );
    assert.deepEqual((await padded.table('Thing')).rows, rows);
    const narrow = await open({ tables: [{ ...thing, rows }], referenceBytes: 3 }, { [stored]: short });
    assert.deepEqual((await narrow.table('Thing')).rows, rows);
    const damaged = await open(
      { tables: [{ ...thing, rows }] },
      { [stored]: Buffer.concat([short, Buffer.alloc(6)]) },
    );
    await assert.rejects(damaged.table('Thing'), (thrown) => isHoldfastError(thrown, 'msi.invalid'));
  });

  it('that are more text than any package has are refused before any of it is written', async () => {
    const long = 'x'.repeat(200_000);
    const rows = Array.from({ length: 2000 }, (_, row) => [`k${row}`, long, null, row, null]);
    const database = await open({ tables: [{ ...thing, rows }] });
    await assert.rejects(exportTable(database, 'Thing'), (thrown) => isHoldfastError(thrown, 'msi.limit'));
  });

  it('that do not exist are not found', async () => {
    const database = await open({ tables: [] });
    await assert.rejects(database.table('File'), (thrown) => isHoldfastError(thrown, 'not-found'));
    assert.deepEqual(database.tables, []);
    assert.equal((await database.summary()).size, 0);
  });
});

describe('summary information', () => {
  it('is text in its own code page, numbers and times', () => {
    const values: [number, number[]][] = [
      [1, [2, 0, 0, 0, 0xe9, 0xfd, 0, 0]],
      [2, [30, 0, 0, 0, 4, 0, 0, 0, 0xe2, 0x82, 0xac, 0]],
      [12, [64, 0, 0, 0, 0x00, 0x80, 0x3e, 0xd5, 0xde, 0xb1, 0x9d, 0x01]],
      [14, [3, 0, 0, 0, 200, 0, 0, 0]],
    ];
    const section = Buffer.alloc(8 + values.length * 8);
    section.writeUInt32LE(values.length, 4);
    let at = section.length;
    for (const [index, [property, bytes]] of values.entries()) {
      section.writeUInt32LE(property, 8 + index * 8);
      section.writeUInt32LE(at, 12 + index * 8);
      at += bytes.length;
    }
    const head = Buffer.alloc(48);
    head.writeUInt16LE(0xfffe, 0);
    head.writeUInt32LE(1, 24);
    head.writeUInt32LE(48, 44);
    const summary = readSummary(
      Buffer.concat([head, section, ...values.map(([, bytes]) => Buffer.from(bytes))]),
    );
    const texts = [...summary].map(([property, value]) => [property, summaryText(value)]);
    assert.deepEqual(texts, [
      [1, '65001'],
      [2, '€'],
      [12, '1970/01/01 00:00:00'],
      [14, '200'],
    ]);
  });
});
