/** The client as a real service of Windows: defined, started, asked while it works, stopped, killed, deleted, restarted with the machine. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import {
  makeWinePrefix,
  type WinePrefix,
  type WineProcess,
  wineAvailable,
} from '../../packages/machine/wine/index.ts';
import { buildClient, bundleForClient } from '../../scripts/build-client.ts';
import { addPackage, awaitStatus, deployToAll, statusMessages } from '../support/deploy.ts';
import { temporaryFolder } from '../support/folders.ts';
import { startTestSite, type TestSite } from '../support/site.ts';

const skip = wineAvailable() ?? false;

const folder = temporaryFolder();
const installFolder = 'C:\\Program Files\\Holdfast\\Client';
const started = 30002;
let running: TestSite;
let prefix: WinePrefix;
/** Wine ends its services within seconds where no other program runs. */
let user: WineProcess;
let manager: string;

before(async () => {
  if (skip) return;
  [running, prefix] = await Promise.all([
    startTestSite({ dataFolder: join(folder.path, 'site'), pollSeconds: 1 }),
    makeWinePrefix(join(folder.path, 'prefix')),
  ]);
  await buildClient({ platform: 'windows', output: prefix.toLinux(installFolder) });
  const entry = join(import.meta.dirname, 'service-manager.ts');
  manager = await bundleForClient(entry, 'windows', join(folder.path, 'manager'));
  signIn();
  const site = running.site.managementPointUrl;
  const enrolled = await client('enrol', '--site', site, '--token', running.token, '--root', 'C:\\');
  assert.equal(enrolled.code, 0, enrolled.output);
});
after(async () => {
  user?.kill();
  await prefix?.close();
  await running?.site.close();
  folder.remove();
});

function signIn(): void {
  user = prefix.start('ping', ['-n', '100000', '127.0.0.1'], { timeoutMs: 0 });
}

/** A command line of an administrator. */
const client = (...words: string[]) =>
  prefix.run('cmd', ['/c', `${installFolder}\\bin\\holdfast-client.cmd`, ...words]);

type Asked = { state: string | null; tookMs: number; answers: (number | null)[] };

async function ask(...words: string[]): Promise<Asked> {
  const { code, output } = await prefix.runNode(manager, words);
  assert.equal(code, 0, output);
  return JSON.parse(output);
}

const newest = async () => (await statusMessages(running.api)).at(-1)?.id ?? 0;
const starts = async () => (await statusMessages(running.api)).filter(({ code }) => code === started).length;

test('defined by its verb and started, the service runs, and the client works', { skip }, async (context) => {
  const defined = await client('starters', 'define', '--json');
  assert.equal(defined.code, 0, defined.output);
  const { state, tookMs } = await ask('start');
  assert.equal(state, 'running');
  context.diagnostic(`running ${tookMs} ms after the service manager was asked`);
  await awaitStatus(running.site, running.api, started);
  const looked = await client('starters', 'look');
  assert.equal(looked.code, 0, looked.output);
});

test('while it works, the service answers every time that its manager asks', { skip }, async (context) => {
  const { site, api } = running;
  const done = 'C:\\holdfast-done.txt';
  const { program } = await addPackage(
    api,
    { path: 'nothing.txt', bytes: Buffer.from('nothing') },
    { name: 'Slow', version: '1' },
    {
      platform: 'windows',
      install: `cmd /c "ping -n 6 127.0.0.1 > nul & echo done> ${done}"`,
      uninstall: `cmd /c "del ${done}"`,
      detection: [{ kind: 'file', path: done }],
    },
  );
  const before = await newest();
  await deployToAll(api, program.id);
  await awaitStatus(site, api, 10005, { after: before });
  const { answers } = await ask('ask', '20');
  assert.ok(
    answers.every((answer) => answer !== null),
    `not answered: ${answers.join(', ')}`,
  );
  context.diagnostic(`slowest answer of ${answers.length}: ${Math.max(...answers.map(Number))} ms`);
  await awaitStatus(site, api, 30020, { after: before });
});

test('the service stops cleanly, its state can be read, and it starts again', { skip }, async (context) => {
  const { site, api } = running;
  const [before, startsBefore] = [await newest(), await starts()];
  const { state, tookMs } = await ask('stop');
  assert.equal(state, 'stopped');
  context.diagnostic(`stopped after ${tookMs} ms`);
  const queried = await prefix.run('sc', ['query', 'HoldfastClient']);
  assert.match(queried.output, /WIN32_EXIT_CODE\s*: 0 /);
  const status = await client('status', '--json');
  assert.equal(status.code, 0, status.output);
  assert.match(JSON.parse(status.output).clientId, /^[0-9a-f-]{36}$/);
  assert.equal(await starts(), startsBefore, 'it had started again by itself');

  await ask('start');
  await awaitStatus(site, api, started, { after: before });
  assert.equal(await starts(), startsBefore + 1);
  const faults = (await statusMessages(api)).filter(({ severity }) => severity === 'error');
  assert.deepEqual(
    faults.map(({ text }) => text),
    [],
  );
});

test('a service that was deleted is seen, defined again and started', { skip }, async () => {
  const before = await newest();
  await ask('stop');
  await prefix.run('sc', ['delete', 'HoldfastClient']);
  await prefix.run('schtasks', ['/delete', '/tn', '\\Holdfast\\Rescue', '/f']);
  const looked = await client('starters', 'look', '--json');
  assert.equal(looked.code, 1, 'what was deleted is not seen');
  assert.deepEqual(
    JSON.parse(looked.output).map(({ present }: { present: boolean }) => present),
    [false, false],
  );
  const defined = await client('starters', 'define');
  assert.equal(defined.code, 0, defined.output);
  await client('starters', 'start');
  await awaitStatus(running.site, running.api, started, { after: before });
  assert.equal((await client('starters', 'look')).code, 0);
});

test('the service comes up with the machine, before anybody signs in', { skip }, async () => {
  const before = await newest();
  await prefix.shutDown();
  signIn();
  await awaitStatus(running.site, running.api, started, { after: before });
  assert.equal((await ask('ask')).state, 'running');
});

for (const [what, main] of [
  ['cannot be loaded', 'not a program'],
  ['exits', 'process.exit(0);'],
  [
    'fails while it works',
    "setTimeout(() => { throw new Error('it failed'); }, 500); await new Promise(() => {});",
  ],
] as const) {
  test(`a seed that ${what} ends the service with a failure, for its recovery actions`, {
    skip,
  }, async () => {
    await ask('stop');
    writeFileSync(prefix.toLinux(`${installFolder}\\seed\\core\\holdfast-client.mjs`), main);
    await prefix.run('sc', ['start', 'HoldfastClient']);
    const ended = async () => (await ask('look')).state === 'stopped';
    for (let look = 0; look < 20 && !(await ended()); look += 1);
    const queried = await prefix.run('sc', ['query', 'HoldfastClient']);
    assert.match(queried.output, /STATE\s*: 1 /);
    assert.match(queried.output, /WIN32_EXIT_CODE\s*: 1066 /);
  });
}
