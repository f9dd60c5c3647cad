/** A Windows in a folder: its registry files, its files by Windows paths, versions and hashes of programs. */
import assert from 'node:assert/strict';
import { symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { HoldfastError } from '@holdfast/contract';
import fc from 'fast-check';
import { dataText, type RegistryData } from '../src/root/data.ts';
import { fileHash } from '../src/root/file-hash.ts';
import { fileVersion } from '../src/root/file-version.ts';
import { programFile } from '../src/root/file-version-writer.ts';
import { readHive } from '../src/root/hive-reader.ts';
import { packGuid, unpackGuid } from '../src/root/packed-guid.ts';
import { installedProduct, installedProducts, recordedKeyPath } from '../src/root/registration.ts';
import { type RegistryPlace, rootRegistry } from '../src/root/registry.ts';
import { bytesSource } from '../src/source.ts';
import { rootFolder } from './support/windows-root.ts';

/** What Wine 8 writes, in small. */
const sample = String.raw`WINE REGISTRY Version 2
;; All keys relative to REGISTRY\\Machine

#arch=win64

[Software\\Sample] 1795337418
#time=1dd7a5e80378f9c
#class="a class"
@="default \"quoted\" \\ text"
"Bell"="\a\x20ac\x9\101\0end"
"Empty"=""
"Expandable"=str(2):"%TEMP%\\x"
"List"=str(7):"one\0two\0"
"Hex list"=hex(7):6f,00,6e,00,65,00,00,00,74,00,77,00,6f,00,00,00,00,00
"Number"=dword:ee6b2800
"Wide"=hex(b):01,00,00,00,00,00,00,80
"Bytes"=hex:00,ff,10,\
  20,30,\
  40
"Nothing"=hex:
"Odd"=hex(4):01,02

[Software\\Sample\\With [brackets\]] 1
"x"="y"

[Software\\Wow6432Node\\Sample] 1
@="narrow"

[Software\\Classes\\.sample] 1
@="machine"
"Only"="machine"

[Software\\Classes\\Wow6432Node\\CLSID\\{1}] 1
@="narrow class"

[Software\\Classes\\Wow6432Node\\.apart] 1
@="Wine keeps it apart"

[Software\\Linked] 1
#link
"SymbolicLinkValue"=hex(6):5c,00,52,00,65,00,67,00,69,00,73,00,74,00,72,00,79,\
  00,5c,00,4d,00,61,00,63,00,68,00,69,00,6e,00,65,00,5c,00,53,00,6f,00,66,00,\
  74,00,77,00,61,00,72,00,65,00,5c,00,53,00,61,00,6d,00,70,00,6c,00,65,00
`;
const user = String.raw`WINE REGISTRY Version 2
;; All keys relative to REGISTRY\\User\\S-1-5-21-0-0-0-1000

[Software\\Classes\\.sample] 1
@="user"
[Environment] 1
"A"="b"
`;

const hiveOf = (text: string) => readHive(bytesSource(Buffer.from(text, 'latin1')), 'system.reg');
const registry = async () =>
  rootRegistry({ machine: await hiveOf(sample), user: await hiveOf(user), defaultUser: undefined });
const at = (hive: RegistryPlace['hive'], key: string, view: RegistryPlace['view'] = '64') => ({
  hive,
  key,
  view,
});
const shown = (data: RegistryData | undefined) => (data === undefined ? undefined : dataText(data));

describe('the registry of a root', () => {
  it('has values of every type, with escapes and continued lines', async () => {
    const values = (await registry()).values(at('HKLM', 'SOFTWARE\\sample')) ?? [];
    assert.deepEqual(Object.fromEntries(values.map(({ name, data }) => [name, data])), {
      '': { kind: 'text', text: 'default "quoted" \\ text' },
      Bell: { kind: 'text', text: '\u0007€\tA\0end' },
      Empty: { kind: 'text', text: '' },
      Expandable: { kind: 'expandable', text: '%TEMP%\\x' },
      List: { kind: 'texts', texts: ['one', 'two'] },
      'Hex list': { kind: 'texts', texts: ['one', 'two'] },
      Number: { kind: 'number', number: 4_000_000_000 },
      Wide: { kind: 'wide-number', number: 0x8000_0000_0000_0001n },
      Bytes: { kind: 'bytes', type: 3, bytes: Uint8Array.of(0, 255, 16, 32, 48, 64) },
      Nothing: { kind: 'bytes', type: 3, bytes: new Uint8Array(0) },
      Odd: { kind: 'bytes', type: 4, bytes: Uint8Array.of(1, 2) },
    });
  });

  it('has the keys that its file names, and those above them', async () => {
    const found = await registry();
    assert.deepEqual(found.keys(at('HKLM', 'Software\\Sample')), ['With [brackets]']);
    assert.deepEqual(found.keys(at('HKLM', 'software')), ['Sample', 'Wow6432Node', 'Classes', 'Linked']);
    assert.equal(found.keys(at('HKLM', 'Software\\Missing')), undefined);
    assert.equal(shown(found.value(at('HKLM', 'Software\\Linked\\'), 'number')), '4000000000');
  });

  it('shows 32-bit programs what is theirs', async () => {
    const found = await registry();
    const value = (place: RegistryPlace) => shown(found.value(place, ''));
    assert.equal(value(at('HKLM', 'Software\\Sample', '32')), 'narrow');
    assert.equal(value(at('HKLM', 'Software\\Classes\\.sample', '32')), 'machine');
    assert.equal(value(at('HKLM', 'Software\\Classes\\.apart', '32')), 'Wine keeps it apart');
    assert.equal(value(at('HKCR', 'CLSID\\{1}', '32')), 'narrow class');
    assert.equal(value(at('HKCR', 'CLSID\\{1}')), undefined);
  });

  it('lays the classes of the user over those of the machine', async () => {
    const found = await registry();
    assert.equal(shown(found.value(at('HKCR', '.sample'), '')), 'user');
    assert.equal(shown(found.value(at('HKCR', '.sample'), 'only')), 'machine');
    assert.deepEqual(found.values(at('HKCR', '.sample'))?.length, 2);
    assert.equal(shown(found.value(at('HKU', 'S-1-5-21-0-0-0-1000\\Environment'), 'A')), 'b');
    assert.equal(found.value(at('HKU', '.DEFAULT\\Environment'), 'A'), undefined);
  });

  it('is refused with its line where it is damaged', async () => {
    const bad = async (text: string, where: RegExp) =>
      assert.rejects(hiveOf(text), (thrown) => {
        assert.ok(thrown instanceof HoldfastError);
        assert.equal(thrown.code, 'root.invalid');
        assert.match(thrown.message, where);
        return true;
      });
    const head = 'WINE REGISTRY Version 2\n';
    await bad('REGEDIT4\n', /line 1/);
    await bad(`${head}nonsense\n`, /line 2/);
    await bad(`${head}[Software\n`, /line 2/);
    await bad(`${head}[a]\n"x"="unclosed\n`, /line 3/);
    await bad(`${head}[a]\n"x"=dword:xyz\n`, /line 3/);
    await bad(`${head}[a]\n"x"=hex:00,\\\n`, /inside a value/);
    await bad(`${head}[${'a\\\\'.repeat(600)}a]\n`, /too deep/);
    await bad(`${head}[${'a'.repeat(300)}]\n`, /too long/);
  });

  it('ends in a value or in a coded error, whatever the bytes are', async () => {
    const lines = fc.array(
      fc.oneof(
        fc.string({ maxLength: 40 }),
        fc.constantFrom(...sample.split('\n')),
        fc
          .tuple(fc.constantFrom('[', '"', '@=', '#', 'hex:', '\\x'), fc.string({ maxLength: 20 }))
          .map((pair) => pair.join('')),
      ),
      { maxLength: 20 },
    );
    await fc.assert(
      fc.asyncProperty(lines, async (some) => {
        try {
          const hive = await hiveOf(['WINE REGISTRY Version 2', ...some].join('\n'));
          hive.key('Software\\Sample');
        } catch (thrown) {
          assert.ok(thrown instanceof HoldfastError, String(thrown));
        }
      }),
      { numRuns: 500, seed: 3 },
    );
  });

  it('is read or refused soon, however long its lines are', async () => {
    const head = 'WINE REGISTRY Version 2\n[a]\n';
    const many = `"x"=hex:${'00,\\\n  '.repeat(200_000)}00\n`;
    const value = (await hiveOf(head + many)).key('a')?.values.get('x')?.data;
    assert.deepEqual(value?.kind === 'bytes' && value.bytes.length, 200_001);
    const long = 'x'.repeat(1 << 24);
    for (const line of [
      `"${long}`,
      `"${long}"=hex:00,\\`,
      `[${'\\\\'.repeat(1 << 22)}]`,
      `"x"=hex:${'00,'.repeat(1 << 23)}`,
    ]) {
      await assert.rejects(hiveOf(`${head}${line}\n`), { code: 'root.invalid' });
    }
  });

  it('ends links that go in circles', async () => {
    const target = Buffer.from('\\Registry\\Machine\\Loop', 'utf16le')
      .toString('hex')
      .replace(/..(?!$)/g, '$&,');
    const hive = await hiveOf(
      `WINE REGISTRY Version 2\n\n[Loop] 1\n#link\n"SymbolicLinkValue"=hex(6):${target}\n`,
    );
    assert.equal(hive.key('Loop\\Below'), undefined);
  });
});

describe('the files of a root', () => {
  it('are found whatever their case, and not through links or out of the drive', async () => {
    await using folder = await rootFolder();
    await folder.write('C:\\Program Files\\Tool\\Tool.exe', 'tool');
    await symlink('/etc', folder.toLinux('C:\\Program Files\\etc'));
    const { files } = await folder.open();
    const path = 'C:\\Program Files\\Tool\\Tool.exe';
    assert.deepEqual(await files.stat('c:\\PROGRAM files\\tool\\TOOL.EXE'), { path, kind: 'file', size: 4 });
    assert.equal(await files.read(path.toUpperCase(), fileHash), '39ab32c5aeb56c9f5ae17f073ce31023');
    assert.equal((await files.stat('C:\\'))?.kind, 'folder');
    assert.equal((await files.stat('C:\\Program Files\\etc'))?.kind, 'link');
    assert.equal(await files.stat('C:\\Program Files\\etc\\passwd'), undefined);
    assert.equal(await files.stat('C:\\Program Files\\..\\..\\system.reg'), undefined);
    assert.equal(await files.read('C:\\Program Files\\Tool', fileHash), undefined);
    assert.equal(files.covers('D:\\x'), false);
    assert.equal(files.covers('\\\\server\\share\\x'), false);
    assert.equal(files.covers('C:\\x:stream'), false);
  });

  it('need a folder with a drive in it', async () => {
    await using folder = await rootFolder();
    const { registry: empty, architecture } = await folder.open();
    assert.equal(architecture, 'x64');
    assert.equal(empty.keys(at('HKLM', '')), undefined);
    await writeFile(join(folder.path, 'system.reg'), 'damaged');
    await assert.rejects(folder.open(), { code: 'root.invalid' });
  });
});

describe('the version of a program', () => {
  const read = (bytes: Uint8Array) => fileVersion(bytesSource(bytes));

  it('is read from 32-bit and 64-bit programs', async () => {
    for (const wide of [false, true]) {
      const file = programFile([6, 0, 8168, 1], [1033, 1031], wide);
      assert.deepEqual(await read(file), { version: '6.0.8168.1', languages: [1031, 1033] });
    }
  });

  it('is unknown where there is none, and however the file is damaged', async () => {
    assert.equal(await read(new Uint8Array(0)), undefined);
    assert.equal(await read(Buffer.from('text')), undefined);
    const file = programFile([1, 2, 3, 4], [1033]);
    for (let length = 0; length < file.length; length += 1) await read(file.subarray(0, length));
    const change = fc.tuple(fc.nat(file.length - 1), fc.nat(255));
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 8 }), async (changes) => {
        const damaged = Buffer.from(file);
        for (const [place, byte] of changes) damaged[place] = byte;
        await read(damaged);
      }),
      { numRuns: 2000, seed: 5 },
    );
  });
});

describe('what Windows Installer has on record', () => {
  const product = '{55717628-7AE6-4BCF-A046-FA2768945E76}';

  it('has GUIDs with the digits of their parts turned around', () => {
    assert.equal(packGuid(product), '826717556EA7FCB40A64AF728649E567');
    assert.equal(unpackGuid('826717556EA7FCB40A64AF728649E567'), product);
    assert.equal(packGuid('{5571}'), undefined);
    assert.equal(unpackGuid('826'), undefined);
  });

  it('names product, version and the key paths of its components', async () => {
    await using folder = await rootFolder();
    const data = String.raw`Software\\Microsoft\\Windows\\CurrentVersion\\Installer\\UserData\\S-1-5-18`;
    await folder.registry('system.reg', [
      String.raw`[${data}\\Products\\826717556EA7FCB40A64AF728649E567\\InstallProperties] 1`,
      '"DisplayName"="PuTTY"',
      '"DisplayVersion"="0.68.0.0"',
      String.raw`[${data}\\Components\\115FCA706FD63884AAAB33CB41093142] 1`,
      String.raw`"826717556EA7FCB40A64AF728649E567"="C?\\Tools\\putty.exe"`,
      String.raw`[${data}\\Components\\63FBB0310C4FB5F41976B73AC576A3BA] 1`,
      String.raw`"826717556EA7FCB40A64AF728649E567"="02:\\Software\\SimonTatham\\PuTTY\\PathEntry\\"`,
    ]);
    const { registry: found } = await folder.open();
    assert.deepEqual(installedProducts(found), [product]);
    const installed = installedProduct(found, product.toLowerCase());
    assert.ok(installed);
    assert.equal(installed.version, '0.68.0.0');
    assert.equal(installedProduct(found, '{00000000-0000-0000-0000-000000000000}'), undefined);
    assert.deepEqual(recordedKeyPath(found, installed, '{07ACF511-6DF6-4883-AABA-33BC14901324}'), {
      kind: 'path',
      path: 'C:\\Tools\\putty.exe',
    });
    assert.equal(recordedKeyPath(found, installed, '{00000000-0000-0000-0000-000000000000}'), undefined);
  });
});
