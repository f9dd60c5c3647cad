/** `holdfast msiexec`: command lines of msiexec on a Windows in a folder, to the letter. */
import assert from 'node:assert/strict';
import { access, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { localDisk } from '@holdfast/machine';
import { bytesSink, bytesSource, initRoot, writePackage } from '@holdfast/msi';
import { compileProduct } from '@holdfast/msi/build';
import { holdfast, temporaryFolder } from './support.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let root = '';
let client = '';
let productCode = '';

const read = (inside: string) => readFile(join(root, 'drive_c', inside), 'utf8');

before(async () => {
  folder = await temporaryFolder();
  root = join(folder.path, 'root');
  client = join(folder.path, 'client.msi');
  await initRoot({ disk: localDisk(), clock: { now: () => Date.now() } }, root, {
    architecture: 'x64',
    windows: '10.0',
  });
  const compiled = await compileProduct(
    {
      name: 'Client',
      manufacturer: 'Maker',
      version: '4.0.1',
      upgradeCode: '{0B3C8F7E-4A0B-4D0C-9D3C-7C3C8C1F3A22}',
      folder: 'ProgramFiles64Folder/Client',
      architecture: 'x64',
      files: [{ source: 'client.txt' }, { source: 'other.txt' }],
      registry: [
        { root: 'HKLM', key: 'Software\\Client', name: 'Folder', value: '[INSTALLDIR]' },
        { root: 'HKLM', key: 'Software\\Client', name: 'Secret', value: '[SECRET]' },
      ],
      properties: { SECRET: { value: 'never seen', hidden: true } },
    },
    async (source) => bytesSource(Buffer.from(`this is ${source}`)),
  );
  const sink = bytesSink();
  await writePackage(compiled.data, sink);
  await writeFile(client, sink.bytes());
  productCode = compiled.productCode;
});
after(() => folder.remove());

test('a product is installed, and says so; its log tells no secret', async () => {
  const { code, out, error } = await holdfast([
    'msiexec',
    '/i',
    client,
    '/qn',
    '/l*vx',
    'C:\\i.log',
    '--root',
    root,
  ]);
  assert.equal(code, 0, out + error);
  const log = (await readFile(join(root, 'drive_c', 'i.log'))).toString('utf16le');
  assert.match(log, /RegAddValue\(Name=Secret,Value=\*+\)/);
  assert.ok(!log.includes('never seen'));
  assert.match(out, /^Client 4\.0\.1: .*\(exit code 0\)/);
  assert.equal(await read('Program Files/Client/client.txt'), 'this is client.txt');
});

test('the command line of a repair that administrators use works to the letter, with its log on drive C', async () => {
  await writeFile(join(root, 'drive_c/Program Files/Client/other.txt'), 'damaged');
  await rm(join(root, 'drive_c/Program Files/Client/client.txt'));
  const words = [
    '/I',
    client,
    '/L*v',
    'c:\\repair.log',
    'REINSTALLMODE=vmeus',
    'REINSTALL=ALL',
    '--root',
    root,
  ];
  const { code, out, error } = await holdfast(['msiexec', ...words]);
  assert.equal(code, 0, out + error);
  assert.equal(await read('Program Files/Client/client.txt'), 'this is client.txt');
  const log = (await readFile(join(root, 'drive_c', 'repair.log'))).toString('utf16le');
  assert.match(log, /^\ufeff=== Verbose logging started/);
  assert.match(log, /Command Line: REINSTALLMODE=vmeus REINSTALL=ALL/);
  assert.match(log, /Action start .*: InstallFiles\./);
  assert.match(log, /File: C:\\Program Files\\Client\\client\.txt;\tTo be installed/);
  assert.match(log, /MainEngineThread is returning 0/);
  assert.ok(!log.includes('never seen'));
});

test('--json tells all of the answer, and a product is removed by its code without a trace', async () => {
  const removed = await holdfast(['msiexec', '/x', productCode, '/qn', '--root', root, '--json']);
  assert.equal(removed.code, 0, removed.error);
  const answer = JSON.parse(removed.out);
  assert.deepEqual([answer.exitCode, answer.outcome, answer.productCode], [0, 'done', productCode]);
  await assert.rejects(access(join(root, 'drive_c/Program Files/Client')));
  const again = await holdfast(['msiexec', '/x', productCode, '--root', root]);
  assert.equal(again.code, 1605);
  assert.deepEqual(
    (await readdir(join(root, 'drive_c'))).filter((name) => /config/i.test(name)),
    [],
  );
});

test('what cannot begin ends with the exit code of msiexec', async () => {
  const missing = await holdfast(['msiexec', '/i', join(folder.path, 'none.msi'), '--root', root]);
  assert.equal(missing.code, 1619);
  await writeFile(join(folder.path, 'text.msi'), 'no package');
  assert.equal((await holdfast(['msiexec', '/i', join(folder.path, 'text.msi'), '--root', root])).code, 1620);
  assert.equal((await holdfast(['msiexec', '/what', '--root', root])).code, 1639);
  assert.equal((await holdfast(['msiexec', '/i', client, '/Lb', 'c:\\x.log', '--root', root])).code, 1639);
  const log = await holdfast(['msiexec', '/i', client, '/L*v', 'c:\\nowhere\\x.log', '--root', root]);
  assert.equal(log.code, 1622, log.error);
  const unrooted = await holdfast(['msiexec', '/i', client, '--json']);
  assert.equal(unrooted.code, 1639);
  assert.equal(JSON.parse(unrooted.error).error.code, 'request.invalid');
});
