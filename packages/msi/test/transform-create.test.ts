/** Transforms that are made out of two packages: applied to the first, they make the second. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { describe, it } from 'node:test';
import { isHoldfastError } from '@holdfast/contract';
import {
  applyTransform,
  bytesSource,
  createTransform,
  type Database,
  openDatabase,
  openTransform,
  validations,
} from '@holdfast/msi';
import { packages } from './support/corpus.ts';
import { databaseStreams, type TestTable } from './support/database-writer.ts';
import { fileOf, packageContent } from './support/transform-writer.ts';

const sorted = (rows: readonly unknown[]) => rows.map((row) => JSON.stringify(row)).sort();

/** Everything of a package that a transform can change, in an order that does not matter. */
async function contentOf(database: Database) {
  const tables = [];
  for (const name of [...database.tables].sort()) {
    const { columns, rows } = await database.table(name);
    tables.push({ name, columns, rows: sorted(rows) });
  }
  const names = [...new Set(database.streams.map(({ name }) => name))].sort();
  const streams = [];
  for (const name of names.filter((one) => !one.startsWith('\u0005'))) {
    const content = database.stream(name);
    streams.push([name, Buffer.from((await content?.read(0, content.size)) ?? []).toString('base64')]);
  }
  return { tables, streams };
}

async function packageOf(tables: readonly TestTable[]): Promise<Database> {
  return openDatabase(bytesSource(await fileOf(packageContent(databaseStreams({ tables })))));
}

const wide = Array.from({ length: 20 }, (_, index) => ({
  name: `C${index}`,
  type: index === 0 ? 0x2d48 : 0x1104,
}));
const value = (words: string) => ({ name: 'Value', type: words === '' ? 0x1d00 : 0x1d10 });
const key = { name: 'Key', type: 0x2d48 };

describe('a transform made out of two packages', () => {
  it('makes the second of the first: tables added, dropped, widened and remade, rows of every kind', async () => {
    const base = await packageOf([
      { name: 'Dropped', columns: [key], rows: [['a']] },
      { name: 'Wider', columns: [key], rows: [['a'], ['b']] },
      { name: 'Remade', columns: [key, value('')], rows: [['a', 'b']] },
      { name: 'Wide', columns: wide, rows: [['a', ...Array.from({ length: 19 }, (_, index) => index)]] },
    ]);
    const target = await packageOf([
      {
        name: 'Wider',
        columns: [key, value('')],
        rows: [
          ['b', 'with'],
          ['c', null],
        ],
      },
      { name: 'Remade', columns: [key, value('other')], rows: [['a', 'b']] },
      { name: 'Wide', columns: wide, rows: [['a', ...Array.from({ length: 19 }, (_, index) => -index)]] },
      { name: 'Added', columns: [key], rows: [['x']] },
    ]);
    const bytes = await fileOf(await createTransform(base, target));
    const after = await applyTransform(base, await openTransform(bytesSource(bytes)));
    assert.deepEqual(await contentOf(after), await contentOf(target));
    assert.deepEqual(await fileOf(await createTransform(base, target)), bytes, 'the same bytes again');
    assert.equal((await openDatabase(bytesSource(bytes))).kind, 'transform');
  });

  it('changes nothing where both are the same', async () => {
    const base = await packageOf([{ name: 'Same', columns: [key], rows: [['a']] }]);
    const transform = await openTransform(bytesSource(await fileOf(await createTransform(base, base))));
    assert.deepEqual([transform.tables, transform.streams], [[], []]);
  });

  for (const [index, path] of packages.entries()) {
    const other = packages[(index + 1) % packages.length] ?? path;
    it(`makes ${basename(other)} of ${basename(path)}`, async () => {
      const [base, target] = [
        await openDatabase(bytesSource(readFileSync(path))),
        await openDatabase(bytesSource(readFileSync(other))),
      ];
      const validate = validations.product | validations.majorVersion | validations.upgradeCode;
      const bytes = await fileOf(await createTransform(base, target, { validate }));
      const transform = await openTransform(bytesSource(bytes));
      const after = await applyTransform(base, transform);
      assert.deepEqual(await contentOf(after), await contentOf(target));
      assert.deepEqual((await after.summary()).get(7), (await target.summary()).get(7));
      await assert.rejects(applyTransform(target, transform), (thrown) =>
        isHoldfastError(thrown, 'msi.transform-unfit'),
      );
    });
  }
});
