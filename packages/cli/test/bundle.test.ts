/** The client as it ships on Linux: launched in a folder of its own, with what enrolment needs kept apart. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdir, readdir, readFile, symlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { holdfastVersion } from '@holdfast/contract';
import { type BuiltClient, buildClient } from '../../../scripts/build-client.ts';
import { startTestSite, type TestSite, temporaryFolder } from './support.ts';

const run = promisify(execFile);
const skip =
  process.platform === 'linux' && process.arch === 'x64' ? false : 'the client ships its Node for Linux x64';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let site: TestSite;
let built: BuiltClient;

before(async () => {
  if (skip !== false) return;
  folder = await temporaryFolder();
  built = await buildClient({ platform: 'linux', output: join(folder.path, 'shipped') });
  site = await startTestSite();
});
after(async () => {
  await site?.close();
  await folder?.remove();
});

/** Enrols with the launcher; answers the state folder. */
async function enrol(name: string): Promise<string> {
  const state = join(folder.path, name);
  const root = join(folder.path, `${name}-root`);
  await mkdir(root);
  const { token } = (await site.json('token', 'create', '--label', name)) as { token: string };
  const to = ['--site', site.site.managementPointUrl, '--token', token];
  await run(built.launcher, ['enrol', ...to, '--folder', state, '--root', root]);
  return state;
}

test('the launcher answers with the version, also through a symbolic link', { skip }, async () => {
  const link = join(folder.path, 'linked');
  await symlink(built.launcher, link);
  for (const program of [built.launcher, link]) {
    const { stdout, stderr } = await run(program, ['--version'], { cwd: '/' });
    assert.equal(stdout, `${holdfastVersion}\n`);
    assert.equal(stderr, '');
  }
});

/** Modules of Node that are loaded with a file and with what it needs at once, and how many bytes the files have. */
async function loadedWith(file: string): Promise<{ modules: Set<string>; bytes: number }> {
  const text = await readFile(file, 'utf8');
  const modules = new Set<string>();
  let bytes = text.length;
  for (const [, name = ''] of text.matchAll(/^(?:import|\}) .*?["']([^"']+)["'];/gm)) {
    if (name.startsWith('node:')) modules.add(name);
    else if (name.startsWith('.')) {
      const more = await loadedWith(join(dirname(file), name));
      bytes += more.bytes;
      for (const module of more.modules) modules.add(module);
    }
  }
  return { modules, bytes };
}

test('the launcher is small, and needs little of Node until the service manager has its answer', {
  skip,
}, async () => {
  const { modules, bytes } = await loadedWith(join(built.tree.folder, 'launcher/launcher.mjs'));
  assert.deepEqual([...modules].sort(), ['node:fs', 'node:module', 'node:path', 'node:url']);
  assert.ok(bytes < 24_000, `${bytes} bytes`);
});

test('the launcher enrols, and then tells the status as JSON', { skip }, async () => {
  const state = await enrol('asked');
  const { stdout } = await run(built.launcher, ['status', '--json', '--folder', state]);
  const { clientId, version, siteCode } = JSON.parse(stdout);
  assert.match(clientId, /^[0-9a-f-]{36}$/);
  assert.equal(version, holdfastVersion);
  assert.equal(typeof siteCode, 'string');
});

test('a running client does without the libraries that make identities', { skip }, async () => {
  assert.doesNotMatch(await readFile(built.bundle, 'utf8'), /Pkcs10CertificateRequestGenerator/);
  const state = await enrol('running');
  const shipped = built.tree.folder;
  const chunks = await readdir(join(shipped, 'seed/chunks'));
  assert.equal(chunks.filter((name) => /^certificate-request-\w+\.mjs$/.test(name)).length, 1);
  const slim = join(folder.path, 'slim');
  const isChunkOfIdentities = (path: string) => basename(path).startsWith('certificate-request-');
  await cp(shipped, slim, { recursive: true, filter: (path) => !isChunkOfIdentities(path) });
  const words = ['run', '--once', '--json', '--folder', state];
  const { stdout } = await run(join(slim, 'bin', basename(built.launcher)), words);
  const events = stdout.trimEnd().split('\n');
  assert.ok(events.some((line) => JSON.parse(line).event === 'policy-applied'));
});
