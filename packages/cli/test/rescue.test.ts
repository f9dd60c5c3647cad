/** The second starter's program: its verbs, its shell, its units, and what it keeps out of a problem report. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmod, copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { installFolder, unitTexts } from '@holdfast/machine';
import { collectBundle, withoutSecrets } from '../src/rescue/bundle.ts';
import { ownInstallFolder } from '../src/rescue/machine.ts';
import { runRescueProgram } from '../src/rescue/program.ts';
import { temporaryFolder } from './support.ts';

const packaged = join(import.meta.dirname, '../package');
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
before(async () => {
  folder = await temporaryFolder();
});
after(() => folder.remove());

async function run(...words: string[]): Promise<{ code: number; out: string; error: string }> {
  let [out, error] = ['', ''];
  const code = await runRescueProgram(words, {
    environment: {},
    out: (text) => {
      out += text;
    },
    error: (text) => {
      error += text;
    },
    columns: undefined,
    progress: false,
    stopped: new AbortController().signal,
  });
  return { code, out, error };
}

test('the units that are packaged are those that are restored', async () => {
  for (const [name, text] of Object.entries(unitTexts(installFolder))) {
    assert.equal(await readFile(join(import.meta.dirname, '../systemd', name), 'utf8'), text, name);
  }
});

test('the self-test answers without looking at anything, also without a verb', async () => {
  assert.deepEqual(await run('--self-test', '--folder', '/nowhere'), { code: 0, out: 'works\n', error: '' });
  assert.equal((await run('run', '--self-test', '--json')).out, '{\n  "works": true\n}\n');
});

test('the install folder is where the launcher lies', () => {
  assert.equal(ownInstallFolder('file:///opt/x/launcher/rescue.mjs'), '/opt/x');
  assert.equal(ownInstallFolder('file:///opt/x/launcher/chunks/a-1.mjs'), '/opt/x');
  assert.equal(ownInstallFolder('file:///src/rescue/machine.ts'), installFolder);
});

test('a bundle names files and shows ends of logs, and holds neither keys nor tokens', async () => {
  const state = join(folder.path, 'state');
  for (const name of ['keys', 'setup']) await mkdir(join(state, name), { recursive: true });
  const secret = 'k'.repeat(43);
  await writeFile(join(state, 'keys', 'own.key'), secret);
  await writeFile(join(state, 'client.journal'), secret);
  await writeFile(join(state, 'setup', 'setup.log'), `began\nTOKEN=HF1.TST.${secret}.${secret}\nended\n`);
  const text = JSON.stringify(await collectBundle(state));
  assert.match(text, /client\.journal/);
  assert.match(text, /began.*ended/);
  assert.doesNotMatch(text, new RegExp(secret));
  assert.doesNotMatch(text, /own\.key/);
});

test('what looks like a secret is left out of logs, cut off or whole', () => {
  for (const line of [
    'HF1.TST.abcdefgh.secretsecret',
    'Property(S): TOKEN = secretsecret',
    '-----BEGIN PRIVATE KEY-----\nsecretsecret\n-----END PRIVATE KEY-----',
    '-----BEGIN EC PRIVATE KEY-----\nsecretsecret',
  ]) {
    assert.doesNotMatch(withoutSecrets(`before ${line} after`), /secretsecret/, line);
  }
  assert.equal(withoutSecrets('nothing here'), 'nothing here');
});

test('a bundle overwrites nothing', async () => {
  const output = join(folder.path, 'there.json');
  await writeFile(output, 'mine');
  const { code, error } = await run('bundle', '--folder', folder.path, '--output', output);
  assert.equal(code, 1);
  assert.match(error, /disk\.exists/);
  assert.equal(await readFile(output, 'utf8'), 'mine');
});

/** An install folder whose runtime is a shell script, and programs of the system that note how they are called. */
async function shellWorld(name: string, runtime: string) {
  const install = join(folder.path, name);
  const state = join(install, 'state');
  for (const path of ['bin', 'runtime', 'launcher', 'programs', 'state/package']) {
    await mkdir(join(install, path), { recursive: true });
  }
  await copyFile(join(packaged, 'holdfast-rescue.sh'), join(install, 'bin/holdfast-rescue'));
  await writeFile(join(install, 'runtime/node'), `#!/bin/sh\n${runtime}\n`);
  await writeFile(
    join(install, 'programs/dpkg'),
    `#!/bin/sh\necho "$@" >>${install}/calls\ncp ${install}/good ${install}/runtime/node\n`,
  );
  await writeFile(join(install, 'good'), '#!/bin/sh\nexit 0\n');
  for (const path of ['runtime/node', 'programs/dpkg', 'good']) await chmod(join(install, path), 0o755);
  const shell = (...words: string[]) =>
    new Promise<number>((resolve) => {
      const environment = {
        PATH: `${install}/programs:${process.env.PATH}`,
        HOLDFAST_STATE_FOLDER: state,
        HOLDFAST_RESCUE_PATIENCE: '0',
      };
      const child = execFile('/bin/sh', [join(install, 'bin/holdfast-rescue'), ...words], {
        env: environment,
      });
      child.once('exit', (code) => resolve(code ?? -1));
    });
  const calls = () => readFile(join(install, 'calls'), 'utf8').catch(() => '');
  return { install, state, shell, calls };
}

test('with a runtime that works the shell installs nothing', async () => {
  const { shell, calls } = await shellWorld('works', 'exit 0');
  assert.equal(await shell(), 0);
  assert.equal(await calls(), '');
});

test('with a runtime that does not, it installs the kept package once and leaves a message for the client', async () => {
  const { shell, calls, state } = await shellWorld('broken', 'exit 1');
  await writeFile(join(state, 'package/client.deb'), 'deb');
  assert.equal(await shell(), 0);
  assert.equal(await calls(), `--install ${state}/package/client.deb\n`);
  const [name] = await readdir(join(state, 'rescue/spool'));
  const message = JSON.parse(await readFile(join(state, 'rescue/spool', name ?? ''), 'utf8'));
  assert.match(message.action, /installed the client anew/);
});

test('a package that is not what its record says is not installed, and the next try is put off', async () => {
  const { shell, calls, state } = await shellWorld('damaged', 'exit 1');
  await writeFile(join(state, 'package/client.deb'), 'deb');
  const record = { package: { name: 'client.deb', sha256: '0'.repeat(64) } };
  await writeFile(join(state, 'package/package.json'), JSON.stringify(record));
  assert.equal(await shell(), 1);
  assert.equal(await shell(), 1);
  assert.equal(await calls(), '');
  const log = await readFile(join(state, 'rescue/holdfast-rescue.log'), 'utf8');
  assert.match(log, /no whole package is kept\n.*tried again later\n$/);
});

test('whoever only looks has nothing installed', async () => {
  const { shell, calls, state } = await shellWorld('looks', 'exit 1');
  await writeFile(join(state, 'package/client.deb'), 'deb');
  assert.equal(await shell('--dry-run'), 1);
  assert.equal(await calls(), '');
});
