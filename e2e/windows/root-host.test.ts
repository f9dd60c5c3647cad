/** A Wine prefix that was changed through its files: Wine reads what was written, and what Wine writes is read. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { linuxMachine, wineServerRuns } from '@holdfast/machine';
import { wineAvailable } from '@holdfast/machine/wine';
import { openHost, type RegistryChange, type RegistryData, type RegistryPlace } from '@holdfast/msi';
import { useWine } from '../support/wine.ts';

const skip = wineAvailable() ?? false;
const wine = useWine(skip);
const path = join(wine.folder, 'prefix');
const { disk, clock, entropy } = linuxMachine();

const installer = { identity: { pid: 1, started: '1', bootId: '1' }, alive: async () => false };
const open = () => openHost(disk, path, { clock, entropy, installer });
const place = (view: '64' | '32', key = 'Software\\Holdfast Sample'): RegistryPlace => ({
  hive: 'HKLM',
  key,
  view,
});
const set = (at: RegistryPlace, name: string, data: RegistryData): RegistryChange => ({
  kind: 'set',
  place: at,
  name,
  data,
});

async function query(...words: readonly string[]): Promise<string> {
  const { code, output } = await wine.prefix.run('reg', ['query', ...words]);
  assert.equal(code, 0, output);
  return output.replaceAll('\r', '');
}

test('a prefix that was changed loses nothing, and Wine reads every type of value', { skip }, async () => {
  await wine.prefix.shutDown();
  const original = await readFile(join(path, 'system.reg'), 'latin1');
  const host = await open();
  const values: readonly (readonly [string, RegistryData, string])[] = [
    ['Text', { kind: 'text', text: 'quotes " and \\ [x]' }, 'REG_SZ    quotes " and \\ [x]'],
    ['Expandable', { kind: 'expandable', text: '%TEMP%\\x' }, 'REG_EXPAND_SZ    %TEMP%\\x'],
    ['List', { kind: 'texts', texts: ['one', 'two'] }, 'REG_MULTI_SZ    one\\0two'],
    ['Number', { kind: 'number', number: 0xfffffffe }, 'REG_DWORD    0xfffffffe'],
    [
      'Bytes',
      { kind: 'bytes', type: 3, bytes: Buffer.alloc(100, 0xab) },
      `REG_BINARY    ${'AB'.repeat(100)}`,
    ],
    ['Gr\u00fc\u00dfe', { kind: 'text', text: '\u20acuro' }, 'REG_SZ'],
  ];
  await host.registry.apply([
    ...values.map(([name, data]) => set(place('64'), name, data)),
    set(place('32'), 'Narrow', { kind: 'text', text: 'for 32-bit programs' }),
    set({ hive: 'HKCU', key: 'Software\\Holdfast Sample', view: '64' }, '', { kind: 'text', text: 'mine' }),
  ]);
  const changed = await readFile(join(path, 'system.reg'), 'latin1');
  await host.registry.apply([
    { kind: 'remove-key', place: place('64') },
    { kind: 'remove-key', place: place('32') },
  ]);
  const restored = await readFile(join(path, 'system.reg'), 'latin1');
  // Keys that got or lost one below them were modified; nothing else is other than before.
  assert.deepEqual(withoutTimes(restored), withoutTimes(original));
  assert.notDeepEqual(withoutTimes(changed), withoutTimes(original));

  await host.registry.apply([
    ...values.map(([name, data]) => set(place('64'), name, data)),
    set(place('32'), 'Narrow', { kind: 'text', text: 'for 32-bit programs' }),
  ]);
  const told = await query('HKLM\\Software\\Holdfast Sample');
  for (const [name, , shown] of values.slice(0, -1))
    assert.ok(told.includes(`    ${name}    ${shown}`), told);
  // On its console Wine prints only what the code page has; a file has it all.
  await wine.prefix.run('reg', ['export', 'HKLM\\Software\\Holdfast Sample', 'c:\\exported.reg', '/y']);
  assert.match(
    await readFile(join(wine.prefix.driveC, 'exported.reg'), 'utf16le'),
    /"Gr\u00fc\u00dfe"="\u20acuro"/,
  );
  assert.match(
    await query('HKLM\\Software\\Holdfast Sample', '/reg:32'),
    /Narrow {4}REG_SZ {4}for 32-bit programs/,
  );
  assert.match(await query('HKCU\\Software\\Holdfast Sample', '/ve'), /mine/);
});

test('what Wine writes is read, and what it wrote meanwhile is never written over', { skip }, async () => {
  await wine.prefix.shutDown();
  const early = await open();
  const { code, output } = await wine.prefix.run('reg', [
    ...['add', 'HKLM\\Software\\Written by Wine', '/v', 'List', '/t', 'REG_MULTI_SZ'],
    ...['/d', 'one\\0two', '/f', '/reg:32'],
  ]);
  assert.equal(code, 0, output);
  await wine.prefix.shutDown();
  await assert.rejects(
    early.registry.apply([set(place('64', 'Software\\Late'), 'x', { kind: 'text', text: 'x' })]),
    {
      code: 'conflict',
    },
  );
  const { registry, machine } = await open();
  assert.deepEqual(registry.value(place('32', 'Software\\Written by Wine'), 'List'), {
    kind: 'texts',
    texts: ['one', 'two'],
  });
  assert.equal(registry.values(place('64', 'Software\\Late')), undefined);
  assert.equal(machine.architecture, 'x64');
  assert.equal(machine.windows, '10.0');
  assert.equal(machine.folders.get('ProgramFilesFolder'), 'C:\\Program Files (x86)\\');
  assert.equal(machine.folders.get('WindowsFolder')?.toLowerCase(), 'c:\\windows\\');
});

test('nothing is written to the registry while a wineserver runs on it', { skip }, async () => {
  await wine.prefix.shutDown();
  assert.equal(await wineServerRuns(path), false);
  const running = wine.prefix.start('cmd', ['/c', 'pause > nul & ping -n 60 127.0.0.1 > nul']);
  const isServed = () => wineServerRuns(path);
  while (!(await isServed())) await clock.sleep(50);
  const host = await openHost(disk, path, { clock, entropy, installer, isServed });
  const change = set(place('64', 'Software\\Late'), 'x', { kind: 'text', text: 'x' });
  await assert.rejects(host.registry.apply([change]), { code: 'conflict' });
  await wine.prefix.shutDown();
  await running.exit;
  const later = await openHost(disk, path, { clock, entropy, installer, isServed });
  await later.registry.apply([change, { kind: 'remove-key', place: change.place }]);
});

test('Wine finds files, services and what waits for the next start', { skip }, async () => {
  await wine.prefix.shutDown();
  const { files, services } = await open();
  async function* content() {
    yield Buffer.from('placed by hand');
  }
  await files.stage('C:\\windows\\TEMP\\Placed file.txt', content(), 14, Date.UTC(2003, 4, 6));
  await files.stage('C:\\moved at restart.txt', content(), 14);
  await files.atRestart('C:\\moved at restart.txt', 'C:\\arrived.txt');
  await services.put({
    name: 'HoldfastSample',
    displayName: 'Holdfast sample',
    type: 16,
    start: 3,
    errorControl: 1,
    binaryPath: 'C:\\windows\\sample.exe',
    loadOrderGroup: '',
    dependencies: ['RpcSs'],
    account: '',
    description: 'Sample',
  });
  const typed = await wine.prefix.run('cmd', ['/c', 'type', 'c:\\WINDOWS\\temp\\placed FILE.txt']);
  assert.match(typed.output, /placed by hand/);
  const service = await query('HKLM\\System\\CurrentControlSet\\Services\\HoldfastSample');
  assert.match(service, /ImagePath {4}REG_EXPAND_SZ {4}C:\\windows\\sample\.exe/);
  // Wine's wineboot does what Windows does when it starts.
  await wine.prefix.shutDown();
  await wine.prefix.run('wineboot', ['-r']);
  await wine.prefix.shutDown();
  const later = await open();
  assert.equal((await later.files.stat('C:\\arrived.txt'))?.size, 14);
  assert.equal(await later.files.stat('C:\\moved at restart.txt'), undefined);
  const configured = await later.services.get('HoldfastSample');
  assert.equal(configured?.configuration.displayName, 'Holdfast sample');
  assert.deepEqual(configured?.configuration.dependencies, ['RpcSs']);
});

function withoutTimes(text: string): readonly string[] {
  return text
    .split('\n')
    .filter((line) => !line.startsWith('#time='))
    .map((line) => (line.startsWith('[') ? line.replace(/ \d+$/, '') : line));
}
