/** What real msiexec makes of a package is what was said beforehand: conditions, features, folders, source images. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import {
  bytesSink,
  bytesSource,
  describeMachine,
  type Evaluation,
  evaluate,
  openContent,
  openDatabase,
  openProduct,
  type Summary,
  type Value,
  writePackage,
} from '@holdfast/msi';
import { toWindows, wineAvailable, wixlAvailable } from '../../packages/machine/wine/index.ts';
import { useWine } from '../support/wine.ts';

const run = promisify(execFile);
const skip = wineAvailable() ?? wixlAvailable() ?? false;
const wine = useWine(skip);
const key = 'Software\\Holdfast Conditions';

/** Properties of the package, for its conditions. */
const properties = {
  NAME: 'Acme Tool',
  LOWERNAME: 'acme tool',
  TEXT: 'text',
  ZERO: '0',
  NEGATIVE: '-5',
  PADDED: '0603',
  NUMBER: '603',
  FLAGS: '65541',
  DOTTED: '1.2.3',
};

/** Conditions that mean the same to the documentation and to Wine, which is not all of them. */
const conditions = [
  'NUMBER',
  'MISSING',
  'NOT MISSING',
  'ZERO',
  'NUMBER >= 600',
  'NUMBER > 603',
  'NUMBER = "603"',
  '600 < NUMBER',
  'PADDED = NUMBER',
  'DOTTED > 1',
  'DOTTED <> 1',
  'MISSING = 0',
  'MISSING <> 0',
  'MISSING = ""',
  'TEXT = "text"',
  'TEXT = "TEXT"',
  'TEXT ~= "TEXT"',
  'NAME = LOWERNAME',
  'NAME ~= LOWERNAME',
  'NAME >< "me T"',
  'NAME >< "ME T"',
  'NAME ~>< "ME T"',
  'NAME << "Acme"',
  'NAME << "Tool"',
  'NAME >> "Tool"',
  'NAME >> "A much longer tool"',
  'MISSING >< "x"',
  'FLAGS >< 4',
  'FLAGS >< 2',
  'FLAGS << 1',
  'FLAGS >> 5',
  '%PATH',
  '%SystemRoot << "C:"',
  'VersionNT64',
  'VersionNT >= 600',
  'Version9X',
  'Installed',
  'Privileged',
  'AdminUser',
  'MsiAMD64',
  'NOT NUMBER = 603',
  'NOT (MISSING AND NUMBER)',
  'NOT MISSING AND NUMBER',
  'MISSING OR NUMBER AND TEXT',
  'NUMBER OR MISSING AND MISSING',
  '(NUMBER OR MISSING) AND MISSING',
  'NUMBER XOR TEXT',
  'NUMBER XOR MISSING',
  'MISSING EQV MISSING',
  'NUMBER EQV MISSING',
  'MISSING IMP MISSING',
  'NUMBER IMP MISSING',
  'NUMBER and not MISSING',
];

const guid = (number: number) => `6C4D9C0B-1F0E-4D3B-9D55-${String(number).padStart(12, '0')}`;

const component = (number: number, inner: string) =>
  `<Component Id="C${number}" Guid="${guid(number)}">${inner}</Component>`;

const file = (number: number) =>
  component(
    number,
    `<File Id="F${number}" Name="file ${number}.txt" Source="file${number}.txt" KeyPath="yes"/>`,
  );

function source(): string {
  const values = Object.entries(properties).map(([id, value]) => `<Property Id="${id}" Value="${value}"/>`);
  const conditional = conditions.map((_, index) =>
    component(
      100 + index,
      `<RegistryValue Root="HKLM" Key="${key}" Name="${index}" Type="string" Value="[NUMBER]" KeyPath="yes"/>`,
    ),
  );
  const references = (ids: readonly number[]) => ids.map((id) => `<ComponentRef Id="C${id}"/>`).join('');
  return `<?xml version="1.0" encoding="utf-8"?>
<Wix xmlns="http://schemas.microsoft.com/wix/2006/wi">
  <Product Id="${guid(1)}" Name="Evaluated" Manufacturer="Holdfast" Language="1033" Version="1.2.3"
      UpgradeCode="${guid(2)}">
    <Package InstallerVersion="200" Compressed="yes" InstallScope="perMachine"/>
    <Media Id="1" Cabinet="evaluated.cab" EmbedCab="yes"/>${values.join('')}
    <Directory Id="TARGETDIR" Name="SourceDir">
      <Directory Id="ProgramFilesFolder" Name="PFiles"><Directory Id="INSTALLDIR" Name="Evaluated">
        ${file(11)}${file(12)}<Directory Id="SUB" Name="Sub Folder">${file(13)}</Directory>
        <Directory Id="MOVED" Name="Moved">${file(14)}</Directory>
        ${conditional.join('')}
      </Directory></Directory>
      <Directory Id="CommonAppDataFolder" Name="AppData"><Directory Id="DATA" Name="Evaluated Data">${file(15)}</Directory></Directory>
      <Directory Id="SystemFolder" Name="Sys">${file(16)}</Directory>
    </Directory>
    <CustomAction Id="SetMoved" Property="MOVED" Value="[CommonAppDataFolder]Elsewhere"/>
    <InstallExecuteSequence><Custom Action="SetMoved" After="CostInitialize"/></InstallExecuteSequence>
    <Feature Id="Main" Level="1">${references([11, 14, 15, ...conditions.map((_, index) => 100 + index)])}
      <Feature Id="Child" Level="1">${references([12])}</Feature>
      <Feature Id="Optional" Level="100">${references([13])}</Feature>
    </Feature>
    <Feature Id="Other" Level="1">${references([16])}</Feature>
  </Product>
</Wix>`;
}

type Rows = readonly (readonly Value[])[];
type Edits = Readonly<Record<string, (rows: Rows) => Rows>>;

/** The package with other rows and another summary; what wixl cannot write. */
async function edited(
  bytes: Uint8Array,
  edits: Edits,
  change: (summary: Summary) => Summary = (summary) => summary,
): Promise<Uint8Array> {
  const base = await openDatabase(bytesSource(bytes));
  const tables = await Promise.all(
    base.tables.map(async (name) => {
      const table = await base.table(name);
      return { ...table, rows: edits[name]?.(table.rows) ?? table.rows };
    }),
  );
  const streams = base.streams
    .filter(({ name }) => !name.startsWith('\u0005'))
    .map(({ name }) => ({ name, content: base.stream(name) ?? bytesSource(new Uint8Array(0)) }));
  const sink = bytesSink();
  const summary = change(await base.summary());
  await writePackage({ kind: 'installer', codePage: base.codePage, tables, streams, summary }, sink);
  return sink.bytes();
}

const withConditions: Edits = {
  // ComponentId, directory, attributes, and then the condition.
  Component: (rows) =>
    rows.map((row) => {
      const condition = conditions[Number(String(row[0]).slice(1)) - 100];
      return condition === undefined ? row : row.with(4, condition);
    }),
};

/** Where the files of an administrative image lie, by what the Directory table calls its folders in the source. */
const image: Readonly<Record<number, string>> = {
  11: 'PFiles/Evaluated/file 11.txt',
  12: 'PFiles/Evaluated/file 12.txt',
  13: 'PFiles/Evaluated/Sub Folder/file 13.txt',
  14: 'PFiles/Evaluated/Moved/file 14.txt',
  15: 'AppData/Evaluated Data/file 15.txt',
  16: 'Sys/file 16.txt',
};

async function evaluationOf(path: string, given: Record<string, string>): Promise<Evaluation> {
  const product = await openProduct(await openDatabase(bytesSource(readFileSync(path))));
  return evaluate(product, describeMachine({ architecture: 'x64', windows: '10.0' }), { properties: given });
}

/** Linux paths of the files that an evaluation says are there, and of those that it says are not. */
function expectedFiles({ files, components }: Evaluation): { there: string[]; absent: string[] } {
  const there: string[] = [];
  const absent: string[] = [];
  for (const [id, path] of files) {
    const state = components.get(id.replace('F', 'C'))?.state;
    (state === 'local' ? there : absent).push(wine.prefix.toLinux(path));
  }
  return { there, absent };
}

/** The path that Wine finds for this one, which is without case; undefined where there is none. */
function anyCase(path: string): string | undefined {
  let at = '/';
  for (const step of path.split('/').filter((one) => one !== '')) {
    const found = existsSync(join(at, step))
      ? step
      : readdirSync(at).find((name) => name.toLowerCase() === step.toLowerCase());
    if (found === undefined) return undefined;
    at = join(at, found);
  }
  return at;
}

const exists = (path: string): boolean => anyCase(path) !== undefined;

async function msiexec(...words: readonly string[]): Promise<void> {
  const { code, output } = await wine.prefix.run('msiexec', [...words, '/qn']);
  assert.equal(code, 0, output);
}

describe('an evaluated package', { skip }, () => {
  const path = join(wine.folder, 'evaluated.msi');
  before(async () => {
    for (const id of [11, 12, 13, 14, 15, 16]) {
      writeFileSync(join(wine.folder, `file${id}.txt`), `content of ${id}\r\n`.repeat(id * 100));
    }
    writeFileSync(join(wine.folder, 'evaluated.wxs'), source());
    await run('wixl', ['-o', 'made.msi', 'evaluated.wxs'], { cwd: wine.folder });
    writeFileSync(path, await edited(readFileSync(join(wine.folder, 'made.msi')), withConditions));
  });

  const cases: readonly Record<string, string>[] = [
    {},
    // Windows adds the parents of a feature that is asked for; Wine has to be told.
    { ADDLOCAL: 'Main,Optional' },
    { INSTALLLEVEL: '100', INSTALLDIR: 'C:\\Own Place' },
    { ADDLOCAL: 'ALL', REMOVE: 'Child' },
  ];
  for (const given of cases) {
    const words = Object.entries(given).map(([name, value]) => `${name}=${value}`);
    it(`installs what was said, with ${words.join(' ') || 'nothing given'}`, async () => {
      const evaluation = await evaluationOf(path, given);
      const { there, absent } = expectedFiles(evaluation);
      await msiexec('/i', toWindows(path), ...words);
      assert.deepEqual(
        there.filter((one) => !exists(one)),
        [],
        'said to be there',
      );
      assert.deepEqual(absent.filter(exists), [], 'said to be absent');
      if (words.length === 0) await sameConditions(evaluation);
      // Wine does not remember where the product went.
      await msiexec('/x', toWindows(path), ...words.filter((word) => word.startsWith('INSTALLDIR')));
      assert.deepEqual(there.filter(exists), []);
    });
  }

  async function sameConditions(evaluation: Evaluation): Promise<void> {
    const wow = key.replace('Software', 'Software\\Wow6432Node');
    const { output } = await wine.prefix.run('reg', ['query', `HKLM\\${wow}`]);
    const held = new Set([...output.matchAll(/^\s+(\d+)\s+REG_SZ/gm)].map(([, index]) => Number(index)));
    assert.ok(held.size > 10, output);
    const differing = conditions.filter(
      (_, index) => (evaluation.components.get(`C${100 + index}`)?.state === 'local') !== held.has(index),
    );
    assert.deepEqual(differing, []);
  }

  it('is read out of an administrative image from which msiexec installs', async () => {
    const root = join(wine.folder, 'image');
    for (const [id, place] of Object.entries(image)) {
      mkdirSync(dirname(join(root, place)), { recursive: true });
      copyFileSync(join(wine.folder, `file${id}.txt`), join(root, place));
    }
    const media: Edits = { Media: (rows) => rows.map((row) => row.with(3, null)) };
    const words = (summary: Summary) => new Map([...summary, [15, { kind: 'number', number: 4 }] as const]);
    const bytes = await edited(readFileSync(path), media, words);
    writeFileSync(join(root, 'evaluated.msi'), bytes);
    const database = await openDatabase(bytesSource(bytes));
    const product = await openProduct(database);
    assert.equal(product.sourceLayout.administrative, true);
    const content = openContent(database, product, {
      neighbours: async (steps) => ({
        ...bytesSource(readFileSync(join(root, ...steps))),
        async [Symbol.asyncDispose]() {},
      }),
    });
    const evaluation = await evaluationOf(join(root, 'evaluated.msi'), { ADDLOCAL: 'ALL' });
    await msiexec('/i', toWindows(join(root, 'evaluated.msi')), 'ADDLOCAL=ALL');
    const { there } = expectedFiles(evaluation);
    assert.equal(there.length, 6);
    for await (const { files, content: pieces } of content.all()) {
      const read: Uint8Array[] = [];
      for await (const piece of pieces) read.push(piece);
      for (const { id } of files) {
        const installed = anyCase(wine.prefix.toLinux(evaluation.files.get(id) ?? ''));
        assert.ok(installed, id);
        assert.ok(Buffer.concat(read).equals(readFileSync(installed)), id);
      }
    }
  });
});
