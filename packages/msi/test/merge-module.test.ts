/** Merge modules, made by msibuild and gcab and written here: what they say they are, and the files in them. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import {
  bytesSource,
  type Database,
  dataOf,
  exportTable,
  openContent,
  openDatabase,
  openProduct,
  pseudoTables,
} from '@holdfast/msi';
import { missing, msiinfo } from './support/corpus.ts';
import { written as bytesOf } from './support/rewrite.ts';

const run = promisify(execFile);
const suffix = '6C4D9C0B_1F0E_4D3B_9D55_5C3C2B7A9E05';
const other = 'Other.6C4D9C0B_1F0E_4D3B_9D55_5C3C2B7A9E09';
const contents = { [`Sample.${suffix}`]: 'The sample.\r\n', [`Second.${suffix}`]: 'The second.\r\n' };

const tables: Readonly<Record<string, readonly (readonly string[])[]>> = {
  ModuleSignature: [
    ['ModuleID', 'Language', 'Version'],
    ['s72', 'i2', 's32'],
    ['ModuleSignature', 'ModuleID', 'Language'],
    [`Sample.${suffix}`, '1033', '1.2.3'],
  ],
  ModuleComponents: [
    ['Component', 'ModuleID', 'Language'],
    ['s72', 's72', 'i2'],
    ['ModuleComponents', 'Component', 'ModuleID', 'Language'],
    [`Files.${suffix}`, `Sample.${suffix}`, '1033'],
  ],
  ModuleDependency: [
    ['ModuleID', 'ModuleLanguage', 'RequiredID', 'RequiredLanguage', 'RequiredVersion'],
    ['s72', 'i2', 's72', 'i2', 'S32'],
    ['ModuleDependency', 'ModuleID', 'ModuleLanguage', 'RequiredID', 'RequiredLanguage'],
    [`Sample.${suffix}`, '1033', other, '1033', '1.0'],
  ],
  Directory: [
    ['Directory', 'Directory_Parent', 'DefaultDir'],
    ['s72', 'S72', 'l255'],
    ['Directory', 'Directory'],
    ['TARGETDIR', '', 'SourceDir'],
    [`Folder.${suffix}`, 'TARGETDIR', 'FOLDER|Sample folder'],
  ],
  Component: [
    ['Component', 'ComponentId', 'Directory_', 'Attributes', 'Condition', 'KeyPath'],
    ['s72', 'S38', 's72', 'i2', 'S255', 'S72'],
    ['Component', 'Component'],
    [
      `Files.${suffix}`,
      '{6C4D9C0B-1F0E-4D3B-9D55-5C3C2B7A9E03}',
      `Folder.${suffix}`,
      '0',
      '',
      `Sample.${suffix}`,
    ],
  ],
  File: [
    ['File', 'Component_', 'FileName', 'FileSize', 'Version', 'Language', 'Attributes', 'Sequence'],
    ['s72', 's72', 'l255', 'i4', 'S72', 'S20', 'I2', 'i2'],
    ['File', 'File'],
    [`Sample.${suffix}`, `Files.${suffix}`, 'sample.txt', '13', '', '', '512', '1'],
    [`Second.${suffix}`, `Files.${suffix}`, 'SECOND~1.TXT|second file.txt', '13', '', '', '512', '2'],
  ],
};

async function textOf(pieces: AsyncIterable<Uint8Array>): Promise<string> {
  const all: Uint8Array[] = [];
  for await (const piece of pieces) all.push(Uint8Array.from(piece));
  return Buffer.concat(all).toString();
}

describe('a merge module', { skip: missing ?? false }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-msm-'));
  const path = join(folder, 'sample.msm');
  let made: Database;
  after(() => rmSync(folder, { recursive: true }));
  before(async () => {
    const cwd = folder;
    for (const [name, text] of Object.entries(contents)) writeFileSync(join(folder, name), text);
    await run('gcab', ['-c', '-n', 'module.cab', ...Object.keys(contents)], { cwd });
    const code = `{${suffix.replaceAll('_', '-')}}`;
    // msibuild takes this option alone, or none of the others.
    await run('msibuild', ['sample.msm', '-s', 'Merge Module', 'Holdfast', 'Intel;1033', code], { cwd });
    const words = ['sample.msm'];
    for (const [name, lines] of Object.entries(tables)) {
      writeFileSync(join(folder, `${name}.idt`), lines.map((line) => `${line.join('\t')}\r\n`).join(''));
      words.push('-i', `${name}.idt`);
    }
    await run('msibuild', [...words, '-a', 'MergeModule.CABinet', 'module.cab'], { cwd });
    made = await openDatabase(bytesSource(readFileSync(path)));
  });

  const assertModule = async (database: Database) => {
    assert.equal(database.kind, 'merge-module');
    const product = await openProduct(database);
    assert.deepEqual([product.name, product.version, product.language], [`Sample.${suffix}`, '1.2.3', 1033]);
    assert.deepEqual(await product.rows('ModuleDependency'), [
      {
        ModuleID: `Sample.${suffix}`,
        ModuleLanguage: 1033,
        RequiredID: other,
        RequiredLanguage: 1033,
        RequiredVersion: '1.0',
      },
    ]);
    assert.equal((await product.rows('ModuleComponents'))[0]?.Component, `Files.${suffix}`);
    assert.equal(product.files.get(`Second.${suffix}`)?.name.long, 'second file.txt');
    const found: Record<string, string> = {};
    const content = openContent(database, product, { neighbours: async () => undefined });
    for await (const { files, content: pieces } of content.all()) {
      const text = await textOf(pieces);
      for (const { id } of files) found[id] = text;
    }
    assert.deepEqual(found, contents);
  };

  it('tells its signature, its dependencies and its files, out of its own cabinet', () => assertModule(made));

  it('exports every table as msiinfo does', async () => {
    for (const table of [...pseudoTables, ...made.tables]) {
      const own = [...(await exportTable(made, table))].join('');
      assert.equal(own, (await msiinfo('export', path, table)).toString(), table);
    }
  });

  it('is written, and reads as the same to msiinfo and here', async () => {
    const bytes = await bytesOf(await dataOf(made));
    const written = join(folder, 'written.msm');
    writeFileSync(written, bytes);
    await assertModule(await openDatabase(bytesSource(bytes)));
    for (const table of ['_SummaryInformation', ...made.tables]) {
      const lines = async (file: string) =>
        (await msiinfo('export', file, table)).toString().split('\r\n').sort();
      assert.deepEqual(await lines(written), await lines(path), table);
    }
  });
});
