/** Command lines and detection rules, on paths of both kinds of platform. */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { compareVersions, type DetectionRule, type Intent, sha256 } from '@holdfast/contract';
import { linuxMachine } from '@holdfast/machine';
import type { Installers } from '@holdfast/ports';
import { parseCommand } from '../src/software/command.ts';
import { detect } from '../src/software/detect.ts';

const variables = { content: '/work/a b', root: '/root dir', log: '/logs/x.log', state: '/state' };

test('a command line is words: blanks separate, quotes keep together, variables split nothing', () => {
  const line = '"{content}/set up.sh"  --to={root}\t"" a"b c"d {state}/mark';
  assert.deepEqual(parseCommand(line, variables, 'linux', '/work'), {
    program: '/work/a b/set up.sh',
    arguments: ['--to=/root dir', '', 'ab cd', '/state/mark'],
    folder: '/work',
  });
});

test('no shell reads a command line: its characters are characters', () => {
  const { arguments: words } = parseCommand('echo $HOME;`id` *\\n > f', variables, 'linux', '/');
  assert.deepEqual(words, ['$HOME;`id`', '*\\n', '>', 'f']);
});

test('on Windows the rest goes to the program verbatim, product codes untouched', () => {
  const windows = { content: 'C:\\state\\work', root: '', log: 'C:\\state\\r.log', state: 'C:\\state' };
  const line =
    'msiexec /I "{content}\\putty.msi" /L*v "{log}" REINSTALLMODE=vmeus  REINSTALL=ALL /x {1234-AB}';
  assert.deepEqual(parseCommand(line, windows, 'windows', 'C:\\'), {
    program: 'msiexec',
    arguments:
      '/I "C:\\state\\work\\putty.msi" /L*v "C:\\state\\r.log" REINSTALLMODE=vmeus  REINSTALL=ALL /x {1234-AB}',
    folder: 'C:\\',
  });
});

test('a command line that is empty or has an open quotation mark is refused', () => {
  for (const line of ['', '  ', '""', 'a "b']) {
    assert.throws(() => parseCommand(line, variables, 'linux', '/'), { code: 'command.invalid' });
  }
});

/** A root with `app/tool` in it, and what the installers and the registry would say. */
async function looking(test: TestContext, installers: Partial<Installers> = {}, intent: Intent = 'install') {
  const root = await mkdtemp(join(tmpdir(), 'holdfast-detect-'));
  test.after(() => rm(root, { recursive: true }));
  await mkdir(join(root, 'app'));
  await writeFile(join(root, 'app/tool'), 'tool');
  await symlink('app', join(root, 'link'));
  await symlink('/etc/passwd', join(root, 'app/passwd'));
  const ports = {
    disk: linuxMachine().disk,
    registry: {
      read: async ({ name, view }: { name: string; view: string }) => (name === 'There' ? view : undefined),
    },
    installers: {
      dpkg: async () => undefined,
      msi: async () => undefined,
      fileVersion: async () => undefined,
      ...installers,
    },
  };
  const state = await mkdtemp(join(tmpdir(), 'holdfast-state-'));
  test.after(() => rm(state, { recursive: true }));
  await writeFile(join(state, 'mark'), 'mark');
  return (...rules: DetectionRule[]) => detect(ports, rules, { platform: 'linux', root, state }, intent);
}

test('for a removal it is looked at whether a part is left, whichever rule is the one that fails', async (t) => {
  const look = await looking(t, {}, 'uninstall');
  const [there, gone] = ['/app/tool', '/app/gone'].map((path) => ({ kind: 'file', path }) as const);
  assert.ok(there && gone);
  assert.equal((await look(there, gone)).part, true);
  assert.equal((await look(gone, there)).part, true);
  assert.equal((await look(gone)).part, false);
  const installing = await looking(t);
  assert.equal((await installing(gone, there)).part, undefined);
});

test('a file rule holds for a file that is there, with the right content, inside the root', async (t) => {
  const look = await looking(t);
  const file = (path: string, rest = {}) => look({ kind: 'file', path, ...rest });
  assert.equal((await file('/app/tool')).present, true);
  assert.equal((await file('/app/tool', { sha256: sha256('tool') })).present, true);
  assert.match((await file('/app/tool', { sha256: sha256('x') })).reason, /another content/);
  assert.match((await file('/app/gone')).reason, /is missing/);
  assert.match((await file('/no/where/tool')).reason, /folder no is missing/);
  assert.match((await file('/app')).reason, /is not a file/);
});

test('a file rule follows no link and leaves its root by no path', async (t) => {
  const look = await looking(t);
  assert.match((await look({ kind: 'file', path: '/link/tool' })).reason, /link on the way/);
  assert.match((await look({ kind: 'file', path: '/app/passwd' })).reason, /is not a file/);
  await assert.rejects(look({ kind: 'file', path: '/app/../../etc/passwd' }), { code: 'disk.outside' });
  await assert.rejects(look({ kind: 'file', path: 'C:\\Windows\\x' }), { code: 'command.invalid' });
});

test('a file rule of the state folder looks there, beside the root, and leaves it by no path', async (t) => {
  const look = await looking(t);
  const file = (path: string, rest = {}) => look({ kind: 'file', path, ...rest });
  assert.equal((await file('{state}/mark', { sha256: sha256('mark') })).present, true);
  assert.match((await file('{state}/tool')).reason, /is missing/);
  await assert.rejects(file('{state}/../app/tool'), { code: 'disk.outside' });
  await assert.rejects(file('{state}'), { code: 'command.invalid' });
  await assert.rejects(look({ kind: 'file', path: '/app/{state}/../mark' }), { code: 'disk.outside' });
});

test('a version rule takes the same or a higher version, and no version for none', async (t) => {
  const rule = { kind: 'file', path: '/app/tool', minimumVersion: '6.0.8168' } as const;
  const versioned = async (version: string | undefined) => {
    const look = await looking(t, { fileVersion: async () => version });
    return (await look(rule)).present;
  };
  assert.equal(await versioned('6.0.8168.0'), true);
  assert.equal(await versioned('6.0.10000'), true);
  assert.equal(await versioned('6.0.397.0'), false);
  assert.equal(await versioned(undefined), false);
  assert.equal(compareVersions('10', '9.9.9.9'), 1);
});

test('package, product and registry rules say what the machine says; all rules must hold', async (t) => {
  const look = await looking(t, {
    dpkg: async () => ({ installed: true, version: '1.0' }),
    msi: async (code) => ({ installed: code.startsWith('{A'), version: '1.10.0' }),
  });
  const dpkg = { kind: 'package', manager: 'dpkg', name: 'tool' } as const;
  const msi = (productCode: string) => look({ kind: 'msi', productCode });
  const registry = { kind: 'registry', hive: 'HKLM', key: 'Software\\Tool', name: 'There' } as const;
  assert.equal((await look(dpkg, { ...dpkg, version: '1.0' })).present, true);
  assert.match((await look({ ...dpkg, version: '2.0' })).reason, /installed in version 1.0/);
  assert.equal((await msi('{A}')).present, true);
  assert.match((await msi('{B}')).reason, /product \{B\} is not installed/);
  const atLeast = (minimumVersion: string) => look({ kind: 'msi', productCode: '{A}', minimumVersion });
  assert.equal((await atLeast('1.9.5')).present, true);
  assert.match((await atLeast('1.11')).reason, /product \{A\} is installed in version 1.10.0/);
  assert.equal((await look(registry, { ...registry, value: '64' })).present, true);
  assert.equal((await look({ ...registry, view: '32', value: '32' })).present, true);
  assert.match((await look(dpkg, { ...registry, value: '1' })).reason, /another content/);
  assert.match((await look({ ...registry, name: 'Gone' })).reason, /is missing/);
});
