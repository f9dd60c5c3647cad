/** Packages that are built from descriptions, installed and removed by a real msiexec: what is there is what was described. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { bytesSink, bytesSource, writePackage } from '@holdfast/msi';
import { type CompiledProduct, compileProduct, type ProductDescription } from '@holdfast/msi/build';
import { toWindows, wineAvailable } from '../../packages/machine/wine/index.ts';
import { useWine } from '../support/wine.ts';

const skip = wineAvailable() ?? false;
const wine = useWine(skip);

const upgradeCode = '{3E9B8B5E-5D2B-4B0C-9D3C-7C3C8C1F3A11}';
/** Bytes that do not shrink, the same in every run. */
const noise = (length: number) =>
  Uint8Array.from({ length }, (_, index) => (index * index * 31 + (index >> 3)) & 255);
const contents: Readonly<Record<string, Uint8Array>> = {
  'app.exe': noise(200_000),
  'read me first.txt': Buffer.from('Read me first.\r\n'),
  'read me first, too.txt': Buffer.from('Read me second.\r\n'),
  empty: new Uint8Array(0),
  'old.txt': Buffer.from('old'),
  'new.txt': Buffer.from('new'),
  'never.txt': Buffer.from('never'),
  'data.bin': noise(70_000),
};

/** Real ones of Windows: a program runs, a library has a version. */
const system: Readonly<Record<string, string>> = {
  'tool.exe': 'C:\\windows\\system32\\cmd.exe',
  'library.dll': 'C:\\windows\\system32\\msi.dll',
};

function bytesFrom(source: string): Uint8Array | undefined {
  const path = system[source];
  return path === undefined ? contents[source] : readFileSync(wine.prefix.toLinux(path));
}

async function build(
  name: string,
  description: ProductDescription,
): Promise<CompiledProduct & { path: string }> {
  const compiled = await compileProduct(description, async (source) => {
    const bytes = bytesFrom(source);
    assert.ok(bytes, source);
    return bytesSource(bytes);
  });
  const path = join(wine.folder, name, `${name}.msi`);
  mkdirSync(dirname(path), { recursive: true });
  const sink = bytesSink();
  await writePackage(compiled.data, sink);
  writeFileSync(path, sink.bytes());
  for (const { name: beside, content } of compiled.beside) {
    mkdirSync(dirname(join(dirname(path), beside)), { recursive: true });
    writeFileSync(join(dirname(path), beside), await content.read(0, content.size));
  }
  return { ...compiled, path };
}

/** Runs msiexec without windows, and holds it to the exit code that it is to end with. */
async function msiexec(expected: number, ...words: readonly string[]): Promise<void> {
  const { code, output } = await wine.prefix.run('msiexec', [...words, '/qn', '/L*v', 'C:\\msiexec.txt']);
  const log = () => readFileSync(wine.prefix.toLinux('C:\\msiexec.txt'), 'utf8').slice(-2000);
  // Unix sees the low eight bits.
  if (code !== (expected & 255)) assert.fail(`${words.join(' ')} ended with ${code}: ${output}\n${log()}`);
}
const install = ({ path }: { path: string }, expected = 0) => msiexec(expected, '/i', toWindows(path));
const remove = ({ productCode }: CompiledProduct, expected = 0) => msiexec(expected, '/x', productCode);

/** Every file and empty folder below a Windows path, with its bytes; undefined where there is no such folder. */
function tree(windowsPath: string): Record<string, string> | undefined {
  const top = wine.prefix.toLinux(windowsPath);
  if (!existsSync(top)) return undefined;
  const found: Record<string, string> = {};
  for (const entry of readdirSync(top, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const name = path.slice(top.length + 1);
    if (entry.isFile()) found[name] = readFileSync(path).toString('base64');
    else if (readdirSync(path).length === 0) found[`${name}/`] = '';
  }
  return found;
}
/** What a tree is where every name has the bytes of the source of this name. */
const bytesOf = (...names: readonly string[]) =>
  Object.fromEntries(
    names.map((name) => [name, Buffer.from(bytesFrom(basename(name)) ?? []).toString('base64')]),
  );

/** Values below a key as `key\name` with type and data; undefined where there is no such key. */
async function registry(key: string): Promise<Record<string, string> | undefined> {
  const { code, output } = await wine.prefix.run('reg', ['query', key, '/s']);
  if (code !== 0) return undefined;
  const found: Record<string, string> = {};
  let at = '';
  for (const line of output.split(/\r?\n/)) {
    if (/^HKEY_/.test(line)) at = line.slice(line.indexOf('\\') + 1);
    const [, name, type, data = ''] = /^ {4}(.+?) {4}(REG_\w+)(?: {4}(.*))?$/.exec(line) ?? [];
    if (name !== undefined) found[`${at}\\${name}`] = `${type} ${data}`;
  }
  return found;
}

const serviceKey = 'System\\CurrentControlSet\\Services\\HoldfastBuilt';
const environmentKey = 'System\\CurrentControlSet\\Control\\Session Manager\\Environment';
const uninstallKey = 'Software\\Microsoft\\Windows\\CurrentVersion\\Uninstall';

/** Windows path of the only user's folder. */
function userFolder(): string {
  const [user] = readdirSync(wine.prefix.toLinux('C:\\users')).filter((name) => name !== 'Public');
  return `C:\\users\\${user}`;
}

/** Shortcuts below the user's program menu: Wine has them there, whoever the product is for. */
function shortcuts(): string[] {
  const menu = `${userFolder()}\\AppData\\Roaming\\Microsoft\\Windows\\Start Menu\\Programs`;
  return Object.keys(tree(menu) ?? {}).filter((name) => name.endsWith('.lnk'));
}

describe('built packages', { skip }, () => {
  const key = 'Software\\Holdfast\\Built';
  const everything: ProductDescription = {
    name: 'Holdfast Built',
    manufacturer: 'Holdfast',
    version: '1.0.0',
    upgradeCode,
    folder: 'ProgramFiles6432Folder/Holdfast/Built',
    folders: { DATADIR: 'CommonAppDataFolder/Holdfast Built' },
    features: [
      { id: 'Main', title: 'All that is needed' },
      { id: 'Extra', parent: 'Main', level: 3 },
      { id: 'Never', level: 1, conditions: [{ level: 0, condition: 'NOT NOSUCHPROPERTY' }] },
    ],
    files: [
      { source: 'read me first.txt', folder: 'doc' },
      { source: 'read me first, too.txt', folder: 'doc' },
      { source: 'empty', folder: 'deep/er' },
      { source: 'old.txt' },
      { source: 'data.bin', folder: 'DATADIR' },
      { source: 'never.txt', feature: 'Never' },
      { source: 'tool.exe', folder: 'tools', id: 'Tool' },
      { source: 'library.dll', folder: 'tools' },
      { source: 'new.txt', name: 'conditional.txt', condition: 'NOSUCHPROPERTY' },
    ],
    components: [
      {
        id: 'Program',
        files: [{ source: 'app.exe', id: 'App', readOnly: true }],
        services: [
          {
            name: 'HoldfastBuilt',
            displayName: 'Holdfast Built',
            description: 'A service that never runs',
            arguments: '--service',
            start: 'demand',
            account: 'LocalSystem',
            dependsOn: ['RpcSs'],
          },
        ],
        shortcuts: [
          { name: 'Built by Holdfast', file: 'App', folder: 'ProgramMenuFolder/Holdfast', arguments: '-x' },
        ],
        createFolders: ['logs'],
        environment: [
          { name: 'HOLDFAST_BUILT', value: '[INSTALLDIR]' },
          { name: 'PATH', value: '[INSTALLDIR]', merge: 'append' },
        ],
        ini: [
          {
            file: 'settings.ini',
            folder: 'DATADIR',
            section: 'Built',
            key: 'Version',
            value: '[ProductVersion]',
          },
        ],
      },
    ],
    registry: [
      { root: 'HKLM', key, value: 'the default value' },
      { root: 'HKLM', key, name: 'String', value: '[INSTALLDIR]x' },
      { root: 'HKLM', key, name: 'Hash', value: '#1 of many' },
      { root: 'HKLM', key, name: 'Expandable', type: 'expandable', value: '%TEMP%\\x' },
      { root: 'HKLM', key, name: 'Multi', value: ['one', 'two', 'three'] },
      { root: 'HKLM', key, name: 'Multi of one', value: ['only'] },
      { root: 'HKLM', key, name: 'Number', value: 4_000_000_000 },
      { root: 'HKLM', key, name: 'Binary', type: 'binary', value: '00FF10' },
      { root: 'HKLM', key, name: 'FromAction', value: '[CHOSEN]' },
      { root: 'HKLM', key: `${key}\\Key`, removeKey: true },
      { root: 'HKCU', key, name: 'User', value: 1 },
      { root: 'HKLM', key, name: 'NotThere', value: 1, feature: 'Extra' },
    ],
    customActions: [
      { id: 'Choose', property: 'CHOSEN', value: 'by [ProductName]', after: 'CostFinalize' },
      {
        id: 'Ran',
        command: 'cmd /c echo [INSTALLDIR]> C:\\holdfast-ran.txt',
        when: 'deferred',
        elevated: true,
        before: 'InstallFinalize',
        condition: 'NOT REMOVE',
      },
      {
        id: 'RanTool',
        file: 'Tool',
        arguments: '/c "echo file> C:\\holdfast-file.txt"',
        when: 'deferred',
        after: 'InstallFiles',
        condition: 'NOT REMOVE',
      },
      {
        id: 'RanBinary',
        binary: 'tool.exe',
        arguments: '/c "echo binary> C:\\holdfast-binary.txt"',
        after: 'InstallFinalize',
        condition: 'NOT REMOVE',
      },
    ],
    programs: { contact: 'Ada', noModify: true, helpLink: 'https://holdfast.example/help' },
  };

  it('install the files, values, service, shortcut and settings that are described, and nothing else', async () => {
    const built = await build('everything', everything);
    await install(built);
    assert.deepEqual(tree('C:\\Program Files\\Holdfast'), {
      ...bytesOf(
        'Built/app.exe',
        'Built/doc/read me first.txt',
        'Built/doc/read me first, too.txt',
        'Built/deep/er/empty',
        'Built/old.txt',
        'Built/tools/library.dll',
        'Built/tools/tool.exe',
      ),
      'Built/logs/': '',
    });
    assert.deepEqual(tree('C:\\ProgramData\\Holdfast Built'), {
      ...bytesOf('data.bin'),
      'settings.ini': Buffer.from('[Built]\r\nVersion=1.0.0\r\n').toString('base64'),
    });
    assert.deepEqual(await registry(`HKLM\\${key}`), {
      [`${key}\\(Default)`]: 'REG_SZ the default value',
      [`${key}\\Binary`]: 'REG_BINARY 00FF10',
      [`${key}\\Expandable`]: 'REG_EXPAND_SZ %TEMP%\\x',
      [`${key}\\FromAction`]: 'REG_SZ by Holdfast Built',
      [`${key}\\Hash`]: 'REG_SZ #1 of many',
      [`${key}\\Multi`]: 'REG_MULTI_SZ one\\0two\\0three',
      [`${key}\\Multi of one`]: 'REG_MULTI_SZ only',
      [`${key}\\Number`]: 'REG_DWORD 0xee6b2800',
      [`${key}\\String`]: 'REG_SZ C:\\Program Files\\Holdfast\\Built\\x',
    });
    assert.deepEqual(await registry(`HKLM\\${key}\\Key`), {});
    assert.deepEqual(await registry(`HKCU\\${key}`), { [`${key}\\User`]: 'REG_DWORD 0x1' });
    const service = await registry(`HKLM\\${serviceKey}`);
    assert.equal(
      service?.[`${serviceKey}\\ImagePath`],
      'REG_SZ C:\\Program Files\\Holdfast\\Built\\app.exe --service',
    );
    assert.equal(service?.[`${serviceKey}\\Start`], 'REG_DWORD 0x3');
    assert.equal(service?.[`${serviceKey}\\DependOnService`], 'REG_MULTI_SZ RpcSs');
    const environment = await registry(`HKLM\\${environmentKey}`);
    assert.equal(
      environment?.[`${environmentKey}\\HOLDFAST_BUILT`],
      'REG_SZ C:\\Program Files\\Holdfast\\Built\\',
    );
    assert.match(environment?.[`${environmentKey}\\PATH`] ?? '', /;C:\\Program Files\\Holdfast\\Built\\$/);
    assert.deepEqual(shortcuts(), ['Holdfast/Built by Holdfast.lnk']);
    assert.match(
      readFileSync(wine.prefix.toLinux('C:\\holdfast-ran.txt'), 'utf8'),
      /^C:\\Program Files\\Holdfast\\Built\\/,
    );
    assert.match(readFileSync(wine.prefix.toLinux('C:\\holdfast-file.txt'), 'utf8'), /^file/);
    assert.match(readFileSync(wine.prefix.toLinux('C:\\holdfast-binary.txt'), 'utf8'), /^binary/);
    const library = built.files.find(({ source }) => source === 'library.dll');
    assert.match(library?.version ?? '', /^\d+(\.\d+){3}$/);
    const listed = await registry(`HKLM\\${uninstallKey}\\${built.productCode}`);
    assert.equal(listed?.[`${uninstallKey}\\${built.productCode}\\DisplayVersion`], 'REG_SZ 1.0.0');
    assert.equal(listed?.[`${uninstallKey}\\${built.productCode}\\Contact`], 'REG_SZ Ada');
  });

  it('replace an older version, and refuse to be replaced by one', async () => {
    const { files = [] } = everything;
    const newer = await build('newer', {
      ...everything,
      version: '1.1.0',
      files: [...files.filter((file) => file.source !== 'old.txt'), { source: 'new.txt' }],
    });
    const older = await build('older', { ...everything, version: '1.0.5' });
    await install(newer);
    assert.deepEqual(Object.keys(tree('C:\\Program Files\\Holdfast\\Built') ?? {}).sort(), [
      'app.exe',
      'deep/er/empty',
      'doc/read me first, too.txt',
      'doc/read me first.txt',
      'logs/',
      'new.txt',
      'tools/library.dll',
      'tools/tool.exe',
    ]);
    const products = Object.entries((await registry(`HKLM\\${uninstallKey}`)) ?? {});
    assert.deepEqual(
      products.filter(([name]) => name.endsWith('\\DisplayVersion')).map(([, version]) => version),
      ['REG_SZ 1.1.0'],
    );
    await install(older, 1603);
    await remove(older, 1605);
    assert.ok(existsSync(wine.prefix.toLinux('C:\\Program Files\\Holdfast\\Built\\new.txt')));

    await remove(newer);
    assert.deepEqual(tree('C:\\Program Files\\Holdfast\\Built'), undefined);
    assert.deepEqual(Object.keys(tree('C:\\ProgramData\\Holdfast Built') ?? {}), ['settings.ini']);
    assert.doesNotMatch(
      readFileSync(wine.prefix.toLinux('C:\\ProgramData\\Holdfast Built\\settings.ini'), 'utf8'),
      /Version/,
    );
    for (const gone of [`HKLM\\${key}`, `HKCU\\${key}`, `HKLM\\${serviceKey}`]) {
      assert.equal(await registry(gone), undefined, gone);
    }
    const environment = await registry(`HKLM\\${environmentKey}`);
    assert.equal(environment?.[`${environmentKey}\\HOLDFAST_BUILT`], undefined);
    assert.doesNotMatch(environment?.[`${environmentKey}\\PATH`] ?? '', /Holdfast/);
    assert.deepEqual(shortcuts(), []);
    assert.equal(await registry(`HKLM\\${uninstallKey}\\${newer.productCode}`), undefined);
  });

  it('refuse where a launch condition does not hold, and leave nothing behind', async () => {
    const refused = await build('refused', {
      name: 'Holdfast Refused',
      manufacturer: 'Holdfast',
      version: '1.0.0',
      upgradeCode: '{3E9B8B5E-5D2B-4B0C-9D3C-7C3C8C1F3A12}',
      files: [{ source: 'new.txt' }],
      searches: [
        { property: 'FOUND', registry: { root: 'HKLM', key: 'Software\\Holdfast\\Wanted', name: 'x' } },
      ],
      launchConditions: [{ condition: 'FOUND = "yes"', message: 'This needs something else first.' }],
    });
    const { rows = [] } = refused.data.tables.find(({ name }) => name === 'LaunchCondition') ?? {};
    assert.ok(rows.some(([, message]) => message === 'This needs something else first.'));
    await install(refused, 1603);
    assert.equal(tree('C:\\Program Files\\Holdfast Refused'), undefined);
    await wine.prefix.run('reg', ['add', 'HKLM\\Software\\Holdfast\\Wanted', '/v', 'x', '/d', 'yes', '/f']);
    await install(refused);
    assert.deepEqual(tree('C:\\Program Files\\Holdfast Refused'), bytesOf('new.txt'));
    await remove(refused);
    assert.equal(tree('C:\\Program Files\\Holdfast Refused'), undefined);
  });

  for (const [files, compression, architecture] of [
    ['external', 'mszip', 'x86'],
    ['embedded', 'none', 'x86'],
    ['uncompressed', 'none', 'x64'],
  ] as const) {
    it(`install from ${files} files (${compression}) for ${architecture}, where and only where this one belongs`, async () => {
      const built = await build(`${files}-${architecture}`, {
        name: `Holdfast ${files}`,
        manufacturer: 'Holdfast',
        version: '2.0.0',
        upgradeCode: `{3E9B8B5E-5D2B-4B0C-9D3C-${Buffer.from(files.slice(0, 6)).toString('hex')}}`,
        architecture,
        media: { files, compression },
        files: [
          { source: 'app.exe' },
          { source: 'read me first.txt', folder: 'doc for all' },
          { source: 'empty' },
        ],
        registry: [
          { root: 'HKLM', key: 'Software\\Holdfast\\Layout', name: 'Folder', value: '[INSTALLDIR]' },
        ],
      });
      await install(built);
      const [here, other] = ['C:\\Program Files', 'C:\\Program Files (x86)'].sort((one) =>
        one.endsWith('(x86)') === (architecture === 'x86') ? -1 : 1,
      );
      assert.deepEqual(
        tree(`${here}\\Holdfast ${files}`),
        bytesOf('app.exe', 'doc for all/read me first.txt', 'empty'),
      );
      assert.equal(tree(`${other}\\Holdfast ${files}`), undefined);
      const narrow = architecture === 'x86' ? 'Software\\Wow6432Node' : 'Software';
      assert.deepEqual(await registry(`HKLM\\${narrow}\\Holdfast\\Layout`), {
        [`${narrow}\\Holdfast\\Layout\\Folder`]: `REG_SZ ${here}\\Holdfast ${files}\\`,
      });
      await remove(built);
      assert.equal(tree(`${here}\\Holdfast ${files}`), undefined);
      assert.equal(await registry(`HKLM\\${narrow}\\Holdfast\\Layout`), undefined);
    });
  }

  it('install for one user without the machine being touched', async () => {
    const built = await build('user', {
      name: 'Holdfast User',
      manufacturer: 'Holdfast',
      version: '1.0.0',
      scope: 'user',
      upgradeCode: '{3E9B8B5E-5D2B-4B0C-9D3C-7C3C8C1F3A14}',
      files: [{ source: 'new.txt' }],
      registry: [{ root: 'HKMU', key: 'Software\\Holdfast\\User', name: 'x', value: 1 }],
    });
    await install(built);
    assert.deepEqual(tree(`${userFolder()}\\AppData\\Local\\Programs\\Holdfast User`), bytesOf('new.txt'));
    assert.deepEqual(await registry('HKCU\\Software\\Holdfast\\User'), {
      'Software\\Holdfast\\User\\x': 'REG_DWORD 0x1',
    });
    assert.equal(await registry('HKLM\\Software\\Holdfast\\User'), undefined);
    await remove(built);
    assert.equal(tree(`${userFolder()}\\AppData\\Local\\Programs\\Holdfast User`), undefined);
    assert.equal(await registry('HKCU\\Software\\Holdfast\\User'), undefined);
  });
});
