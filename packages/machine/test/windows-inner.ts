/** The contract suites with the ports of Windows: bundled, and run by Windows Node. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { win32 as path } from 'node:path';
import {
  bootContract,
  clockContract,
  diskContract,
  entropyContract,
  facilitiesContract,
  identitiesContract,
  installersContract,
  networkContract,
  processesContract,
  registryContract,
} from '@holdfast/ports/suites';
import { windowsDisk } from '../src/windows/disk.ts';
import { windowsMachine } from '../src/windows/index.ts';
import { invalidHandle, win32 } from '../src/windows/win32.ts';
import { nodeCommands, nodeFamily, nodeOrphan } from './known-commands.ts';
import { directNetwork } from './network-fixture.ts';
import { holdInstaller, windowsGateTests } from './windows-gates.ts';
import { type InstallerCase, msiexecTest } from './windows-msiexec.ts';
import { windowsOwnTests } from './windows-own.ts';

const machine = windowsMachine();
const nothing = async () => undefined;

type Prepared = {
  readonly installed?: InstallerCase;
  readonly cases: readonly InstallerCase[];
  /** Bundle of the service. */
  readonly service?: string;
};

/** What the test outside has prepared. */
const { installed, cases, service }: Prepared = JSON.parse(process.argv[2] ?? '{"cases":[]}');

clockContract(async () => ({ clock: machine.clock, cleanup: nothing }));
entropyContract(async () => ({ entropy: machine.entropy, cleanup: nothing }));
identitiesContract(async () => ({ identities: machine.identities, cleanup: nothing }));
networkContract(directNetwork);
bootContract(async () => ({ boot: machine.boot, cleanup: nothing }));
facilitiesContract(async () => ({
  facilities: machine.facilities ?? assert.fail('Windows has facilities'),
  has: ['wmi'],
  cleanup: nothing,
}));

/** An empty folder, and its removal. */
function temporaryFolder(): { folder: string; cleanup: () => Promise<void> } {
  const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-'));
  return { folder, cleanup: async () => rmSync(folder, { recursive: true, force: true }) };
}

const genericReadAndWrite = 0xc000_0000;
const createAlways = 2;

diskContract(async () => ({
  ...temporaryFolder(),
  disk: windowsDisk({ clock: machine.clock, patienceMs: 200 }),
  names: 'windows',
  renamesOpenFolders: false,
  hold: async (file) => {
    // Shared with nobody, as an installer or a virus scanner holds it.
    const handle = win32().createFile(file, genericReadAndWrite, 0, createAlways, 0);
    if (handle === invalidHandle) throw new Error(`could not hold ${file}`);
    return async () => win32().closeHandle(handle);
  },
}));

processesContract(async () => {
  const { folder, cleanup } = temporaryFolder();
  const closers: (() => Promise<void>)[] = [];
  return {
    processes: machine.processes,
    commands: nodeCommands(process.execPath, folder),
    family: async () => {
      const family = await nodeFamily(process.execPath, folder);
      closers.push(family.close);
      return family;
    },
    orphan: async () => {
      const orphan = await nodeOrphan(machine.processes, process.execPath, folder);
      closers.push(orphan.close);
      return orphan;
    },
    cleanup: async () => {
      for (const close of closers) await close();
      await cleanup();
    },
  };
});

const testKey = 'Software\\Holdfast Contract';

const inUserHive = (name: string) => ({ hive: 'HKCU', key: testKey, name, view: '64' }) as const;
const inView = (view: '64' | '32') => ({ hive: 'HKLM', key: testKey, name: 'view', view }) as const;

let valuesAreThere = false;

/** Values of every type, made once by Windows' own program; they go with the prefix. The suite writes over them last. */
function makeRegistryValues(): void {
  if (valuesAreThere) return;
  valuesAreThere = true;
  const add = (hive: string, ...words: string[]) =>
    execFileSync('reg.exe', ['add', `${hive}\\${testKey}`, ...words, '/f'], { stdio: 'ignore' });
  add('HKCU', '/v', 'text', '/t', 'REG_SZ', '/d', 'first light');
  add('HKCU', '/v', 'expandable', '/t', 'REG_EXPAND_SZ', '/d', '%SystemRoot%\\x');
  add('HKCU', '/v', 'number', '/t', 'REG_DWORD', '/d', '4000000000');
  add('HKCU', '/v', 'several', '/t', 'REG_MULTI_SZ', '/d', 'one\\0two');
  add('HKCU', '/v', 'binary', '/t', 'REG_BINARY', '/d', '00ff10');
  add('HKCU', '/ve', '/d', 'by default');
  for (const view of ['64', '32']) add('HKLM', '/v', 'view', '/d', `of ${view} bits`, `/reg:${view}`);
}

registryContract(async () => {
  makeRegistryValues();
  return {
    registry: machine.registry,
    values: [
      { at: inUserHive('text'), text: 'first light' },
      { at: inUserHive('TEXT'), text: 'first light' },
      { at: inUserHive('expandable'), text: '%SystemRoot%\\x' },
      { at: inUserHive('number'), text: '4000000000' },
      { at: inUserHive('several'), text: 'one\ntwo' },
      { at: inUserHive('binary'), text: '00ff10' },
      { at: inUserHive(''), text: 'by default' },
      { at: inView('64'), text: 'of 64 bits' },
      { at: inView('32'), text: 'of 32 bits' },
    ],
    place: { ...inView('32'), key: `${testKey}\\New`, name: 'own' },
    cleanup: nothing,
  };
});

installersContract(async () => {
  const { folder, cleanup } = temporaryFolder();
  const plainFile = path.join(folder, 'plain.txt');
  writeFileSync(plainFile, 'no version');
  return {
    installers: machine.installers,
    has: { dpkg: false, msi: true },
    ...(installed === undefined ? {} : { installedMsi: installed }),
    clock: machine.clock,
    busy: async () => holdInstaller(),
    versionedFile: { path: process.execPath, version: `${process.versions.node}.0` },
    plainFile,
    missingFile: path.join(folder, 'missing.txt'),
    cleanup,
  };
});

windowsGateTests(machine, service);
windowsOwnTests();
for (const installer of cases) msiexecTest(machine, installer);
