/** Opening a product: what the sample packages say, and what contradicts itself. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { describe, it } from 'node:test';
import { isHoldfastError } from '@holdfast/contract';
import { bytesSource, openDatabase, openProduct } from '@holdfast/msi';
import { missing, packages } from './support/corpus.ts';
import { opened, type Rows, small } from './support/product-tables.ts';

async function refusal(rows: Rows): Promise<{ code: string; details: Readonly<Record<string, unknown>> }> {
  try {
    await opened(rows);
  } catch (thrown) {
    if (isHoldfastError(thrown)) return { code: thrown.code, details: thrown.details };
    throw thrown;
  }
  throw new Error('it was opened');
}

const badly = (table: string, key: string) => ({ code: 'msi.invalid', details: { table, key } });

describe('openProduct', () => {
  it('joins the tables of a product', async () => {
    const { product } = await opened({
      ...small,
      Condition: [['Main', 3, 'VersionNT64']],
      MsiFileHash: [['program.exe', 0, 0x04030201, -1, 0, 0x7fffffff]],
      Registry: [['r', -1, 'Software\\Small', null, '[INSTALLDIR]', 'Program']],
    });
    assert.equal(product.kind, 'installer');
    assert.equal(product.name, 'Small');
    assert.equal(product.language, 1033);
    assert.equal(product.architecture, 'x86');
    assert.deepEqual(product.features.get('Main')?.conditions, [{ level: 3, condition: 'VersionNT64' }]);
    assert.deepEqual(product.features.get('Main')?.components, ['Program']);
    const component = product.components.get('Program');
    assert.equal(component?.componentId, '{AAAAAAAA-2222-3333-4444-555555555555}');
    assert.deepEqual(component?.keyPath, { kind: 'file', file: 'program.exe' });
    const file = product.files.get('program.exe');
    assert.deepEqual(file?.name, { short: 'PROGRAM.EXE', long: 'program one.exe' });
    assert.equal(file?.hash, '01020304ffffffff00000000ffffff7f');
    assert.deepEqual(product.media[0]?.cabinet, { name: 'cab', embedded: true });
    assert.equal(product.registry[0]?.root, 'HKMU');
    assert.deepEqual(await product.rows('Shortcut'), []);
    assert.equal((await product.rows('Media'))[0]?.Cabinet, '#cab');
  });

  it('takes directory names apart, of target and source', async () => {
    const { product } = await opened({
      Directory: [
        ['TARGETDIR', 'TARGETDIR', 'SourceDir'],
        ['A', 'TARGETDIR', '.:ANSI'],
        ['B', 'A', 'B|Long B:SB|Source B'],
        ['C', 'B', '.'],
      ],
    });
    assert.equal(product.directories.get('TARGETDIR')?.parent, undefined);
    assert.deepEqual(product.directories.get('A')?.target, undefined);
    assert.deepEqual(product.directories.get('A')?.source, { short: 'ANSI', long: 'ANSI' });
    assert.deepEqual(product.directories.get('B')?.target, { short: 'B', long: 'Long B' });
    assert.deepEqual(product.directories.get('B')?.source, { short: 'SB', long: 'Source B' });
    assert.equal(product.directories.get('C')?.source, undefined);
  });

  it('tells a companion from a version', async () => {
    const { product } = await opened({
      ...small,
      File: [...small.File, ['help.txt', 'Program', 'help.txt', 3, 'program.exe', null, 0, 2]],
      Media: [[1, 2, null, '#cab', null, null]],
    });
    assert.equal(product.files.get('help.txt')?.companionOf, 'program.exe');
    assert.equal(product.files.get('help.txt')?.version, undefined);
  });

  it('opens a package without any table, and a merge module whose features are elsewhere', async () => {
    const { product } = await opened({});
    assert.equal(product.productCode, undefined);
    assert.equal(product.files.size, 0);
    const { Property: _, Media: __, Feature: ___, ...rest } = small;
    const module = await opened({ ...rest, ModuleSignature: [['Small.1234', 0, '2.0']] });
    assert.equal(module.product.kind, 'merge-module');
    assert.equal(module.product.name, 'Small.1234');
    assert.equal(module.product.version, '2.0');
  });

  it('refuses rows that name what does not exist, by table and key', async () => {
    const { Component, File, Directory, Feature } = small;
    const cases: [Rows, string, string][] = [
      [{ ...small, Directory: Directory.slice(0, 2) }, 'Component', 'Program'],
      [{ ...small, Directory: [...Directory, ['X', 'Y', 'x']] }, 'Directory', 'X'],
      [{ ...small, Component: [], FeatureComponents: [] }, 'File', 'program.exe'],
      [{ ...small, Component: [] }, 'FeatureComponents', 'Main'],
      [{ ...small, Feature: [] }, 'FeatureComponents', 'Main'],
      [{ ...small, Feature: [...Feature, ['Sub', 'None', null, null, 0, 1, null, 0]] }, 'Feature', 'Sub'],
      [{ ...small, Condition: [['None', 1, '1']] }, 'Condition', 'None'],
      [{ ...small, File: [] }, 'Component', 'Program'],
      [{ ...small, Registry: [['r', 2, 'K', null, null, 'None']] }, 'Registry', 'r'],
      [{ ...small, Registry: [['r', 9, 'K', null, null, 'Program']] }, 'Registry', 'r'],
      [{ ...small, File: [...File, ...File] }, 'File', 'program.exe'],
      [{ ...small, Component: [...Component, ...Component] }, 'Component', 'Program'],
      [{ ...small, File: [['program.exe', 'Program', 'p', -1, null, null, 0, 1]] }, 'File', 'program.exe'],
      [{ ...small, File: [['program.exe', 'Program', null, 1, null, null, 0, 1]] }, 'File', 'program.exe'],
    ];
    for (const [rows, table, key] of cases) assert.deepEqual(await refusal(rows), badly(table, key));
  });

  it('refuses directories and features that are below themselves, and endless branches', async () => {
    const circle = [
      ['A', 'B', 'a'],
      ['B', 'C', 'b'],
      ['C', 'B', 'c'],
    ];
    assert.deepEqual(await refusal({ Directory: circle }), badly('Directory', 'B'));
    const feature = (id: string, parent: string | null) => [id, parent, null, null, 0, 1, null, 0];
    assert.deepEqual(
      await refusal({ Feature: [feature('A', 'B'), feature('B', 'A')] }),
      badly('Feature', 'A'),
    );
    const chain = Array.from({ length: 200 }, (_, at) => [`D${at}`, at === 0 ? null : `D${at - 1}`, 'd']);
    assert.equal((await refusal({ Directory: chain.reverse() })).code, 'msi.limit');
  });
});

describe('openProduct over the sample packages', { skip: missing ?? false }, () => {
  it('finds features, components and files', async () => {
    const found: Record<string, readonly unknown[]> = {};
    for (const path of packages) {
      const { kind, version, features, components, files, media } = await openProduct(
        await openDatabase(bytesSource(readFileSync(path))),
      );
      found[basename(path)] = [kind, version, features.size, components.size, files.size, media.length];
    }
    assert.deepEqual(found, {
      'NUnit-2.5.2.9222.msi': ['installer', '2.5.2.9222', 12, 80, 296, 1],
      'msi_with_external_cab.msi': ['installer', '1.0', 1, 1, 1, 1],
      'putty-0.68-installer.msi': ['installer', '0.68.0.0', 4, 14, 10, 1],
      'vcredist.msi': ['installer', '8.0.61001', 2, 469, 96, 11],
    });
  });
});
