/** Transforms: changes of rows, tables, columns and streams, from files and from storages of a package. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isHoldfastError } from '@holdfast/contract';
import {
  applyTransform,
  bytesSource,
  databaseIn,
  exportTable,
  openDatabase,
  openTransform,
  transformIn,
} from '@holdfast/msi';
import {
  columnsColumns,
  fileOf,
  packageContent,
  type TestTransform,
  tablesColumns,
  transformContent,
} from './support/transform-writer.ts';
import {
  base,
  binaryColumns,
  productCode,
  property,
  propertyColumns,
  rowsOf,
  streams,
  text,
  thing,
  transformed,
} from './support/transformed.ts';

describe('a transform', () => {
  it('adds, changes and deletes rows, and leaves the rest and the package itself as they were', async () => {
    const before = await base();
    for (const referenceBytes of [2, 3] as const) {
      const after = await transformed({
        referenceBytes,
        tables: [
          property({ update: ['ProductName', 'After'] }, { insert: ['Added', 'new'] }),
          thing(
            { update: ['one', 2, undefined, 7] },
            { delete: ['one', 1] },
            { insert: ['three', 3, null, null] },
          ),
        ],
      });
      assert.deepEqual(await rowsOf(after, 'Thing'), [
        ['one', 2, 'second', 7],
        ['two', 1, null, -5],
        ['three', 3, null, null],
      ]);
      const properties = new Map((await rowsOf(after, 'Property')).map(([name, value]) => [name, value]));
      assert.deepEqual([properties.get('ProductName'), properties.get('Added')], ['After', 'new']);
      assert.deepEqual(await rowsOf(after, 'Binary'), await rowsOf(before, 'Binary'));
      assert.deepEqual(after.tables, before.tables);
    }
    assert.deepEqual((await rowsOf(before, 'Thing')).length, 3);
  });

  it('sets a cell to nothing', async () => {
    const after = await transformed({ tables: [thing({ update: ['one', 1, null, null] })] });
    assert.deepEqual((await rowsOf(after, 'Thing'))[0], ['one', 1, null, null]);
  });

  it('deletes a row and adds it anew', async () => {
    const after = await transformed({
      tables: [thing({ delete: ['one', 1] }, { insert: ['one', 1, 'anew', 1] })],
    });
    assert.deepEqual(await rowsOf(after, 'Thing'), [
      ['one', 2, 'second', null],
      ['two', 1, null, -5],
      ['one', 1, 'anew', 1],
    ]);
  });

  it('adds a table with columns that have no numbers, and drops one', async () => {
    const after = await transformed({
      tables: [
        { name: '_Tables', columns: tablesColumns, changes: [{ insert: ['New'] }, { delete: ['Thing'] }] },
        {
          name: '_Columns',
          columns: columnsColumns,
          changes: [{ insert: ['New', null, 'Id', text.key] }, { insert: ['New', null, 'Text', text.plain] }],
        },
        { name: 'New', columns: propertyColumns, changes: [{ insert: ['a', 'b'] }] },
      ],
    });
    assert.deepEqual(after.tables, ['Property', 'Binary', 'New']);
    assert.equal(
      [...(await exportTable(after, 'New'))].join(''),
      'Id\tText\r\ns72\tS0\r\nNew\tId\r\na\tb\r\n',
    );
    await assert.rejects(after.table('Thing'), (thrown) => isHoldfastError(thrown, 'not-found'));
    await assert.rejects(after.table('constructor'), (thrown) => isHoldfastError(thrown, 'not-found'));
    assert.deepEqual(await rowsOf(after, '_Tables'), [['Property'], ['Binary'], ['New']]);
    assert.deepEqual((await rowsOf(after, '_Columns')).slice(-2), [
      ['New', 1, 'Id', text.key],
      ['New', 2, 'Text', text.plain],
    ]);
  });

  it('drops a table and adds it anew, with other columns', async () => {
    const after = await transformed({
      tables: [
        { name: '_Tables', columns: tablesColumns, changes: [{ delete: ['Thing'] }, { insert: ['Thing'] }] },
        { name: '_Columns', columns: columnsColumns, changes: [{ insert: ['Thing', 1, 'Id', text.key] }] },
        { name: 'Thing', columns: [{ name: 'Id', type: text.key }], changes: [{ insert: ['only'] }] },
      ],
    });
    assert.deepEqual(await rowsOf(after, 'Thing'), [['only']]);
  });

  it('adds a column to a table, whose rows have nothing in it', async () => {
    const after = await transformed({
      tables: [
        {
          name: '_Columns',
          columns: columnsColumns,
          changes: [{ insert: ['Property', null, 'Note', text.plain] }],
        },
        {
          name: 'Property',
          columns: [...propertyColumns, { name: 'Note', type: text.plain }],
          changes: [{ update: ['ProductName', undefined, 'noted'] }],
        },
      ],
    });
    const rows = await rowsOf(after, 'Property');
    assert.deepEqual(rows[0], ['ProductCode', productCode, null]);
    assert.deepEqual(rows[4], ['ProductName', 'Before', 'noted']);
  });

  it('brings streams of rows and cabinets, and takes the streams of deleted rows away', async () => {
    const after = await transformed({
      tables: [
        {
          name: 'Binary',
          columns: binaryColumns,
          changes: [{ update: ['icon', 'there'] }, { delete: ['gone'] }, { insert: ['more', 'there'] }],
        },
      ],
      streams: {
        'Binary.icon': Buffer.from('new icon!'),
        'Binary.more': Buffer.from('more'),
        'more.cab': Buffer.from('second cabinet'),
      },
    });
    const content = async (name: string) =>
      Buffer.from((await after.stream(name)?.read(0, 99)) ?? []).toString();
    assert.deepEqual(await rowsOf(after, 'Binary'), [
      ['icon', 'Binary.icon'],
      ['more', 'Binary.more'],
    ]);
    assert.equal(await content('Binary.icon'), 'new icon!');
    assert.equal(await content('Binary.more'), 'more');
    assert.equal(await content('more.cab'), 'second cabinet');
    assert.equal(await content('data.cab'), 'cabinet');
    assert.equal(after.stream('Binary.gone'), undefined);
    const listed = after.streams.filter(({ name }) => !name.startsWith('\u0005'));
    assert.deepEqual(
      new Map(listed.map(({ name, size }) => [name, size])),
      new Map([
        ['Binary.icon', 9],
        ['Binary.more', 4],
        ['data.cab', 7],
        ['more.cab', 14],
      ]),
    );
  });

  it('is applied on top of another', async () => {
    const file = async (transform: TestTransform) =>
      openTransform(bytesSource(await fileOf(transformContent(transform))));
    const first = await file({ tables: [property({ insert: ['Added', 'first'] })] });
    const second = await file({ tables: [property({ update: ['Added', 'second'] })] });
    const after = await applyTransform(await applyTransform(await base(), first), second);
    assert.deepEqual((await rowsOf(after, 'Property')).at(-1), ['Added', 'second']);
  });

  it('says what the template of the package becomes', async () => {
    const after = await transformed({ tables: [], summary: { 7: 'Intel;1033', 8: 'x64;1031' } });
    assert.deepEqual((await after.summary()).get(7), { kind: 'text', text: 'x64;1031' });
    assert.deepEqual((await after.summary()).get(9), { kind: 'text', text: productCode });
  });
});

describe('a storage of a package', () => {
  it('is a transform, or a package of its own', async () => {
    const inner = packageContent(streams, { deeper: transformContent({ tables: [] }) });
    const transform = transformContent({ tables: [property({ update: ['ProductName', 'From inside'] })] });
    const file = await fileOf(packageContent(streams, { 'german.mst': transform, inner }));
    const database = await openDatabase(bytesSource(file));
    assert.deepEqual(database.storages, ['inner', 'german.mst']);
    const [german, package_] = [database.storage('german.mst'), database.storage('inner')];
    assert.ok(german && package_);
    const after = await applyTransform(database, await transformIn(german));
    assert.deepEqual((await rowsOf(after, 'Property')).at(-1), ['ProductName', 'From inside']);
    const nested = await databaseIn(package_);
    assert.deepEqual([nested.kind, nested.storages], ['installer', ['deeper']]);
    assert.deepEqual(await rowsOf(nested, 'Thing'), await rowsOf(database, 'Thing'));
    assert.equal((await databaseIn(german)).kind, 'transform');
    assert.equal(database.storage('none'), undefined);
  });
});
