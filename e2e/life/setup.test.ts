/** The bootstrap as it ships, on this machine, in folders of its own, against a real site. */
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, describe, it } from 'node:test';
import { type Page, type SetupPhase, type SetupSummary, setupExit, setupPhases } from '@holdfast/contract';
import { temporaryFolder } from '../support/folders.ts';
import { missingOnThisMachine } from '../support/needs.ts';
import { type BuiltRelease, builtRelease, offerRelease } from '../support/release.ts';
import { startTestSite, type TestSite } from '../support/site.ts';
import { treeFiles } from '../support/tree.ts';

const folder = temporaryFolder();
/** Milliseconds after which a set-up of a test is ended. */
const patienceMs = 120_000;

let built: BuiltRelease;
let site: TestSite;
/** As the script that a site hands out unpacks it. */
const boot = join(folder.path, 'boot');
/** A release as an administrator puts it on a share. */
const source = join(folder.path, 'source');

/** Folders of one machine, and the words that name them. */
function sandbox(name: string) {
  const base = join(folder.path, name);
  const places = {
    state: join(base, 'state'),
    root: join(base, 'root'),
    install: join(base, 'opt', 'client'),
  };
  mkdirSync(places.root, { recursive: true });
  const parameters = [`--folder=${places.state}`, `--root=${places.root}`];
  const properties = [`INSTALLDIR=${places.install}`];
  return { ...places, parameters, properties };
}
type Sandbox = ReturnType<typeof sandbox>;

type Ended = { readonly code: number | null; readonly lines: readonly string[]; readonly output: string };

/** @param killAt the bootstrap is killed as soon as it says this */
async function run(words: readonly string[], killAt?: string): Promise<Ended> {
  const environment = { ...process.env, HOLDFAST_TOKEN: site.token, NODE_NO_WARNINGS: '1' };
  const child = spawn(join(boot, 'bin/holdfast-setup'), words, {
    env: environment,
    timeout: patienceMs,
    killSignal: 'SIGKILL',
  });
  const lines: string[] = [];
  let output = '';
  child.stdout.on('data', (piece) => {
    output += String(piece);
  });
  for await (const line of createInterface({ input: child.stderr })) {
    lines.push(line);
    if (killAt !== undefined && line === killAt) child.kill('SIGKILL');
  }
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  return { code: child.exitCode, lines, output };
}

const setUp = ({ parameters, properties }: Sandbox, ...more: readonly string[]) =>
  run([`/mp:${site.site.managementPointUrl}`, '/noservice', ...parameters, ...more, ...properties]);

function clientIdOf({ install, state }: Sandbox): string {
  const words = ['status', '--json', '--folder', state];
  const status = JSON.parse(execFileSync(join(install, 'bin/holdfast-client'), words, { encoding: 'utf8' }));
  assert.equal(typeof status.clientId, 'string');
  return status.clientId;
}

function assertWhole({ install }: Sandbox): void {
  assert.deepEqual([...treeFiles(install)], [...treeFiles(boot)]);
}

const setups = async () => (await site.api.get<Page<SetupSummary>>('/setups')).items;

describe('the bootstrap', { skip: missingOnThisMachine('tar') }, () => {
  before(async () => {
    built = await builtRelease();
    site = await startTestSite({ dataFolder: join(folder.path, 'site'), pollSeconds: 60 });
    await offerRelease(site.api, built);
    const { name, path } = built.find('tar.gz', 'linux');
    mkdirSync(source);
    copyFileSync(path, join(source, name));
    copyFileSync(join(built.folder, 'release.json'), join(source, 'release.json'));
    mkdirSync(boot);
    execFileSync('tar', ['-xzf', join(source, name), '-C', boot]);
  });
  after(async () => {
    await site?.site.close();
    folder.remove();
  });

  it('makes a machine a client, tells the site, and leaves nothing of its own but its word', async () => {
    const machine = sandbox('fresh');
    const { code, lines, output } = await setUp(machine, '--json');
    assert.equal(code, setupExit.succeeded, lines.join('\n'));
    assert.equal(JSON.parse(output).exit, setupExit.succeeded);
    assertWhole(machine);
    const clientId = clientIdOf(machine);
    assert.deepEqual(readdirSync(join(machine.state, 'setup')).sort(), ['last.json', 'setup.log']);
    assert.deepEqual(readdirSync(join(machine.install, '..')), ['client']);
    const [last] = await setups();
    assert.deepEqual([last?.state, last?.clientId], ['succeeded', clientId]);
    assert.ok(!readFileSync(join(machine.state, 'setup/setup.log'), 'utf8').includes(site.token));
  });

  it('run over a client it brings back what was lost or damaged, and the client stays who it is', async () => {
    const machine = sandbox('damaged');
    await setUp(machine);
    const before = clientIdOf(machine);
    rmSync(join(machine.install, 'runtime/node'));
    rmSync(join(machine.install, 'seed/manifests/core.json'));
    const main = join(machine.install, 'seed/core/holdfast-client.mjs');
    const bytes = readFileSync(main);
    bytes[100] = (bytes[100] ?? 0) ^ 1;
    writeFileSync(main, bytes);
    const { code, lines } = await setUp(machine);
    assert.equal(code, setupExit.succeeded, lines.join('\n'));
    assertWhole(machine);
    assert.equal(clientIdOf(machine), before);
  });

  for (const phase of setupPhases satisfies readonly SetupPhase[]) {
    it(`goes on after it was killed in phase ${phase}`, async () => {
      const machine = sandbox(`killed-${phase}`);
      const { parameters, properties } = machine;
      const words = [`/mp:${site.site.managementPointUrl}`, '/noservice', ...parameters, ...properties];
      const killed = await run(words, `${phase} begins`);
      assert.equal(killed.code, null, 'it was not killed');
      const { code, lines } = await run(['--go-on', ...parameters, ...properties]);
      assert.equal(code, setupExit.succeeded, lines.join('\n'));
      assertWhole(machine);
      const clientId = clientIdOf(machine);
      const told = (await setups()).filter((one) => one.clientId === clientId);
      assert.deepEqual(
        told.map(({ state }) => state),
        ['succeeded'],
      );
    });
  }

  it('one works at a time: another ends with exit code 8', async () => {
    const { parameters, properties } = sandbox('busy');
    const nobody = '/mp:https://127.0.0.1:9';
    const waiting = spawn(
      join(boot, 'bin/holdfast-setup'),
      [nobody, '/noservice', ...parameters, ...properties],
      {
        env: { ...process.env, HOLDFAST_TOKEN: site.token },
        stdio: ['ignore', 'ignore', 'pipe'],
      },
    );
    try {
      for await (const line of createInterface({ input: waiting.stderr }))
        if (line === 'locate begins') break;
      const { code } = await run([nobody, '/noservice', ...parameters, ...properties]);
      assert.equal(code, setupExit.alreadyRunning);
    } finally {
      waiting.kill('SIGKILL');
      await once(waiting, 'exit');
    }
  });

  it('installs from a folder without asking the site for anything but its trust', async () => {
    const machine = sandbox('source');
    const { code, lines } = await run([
      `/source:${source}`,
      `/mp:${site.site.managementPointUrl}`,
      '/noservice',
      ...machine.parameters,
      ...machine.properties,
    ]);
    assert.equal(code, setupExit.succeeded, lines.join('\n'));
    assertWhole(machine);
  });

  it('an uninstall leaves nothing, or what is to be kept', async () => {
    const machine = sandbox('uninstalled');
    await setUp(machine);
    const { code, lines } = await run([
      '/uninstall',
      ...machine.parameters,
      ...machine.properties,
      'KEEP=identity',
    ]);
    assert.equal(code, setupExit.succeeded, lines.join('\n'));
    assert.ok(!existsSync(machine.install));
    assert.deepEqual(readdirSync(machine.state).sort(), ['client.journal', 'keys', 'settings.json']);
    assert.equal(
      (await run(['/uninstall', ...machine.parameters, ...machine.properties])).code,
      setupExit.succeeded,
    );
    assert.ok(!existsSync(machine.state));
  });
});
