/** The client's own program against a real site: enrolled, run once, locked, asked. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { isHoldfastError } from '@holdfast/contract';
import { lockFolder } from '../src/client/lock.ts';
import { runClientProgram } from '../src/client/program.ts';
import { endOrphan } from '../src/demo/client-process.ts';
import type { Surroundings } from '../src/terminal.ts';
import { thisMachine } from '../src/this-machine.ts';
import { type Outcome, startTestSite, surroundings, type TestSite, temporaryFolder } from './support.ts';

let site: TestSite;

before(async () => {
  site = await startTestSite();
});
after(() => site.close());

async function client(words: readonly string[], other: Partial<Surroundings> = {}): Promise<Outcome> {
  const said = { out: '', error: '' };
  const code = await runClientProgram(words, surroundings(said, other));
  return { code, ...said };
}

async function enrolled(name: string): Promise<{ folder: string; root: string; clientId: string }> {
  const folder = join(site.folder, name);
  const root = join(folder, 'root');
  await mkdir(root, { recursive: true });
  const created = (await site.json('token', 'create', '--label', name)) as { token: string };
  const where = ['--folder', folder, '--root', root];
  const { code, out, error } = await client([
    'enrol',
    '--json',
    '--site',
    site.site.managementPointUrl,
    '--token',
    created.token,
    ...where,
  ]);
  assert.equal(code, 0, error);
  return { folder, root, clientId: JSON.parse(out).clientId };
}

/** Offers an installation that leaves a file in the root; answers the deployment's id. */
async function offer(clientId: string, name: string): Promise<string> {
  const script = join(site.folder, `${name}.sh`);
  await writeFile(script, `#!/bin/sh\necho ${name} > "$1/${name}"\n`);
  await chmod(script, 0o755);
  await site.json('package', 'add', script, '--name', name, '--version', '1');
  await site.json(
    ...['program', 'add', name, '--name', 'install', '--platform', 'linux', '--detect-file', `/${name}`],
    ...['--install', `/bin/sh "{content}/${name}.sh" "{root}"`],
  );
  await site.json('collection', 'create', name);
  await site.json('collection', 'add', name, clientId);
  const deployment = (await site.json('deploy', name, name, '--available')) as { id: string };
  return deployment.id;
}

test('a client enrols, is listed, installs what it is asked to, and its story is at the site', async () => {
  const { folder, root, clientId } = await enrolled('asked');
  assert.match((await site.run(['client', 'list'])).out, new RegExp(clientId));
  const deploymentId = await offer(clientId, 'gift');
  assert.equal((await client(['run', '--once', '--folder', folder])).code, 0);
  const offered = await client(['status', '--json', '--folder', folder]);
  assert.equal(JSON.parse(offered.out).deployments[0].state, 'available');

  const installed = await client(['install', deploymentId, '--folder', folder, '--json']);
  assert.deepEqual(JSON.parse(installed.out), { deploymentId, requested: true }, installed.error);
  assert.equal(await readFile(join(root, 'gift'), 'utf8'), 'gift\n');
  const told = await site.run(['status', '--deployment', 'gift']);
  assert.match(told.out, /30020 .*gift 1 is present/);
  assert.match((await site.run(['deployment', 'show', 'gift'])).out, /succeeded/);
  const why = await site.run(['why', clientId, 'gift']);
  assert.match(why.out, /gift 1: succeeded\nbecause +gift 1 is present/, why.error);
  assert.match(why.out, /=> .*gift 1 is present/);
  const [story] = JSON.parse((await site.run(['why', clientId, '--json'])).out).items;
  assert.deepEqual([story.state, story.attempts], ['succeeded', 1]);
  assert.match((await site.run(['why', clientId, 'nothing'])).error, /Nothing called nothing is deployed/);
});

test('a running client is asked by another process, and status --follow sees it', async () => {
  const { folder, clientId } = await enrolled('running');
  const deploymentId = await offer(clientId, 'present');
  const stop = new AbortController();
  const running = client(['run', '--json', '--folder', folder], { stopped: stop.signal });
  const follow = new AbortController();
  let asked: Promise<Outcome> | undefined;
  let seen = '';
  const followed = await site.run(['status', '--follow', '--json', '--client', clientId], {
    stopped: follow.signal,
    out: (text) => {
      seen += text;
      if (text.includes('"software-available"')) {
        asked = client(['install', deploymentId, '--folder', folder, '--json']);
      }
      if (text.includes('"software-verified"')) follow.abort();
    },
  });
  assert.equal(followed.code, 0, followed.error);
  assert.equal((await asked)?.code, 0, (await asked)?.error);
  const rows = seen
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.deepEqual(
    rows.map((row) => row.id),
    rows.map((row) => row.id).toSorted((one: number, other: number) => one - other),
  );

  const second = await client(['run', '--json', '--folder', folder]);
  assert.equal(second.code, 1);
  assert.equal(JSON.parse(second.error).error.code, 'client.running');
  const status = await client(['status', '--json', '--folder', folder]);
  assert.equal(JSON.parse(status.out).clientId, clientId);
  stop.abort();
  assert.equal((await running).code, 0);
});

test('a client that a killed demonstration has left is found by its lock and ended by the next one', async (context) => {
  const { folder, root } = await enrolled('orphan');
  const main = fileURLToPath(new URL('../src/holdfast-client.ts', import.meta.url));
  const child = spawn(process.execPath, [main, 'run', '--folder', folder], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  context.after(() => child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  const ended = once(child, 'exit');
  assert.equal(await endOrphan({ state: folder, root }), true);
  assert.deepEqual(await ended, [0, null]);
  assert.equal(await endOrphan({ state: folder, root }), false);
});

test('a folder without a client says that one must enrol first', async (context) => {
  const folder = await temporaryFolder();
  context.after(() => folder.remove());
  const { code, error } = await client(['run', '--json', '--folder', folder.path]);
  assert.equal(code, 1);
  assert.equal(JSON.parse(error).error.code, 'client.not-enrolled');
});

test('a wrong token is refused with its code and leaves no client behind', async (context) => {
  const folder = await temporaryFolder();
  context.after(() => folder.remove());
  const words = ['--site', site.site.managementPointUrl, '--folder', folder.path, '--json'];
  const { code, error } = await client(['enroll', '--token', 'HF1.nonsense', ...words]);
  assert.equal(code, 1);
  assert.equal(JSON.parse(error).error.code, 'token.malformed');
  assert.equal((await client(['status', '--folder', folder.path])).code, 1);
});

test('the lock of a living process holds, and that of a dead one is taken over', async (context) => {
  const folder = await temporaryFolder();
  const machine = thisMachine();
  context.after(() => machine.close());
  context.after(() => folder.remove());
  const path = join(folder.path, 'client.lock');
  const first = await lockFolder(folder.path, machine);
  await assert.rejects(lockFolder(folder.path, machine), (thrown) =>
    isHoldfastError(thrown, 'client.running'),
  );
  const own = JSON.parse(await readFile(path, 'utf8'));
  await first.release();

  for (const stale of [
    JSON.stringify({ ...own, started: `${own.started}1` }),
    JSON.stringify({ ...own, bootId: 'another' }),
    '{"pid":',
  ]) {
    await writeFile(path, stale);
    const taken = await lockFolder(folder.path, machine);
    assert.deepEqual(JSON.parse(await readFile(path, 'utf8')), own);
    await taken.release();
  }
});
