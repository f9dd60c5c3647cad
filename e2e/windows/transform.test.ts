/** A real msiexec with TRANSFORMS=...: what it installs is what the package says with the transform applied here. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import {
  applyTransform,
  type ByteSink,
  type ByteSource,
  bytesSink,
  bytesSource,
  createTransform,
  type Database,
  openDatabase,
  openTransform,
  packCabinet,
  type Table,
  transformIn,
  type Value,
  validations,
  writePackage,
  writeTransform,
} from '@holdfast/msi';
import { toWindows, wineAvailable, wixlAvailable } from '../../packages/machine/wine/index.ts';
import { useWine } from '../support/wine.ts';

const skip = wineAvailable() ?? wixlAvailable() ?? false;
const wine = useWine(skip);

const productCode = '{6C4D9C0B-1F0E-4D3B-9D55-5C3C2B7A9E01}';
const key = 'Software\\Holdfast Transform';
const source = `<?xml version="1.0" encoding="utf-8"?>
<Wix xmlns="http://schemas.microsoft.com/wix/2006/wi">
  <Product Id="${productCode}" Name="Before" Manufacturer="Holdfast" Language="1033" Version="1.2.3"
      UpgradeCode="6C4D9C0B-1F0E-4D3B-9D55-5C3C2B7A9E02">
    <Package InstallerVersion="200" Compressed="yes" InstallScope="perMachine" Platform="x64"/>
    <Media Id="1" Cabinet="sample.cab" EmbedCab="yes"/>
    <Directory Id="TARGETDIR" Name="SourceDir">
      <Directory Id="ProgramFiles64Folder">
        <Directory Id="INSTALLDIR" Name="Before">
          <Component Id="Sample" Guid="6C4D9C0B-1F0E-4D3B-9D55-5C3C2B7A9E03" Win64="yes">
            <File Id="SampleText" Name="sample.txt" Source="sample.txt" KeyPath="yes"/>
            <RegistryValue Root="HKLM" Key="${key}" Name="Kept" Type="string" Value="kept"/>
            <RegistryValue Root="HKLM" Key="${key}" Name="Changed" Type="string" Value="before"/>
            <RegistryValue Root="HKLM" Key="${key}" Name="Dropped" Type="string" Value="dropped"/>
          </Component>
        </Directory>
      </Directory>
    </Directory>
    <Feature Id="Main" Level="1"><ComponentRef Id="Sample"/></Feature>
  </Product>
</Wix>
`;

type Rows = readonly (readonly Value[])[];
type Edits = Readonly<Record<string, (rows: Rows) => Rows>>;

/** A view of a package with other rows, other streams and one table more. */
function edited(
  base: Database,
  edits: Edits,
  more: Table,
  streams: Readonly<Record<string, ByteSource>>,
): Database {
  return {
    ...base,
    tables: [...base.tables, more.name],
    streams: [...base.streams, ...Object.entries(streams).map(([name, { size }]) => ({ name, size }))],
    stream: (name) => streams[name] ?? base.stream(name),
    async table(name) {
      if (name === more.name) return more;
      const table = await base.table(name);
      return { ...table, rows: edits[name]?.(table.rows) ?? table.rows };
    },
  };
}

const text = (name: string, isKey: boolean) =>
  ({ name, kind: 'string', size: 72, key: isKey, nullable: false, localizable: false }) as const;
const replace = (at: number, value: Value) => (row: readonly Value[]) =>
  row.map((cell, index) => (index === at ? value : cell));

const edits: Edits = {
  Property: (rows) => [
    ...rows.map((row) => (row[0] === 'ProductName' ? ['ProductName', 'After'] : row)),
    ['ARPCOMMENTS', 'transformed'],
  ],
  Directory: (rows) => [
    ...rows.map((row) => (row[0] === 'INSTALLDIR' ? replace(2, 'After')(row) : row)),
    ['EmptyFolder', 'INSTALLDIR', 'empty'],
  ],
  File: (rows) => [
    ...rows.map(replace(2, 'renamed.txt')),
    ['MoreText', 'Sample', 'more.txt', 9, null, null, 512, 2],
  ],
  Media: (rows) => [...rows, [2, 2, null, '#more.cab', null, null]],
  Registry: (rows) => [
    ...rows
      .filter((row) => row[3] !== 'Dropped')
      .map((row) => (row[3] === 'Changed' ? replace(4, 'after')(row) : row)),
    ['AddedRow', 2, key, 'Added', 'in [INSTALLDIR]', 'Sample'],
  ],
  CreateFolder: (rows) => [...rows, ['EmptyFolder', 'Sample']],
  InstallExecuteSequence: (rows) => [...rows, ['CreateFolders', null, 3700], ['WriteIniValues', null, 5100]],
};
/** A table that the package does not have. */
const iniFile: Table = {
  name: 'IniFile',
  columns: [
    text('IniFile', true),
    text('FileName', false),
    text('DirProperty', false),
    text('Section', false),
    text('Key', false),
    text('Value', false),
    { name: 'Action', kind: 'i2', size: 2, key: false, nullable: false, localizable: false },
    text('Component_', false),
  ],
  rows: [['Ini', 'added.ini', 'INSTALLDIR', 'section', 'key', 'in [ProductName]', 0, 'Sample']],
};

async function inMemory(make: (sink: ByteSink) => Promise<number>): Promise<Uint8Array> {
  const sink = bytesSink();
  await make(sink);
  return sink.bytes();
}

/** The package, its transform, and what the package is with it. */
async function make(): Promise<{
  msi: string;
  mst: string;
  base: Database;
  applied: Database;
  transform: Uint8Array;
}> {
  writeFileSync(join(wine.folder, 'sample.wxs'), source);
  writeFileSync(join(wine.folder, 'sample.txt'), 'sample\r\n');
  await promisify(execFile)('wixl', ['--arch', 'x64', '-o', 'sample.msi', 'sample.wxs'], {
    cwd: wine.folder,
  });
  const [msi, mst] = [join(wine.folder, 'sample.msi'), join(wine.folder, 'sample.mst')];
  const base = await openDatabase(bytesSource(readFileSync(msi)));
  const more = [{ name: 'MoreText', content: bytesSource(Buffer.from('from mst\n')) }];
  const cabinet = await inMemory((sink) => packCabinet(more, sink));
  const target = edited(base, edits, iniFile, { 'more.cab': bytesSource(cabinet) });
  const validate = validations.product | validations.updateVersion | validations.versionEqual;
  const transform = await inMemory(async (sink) =>
    writeTransform(await createTransform(base, target, { validate }), sink),
  );
  writeFileSync(mst, transform);
  return {
    msi,
    mst,
    base,
    applied: await applyTransform(base, await openTransform(bytesSource(transform))),
    transform,
  };
}

/** The same package with the transform inside. */
async function withEmbedded(base: Database, transform: Uint8Array): Promise<string> {
  const tables = await Promise.all(base.tables.map((name) => base.table(name)));
  const target = await applyTransform(base, await openTransform(bytesSource(transform)));
  const content = await createTransform(base, target);
  const streams = base.streams
    .filter(({ name }) => !name.startsWith('\u0005'))
    .map(({ name }) => ({ name, content: base.stream(name) ?? bytesSource(new Uint8Array(0)) }));
  const bytes = await inMemory(async (sink) =>
    writePackage(
      {
        kind: 'installer',
        codePage: base.codePage,
        tables,
        streams,
        storages: [{ ...content, name: 'inside' }],
        summary: await base.summary(),
      },
      sink,
    ),
  );
  const path = join(wine.folder, 'embedded.msi');
  writeFileSync(path, bytes);
  const storage = (await openDatabase(bytesSource(bytes))).storage('inside');
  assert.ok(storage);
  await applyTransform(base, await transformIn(storage));
  return path;
}

async function registryValue(path: string, name: string): Promise<string | undefined> {
  const { output } = await wine.prefix.run('reg', ['query', path, '/v', name]);
  return /REG_SZ\s+(.*?)\r?$/m.exec(output)?.[1];
}

/** Looks at the prefix for all that the applied package says. */
async function assertInstalled(applied: Database): Promise<void> {
  const rows = async (table: string) => (await applied.table(table)).rows;
  const install = (await rows('Directory')).find(([name]) => name === 'INSTALLDIR');
  const target = `C:\\Program Files\\${install?.[2]}\\`;
  const names = (await rows('File')).map((row) => String(row[2]));
  assert.deepEqual(readdirSync(wine.prefix.toLinux(target)).sort(), [...names, 'added.ini', 'empty'].sort());
  assert.equal(readFileSync(wine.prefix.toLinux(`${target}renamed.txt`), 'utf8'), 'sample\r\n');
  assert.equal(readFileSync(wine.prefix.toLinux(`${target}more.txt`), 'utf8'), 'from mst\n');
  assert.match(
    readFileSync(wine.prefix.toLinux(`${target}added.ini`), 'utf8'),
    /^\[section\]\r?\nkey=in After$/m,
  );
  for (const [, , path, name, value] of await rows('Registry')) {
    const expected = String(value).replace('[INSTALLDIR]', target);
    assert.equal(await registryValue(`HKLM\\${path}`, String(name)), expected, String(name));
  }
  assert.equal(await registryValue(`HKLM\\${key}`, 'Dropped'), undefined);
  const properties = new Map(
    await Promise.all((await rows('Property')).map(async ([name, value]) => [name, value] as const)),
  );
  const arp = `HKLM\\Software\\Microsoft\\Windows\\CurrentVersion\\Uninstall\\${productCode}`;
  assert.equal(await registryValue(arp, 'DisplayName'), properties.get('ProductName'));
  assert.equal(await registryValue(arp, 'Comments'), properties.get('ARPCOMMENTS'));
}

test('a transform changes what msiexec installs as it changes the package here, from a file and from inside', {
  skip,
}, async () => {
  const { msi, mst, base, applied, transform } = await make();
  assert.equal(
    (await wine.prefix.run('msiexec', ['/i', toWindows(msi), `TRANSFORMS=${toWindows(mst)}`, '/qn'])).code,
    0,
  );
  await assertInstalled(applied);
  assert.equal(
    (await wine.prefix.run('msiexec', ['/x', toWindows(msi), `TRANSFORMS=${toWindows(mst)}`, '/qn'])).code,
    0,
  );
  const installed = wine.prefix.toLinux('C:\\Program Files\\After');
  // Wine forgets what is in folders that a transform named; the files themselves are gone.
  assert.deepEqual(readdirSync(installed), ['added.ini', 'empty']);
  rmSync(installed, { recursive: true });

  const embedded = await withEmbedded(base, transform);
  assert.equal(
    (await wine.prefix.run('msiexec', ['/i', toWindows(embedded), 'TRANSFORMS=:inside', '/qn'])).code,
    0,
  );
  await assertInstalled(applied);
});
