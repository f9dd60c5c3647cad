/** Packages that are written, read by msiinfo; sample packages written again, with all that was in them. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after, describe, it } from 'node:test';
import {
  bytesSource,
  type Database,
  dataOf,
  exportTable,
  openDatabase,
  pseudoTables,
  type Summary,
} from '@holdfast/msi';
import { missing, msiinfo, packages } from './support/corpus.ts';
import { written } from './support/rewrite.ts';
import { key, large, packageOf, small, summary, text } from './support/small-package.ts';

async function lines(database: Database, table: string): Promise<string[]> {
  return [...(await exportTable(database, table))].join('').split('\r\n').sort();
}

/** Everything that either a package or its copy has, of what can be compared whatever the order. */
async function assertAlike(one: Database, other: Database): Promise<void> {
  assert.equal(one.kind, other.kind);
  assert.deepEqual([...one.tables].sort(), [...other.tables].sort());
  for (const table of [...pseudoTables, ...one.tables, '_Tables', '_Columns']) {
    assert.deepEqual(await lines(one, table), await lines(other, table), table);
  }
  const names = (database: Database) => [...new Set(database.streams.map(({ name }) => name))].sort();
  // A packed copy of the summary, which some tools leave behind, is not written again.
  const kept = (name: string) => !name.endsWith('SummaryInformation');
  assert.deepEqual(names(one).filter(kept), names(other).filter(kept));
  for (const name of names(other).filter(kept)) {
    const [left, right] = [one.stream(name), other.stream(name)];
    assert.ok(left && right);
    assert.equal(Buffer.compare(await left.read(0, left.size), await right.read(0, right.size)), 0, name);
  }
}

describe('written packages, to msiinfo', { skip: missing ?? false }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-write-'));
  after(() => rmSync(folder, { recursive: true }));

  async function assertSeen(path: string, bytes: Uint8Array): Promise<void> {
    writeFileSync(path, bytes);
    const database = await openDatabase(bytesSource(bytes));
    const listed = async (verb: string) => (await msiinfo(verb, path)).toString().split('\n').slice(0, -1);
    assert.deepEqual(await listed('tables'), [...pseudoTables, ...database.tables]);
    assert.deepEqual(
      await listed('streams'),
      database.streams.map(({ name }) => name),
    );
    for (const table of [...pseudoTables, ...database.tables, '_Tables', '_Columns']) {
      const own = [...(await exportTable(database, table))].join('');
      assert.equal((await msiinfo('export', path, table)).toString(), own, table);
    }
  }

  it('are what they are to our own reader, in every code page and width of references', async () => {
    // msiinfo prints the bytes of a summary as they are: only UTF-8 can be compared.
    const unicode: Summary = new Map([...summary, [1, { kind: 'number', number: 65_001 }]]);
    const many = Array.from({ length: 66_000 }, (_, index) => [`k${index}`, null, index % 9, -index]);
    for (const [codePage, words, rows] of [
      [0, 'plain', []],
      [1252, 'Größe €', []],
      [1250, 'čaj', []],
      [1251, 'Привет', []],
      [932, 'プロ≒', []],
      [936, '安装', []],
      [949, '설치', []],
      [950, '安裝', []],
      [65_001, 'Größe 安装 😀', []],
      [1252, 'x'.repeat(70_000), []],
      [1252, 'x'.repeat(300_000), []],
      [1252, 'many', many],
    ] as const) {
      const columns = [key, text('Text', { localizable: true, size: 255 }), small('Small'), large('Large')];
      const tables = [
        { name: 'Property', columns, rows: [['a', words, null, null], ['b', words, 5, -100_000], ...rows] },
        { name: 'Nothing', columns, rows: [] },
      ];
      await assertSeen(
        join(folder, 'made.msi'),
        await written(packageOf(tables, { codePage, summary: unicode })),
      );
    }
  });

  it('keep streams that are long enough for a DIFAT', async () => {
    const bytes = Uint8Array.from({ length: 8_000_000 }, (_, at) => (at * 31 + (at >> 9)) & 0xff);
    const path = join(folder, 'long.msi');
    const streams = [{ name: 'long.cab', content: bytesSource(bytes) }];
    writeFileSync(
      path,
      await written(packageOf([{ name: 'T', columns: [key], rows: [['a']] }], { streams })),
    );
    assert.equal(Buffer.compare(await msiinfo('extract', path, 'long.cab'), bytes), 0);
  });

  for (const path of packages) {
    it(`${basename(path)} is written again with all that was in it`, async () => {
      const original = await openDatabase(bytesSource(readFileSync(path)));
      const bytes = await written(await dataOf(original));
      await assertAlike(await openDatabase(bytesSource(bytes)), original);
      await assertSeen(join(folder, basename(path)), bytes);
    });
  }
});
