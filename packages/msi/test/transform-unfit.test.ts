/** Transforms that are for another package, or damaged. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isHoldfastError } from '@holdfast/contract';
import { applyTransform, bytesSource, openTransform, overlooks, validations } from '@holdfast/msi';
import {
  columnsColumns,
  fileOf,
  type TestTransform,
  tablesColumns,
  transformContent,
} from './support/transform-writer.ts';
import {
  base,
  binaryColumns,
  productCode,
  property,
  rowsOf,
  text,
  thing,
  thingColumns,
  transformed,
  upgradeCode,
} from './support/transformed.ts';

const unfit = (transform: TestTransform, words: RegExp) =>
  assert.rejects(
    transformed(transform),
    (thrown) => isHoldfastError(thrown, 'msi.transform-unfit') && words.test(thrown.message),
  );
describe('a transform that does not fit', () => {
  const newThing = thing({ insert: ['one', 1, 'again', null] });
  const missing = thing({ delete: ['no', 1] }, { update: ['no', 2, 'x', undefined] });

  it('is refused unless it overlooks that', async () => {
    await unfit({ tables: [newThing] }, /adds a row that is there: one, 1 in table Thing/);
    await unfit({ tables: [missing] }, /deletes a row that is not there/);
    await unfit({ tables: [missing], summary: { 16: overlooks.deleteMissingRow } }, /changes a row/);
    const after = await transformed({
      tables: [newThing],
      summary: { 16: overlooks.addExistingRow },
    });
    assert.deepEqual((await rowsOf(after, 'Thing'))[0], ['one', 1, 'again', null]);
    const untouched = await transformed({
      tables: [missing],
      summary: { 16: overlooks.deleteMissingRow + overlooks.updateMissingRow },
    });
    assert.equal((await rowsOf(untouched, 'Thing')).length, 3);
  });

  it('is refused for tables that are there already, or not', async () => {
    const tablesOf = (...changes: TestTransform['tables'][number]['changes']) => [
      { name: '_Tables', columns: tablesColumns, changes },
    ];
    await unfit({ tables: tablesOf({ insert: ['Thing'] }) }, /adds table Thing/);
    await unfit({ tables: tablesOf({ delete: ['Nothing'] }) }, /drops table Nothing/);
    await transformed({
      tables: tablesOf({ insert: ['Thing'] }),
      summary: { 16: overlooks.addExistingTable },
    });
    await transformed({
      tables: tablesOf({ delete: ['Nothing'] }),
      summary: { 16: overlooks.deleteMissingTable },
    });
    await unfit({ tables: [{ ...property({ delete: ['x'] }), name: 'Nothing' }] }, /changes table Nothing/);
  });

  it('is refused for another code page, unless one of the two is neutral', async () => {
    await unfit({ tables: [], codePage: 1252 }, /code page 1252, and the package in 65001/);
    assert.equal((await transformed({ tables: [], codePage: 0 })).codePage, 65001);
    const after = await transformed({
      tables: [],
      codePage: 1252,
      summary: { 16: overlooks.changeCodePage },
    });
    assert.equal(after.codePage, 1252);
  });

  it('is refused for another product, upgrade code, language or platform where it asks for them', async () => {
    const other = '{00000000-1234-1234-1234-123456789012}';
    const asks = (
      flags: number,
      template = 'Intel;1033',
      revision = `${productCode}1.2.3;;${upgradeCode}`,
    ) => ({
      tables: [],
      summary: { 7: template, 9: revision, 16: flags * 0x1_0000 },
    });
    const { product, upgradeCode: upgrade, language, platform } = validations;
    await transformed(asks(product + upgrade + language + platform));
    await transformed(asks(0, 'x64;1031', `${other}9;${other}9;${other}`));
    await unfit(asks(product, 'Intel;1033', `${other}1.2.3;${other}1.2.3;${upgradeCode}`), /for product/);
    await unfit(asks(upgrade, 'Intel;1033', `${productCode}1;${productCode}1;${other}`), /for upgrade code/);
    await unfit(asks(language, 'Intel;1031'), /for language 1031, and this is 1033/);
    await unfit(asks(platform, 'x64;1033'), /for platform x64, and this is Intel/);
    await unfit(asks(product, 'Intel;1033', ''), /of no name/);
  });

  it('is refused for another version where it asks for a relation', async () => {
    const asks = (flags: number, version: string) => ({
      tables: [],
      summary: { 9: `${productCode}${version};;`, 16: flags * 0x1_0000 },
    });
    const v = validations;
    await transformed(asks(v.majorVersion + v.versionEqual, '1.9.9'));
    await transformed(asks(v.minorVersion + v.versionEqual, '1.2.9'));
    await transformed(asks(v.updateVersion + v.versionEqual, '1.2.3.4'));
    await transformed(asks(v.updateVersion + v.versionLess, '1.2.10'));
    await transformed(asks(v.updateVersion + v.versionGreaterOrEqual, '1.2.3'));
    await unfit(
      asks(v.updateVersion + v.versionEqual, '1.2.4'),
      /versions exactly 1\.2\.4, and this is 1\.2\.3/,
    );
    await unfit(asks(v.updateVersion + v.versionLess, '1.2.3'), /versions below/);
    await unfit(asks(v.majorVersion + v.versionGreater, '1.0.0'), /versions above 1,/);
    await unfit(asks(v.minorVersion, '1.3'), /versions exactly 1\.3/);
  });
});

describe('a damaged transform', () => {
  const invalid = (transform: TestTransform) =>
    assert.rejects(transformed(transform), (thrown) => isHoldfastError(thrown, 'msi.invalid'));

  it('is refused with what is wrong', async () => {
    await invalid({ tables: [thing({ insert: ['a', 1, null, null, 'too many'] })] });
    await invalid({ tables: [thing({ insert: ['a'] })] });
    await invalid({
      tables: [
        {
          ...thing({ update: ['one', 1, 'x', 2, 'y'] }),
          columns: [...thingColumns, { name: 'x', type: text.plain }],
        },
      ],
    });
    await invalid({
      tables: [{ name: 'Binary', columns: binaryColumns, changes: [{ insert: ['absent', 'there'] }] }],
    });
    await invalid({ tables: [{ name: '_Tables', columns: tablesColumns, changes: [{ insert: ['New'] }] }] });
    await invalid({
      tables: [{ name: '_Columns', columns: columnsColumns, changes: [{ delete: ['Thing', 4] }] }],
    });
  });

  it('is refused for keys of many characters, which would make every row as long', async () => {
    await assert.rejects(
      transformed({ tables: [thing({ insert: ['k'.repeat(5000), 1, null, null] })] }),
      (thrown) => isHoldfastError(thrown, 'msi.limit'),
    );
  });

  it('throws nothing but coded errors, wherever it is cut or changed', async () => {
    const whole = await fileOf(
      transformContent({
        tables: [
          { name: '_Tables', columns: tablesColumns, changes: [{ insert: ['New'] }] },
          { name: '_Columns', columns: columnsColumns, changes: [{ insert: ['New', null, 'Id', text.key] }] },
          thing(
            { update: ['one', 2, undefined, 7] },
            { delete: ['one', 1] },
            { insert: ['three', 3, null, null] },
          ),
        ],
        summary: { 7: 'Intel;1033', 9: `${productCode}1.2.3;;`, 16: 0x20000 },
      }),
    );
    const database = await base();
    let refused = 0;
    for (let at = 0; at < whole.length; at += 7) {
      const bytes = Uint8Array.from(whole);
      bytes[at] = (bytes[at] ?? 0) ^ (1 + (at % 255));
      try {
        const after = await applyTransform(database, await openTransform(bytesSource(bytes)));
        for (const table of after.tables) await after.table(table);
      } catch (thrown) {
        assert.ok(isHoldfastError(thrown, 'msi.invalid', 'msi.limit', 'msi.transform-unfit'), String(thrown));
        refused += 1;
      }
    }
    assert.ok(refused > 50, `${refused} of the changed transforms were refused`);
  });
});
