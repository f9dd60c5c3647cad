/** client.msi by a real msiexec: a client within seconds, whole again from any damage by one line, and gone without a trace. */
import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { ClientDetail, ClientSummary, HealthReport, Page } from '@holdfast/contract';
import { type WineProcess, wineAvailable } from '../../packages/machine/wine/index.ts';
import { bundleForClient } from '../../scripts/build-client.ts';
import { ownMsiexec } from '../installer/own-side.ts';
import { awaitStatus, statusMessages } from '../support/deploy.ts';
import { onlyInFull } from '../support/needs.ts';
import { type BuiltRelease, builtRelease, offerRelease } from '../support/release.ts';
import { startTestSite, type TestSite } from '../support/site.ts';
import { treeFiles } from '../support/tree.ts';
import { useWine } from '../support/wine.ts';
import {
  type ClientMsi,
  clientMsi,
  installFolder,
  registryKey,
  rescueTask,
  serviceName,
  stateFolder,
} from './client-msi.ts';

const skip = wineAvailable() ?? onlyInFull();
const full = process.env.HOLDFAST_FULL !== undefined;
const wine = useWine(skip);

/** Asked for: from the line to a client that is enrolled and verified; shown, not asserted. Seconds. */
const wantedSeconds = 15;
const installations = full ? 3 : 1;
const starts = full ? 10 : 3;

/** The line that the documentation gives, to the letter but for the log's place and the silence. */
const repairLine = ['/I', 'client.msi', 'REINSTALLMODE=vmeus', 'REINSTALL=ALL'];
const startedCode = 30002;

let built: BuiltRelease;
let running: TestSite;
let msi: ClientMsi;
/** Hashes of what the package installs. */
let whole: ReadonlyMap<string, string>;
let productCode = '';
/** Program that asks the service manager. */
let manager = '';
/** Wine ends its services with the last program of a user. */
let user: WineProcess;

async function setUp(): Promise<void> {
  built = await builtRelease();
  const entry = join(import.meta.dirname, 'service-manager.ts');
  [running, manager] = await Promise.all([
    startTestSite({ dataFolder: join(wine.folder, 'site'), pollSeconds: 3600 }),
    bundleForClient(entry, 'windows', join(wine.folder, 'manager')),
  ]);
  await offerRelease(running.api, built);
  msi = clientMsi(wine.prefix);
  const about = built.find('msi', 'windows');
  productCode = about.productCode ?? '';
  cpSync(about.path, msi.linux('C:\\client.msi'));
  whole = treeFiles(join(built.folder, 'windows-x64'));
  user = wine.prefix.start('cmd', ['/c', 'ping -n 100000 127.0.0.1 >nul'], { timeoutMs: 0 });
}

after(async () => {
  user?.kill();
  await running?.site.close();
});

const installed = () => treeFiles(msi.linux(installFolder));
const clients = async () => (await running.api.get<Page<ClientSummary>>('/clients')).items;
const newestStatus = async () => (await statusMessages(running.api)).at(-1)?.id ?? 0;

type Verified = { readonly whole: boolean; readonly components: readonly unknown[] };

/** Installs with what is on the command line until the client is enrolled and verified. @returns seconds */
async function install(...words: readonly string[]): Promise<number> {
  const known = (await clients()).length;
  const began = performance.now();
  await msi.succeed('/i', ...words);
  const { whole: verified, components } = (await msi.answer('verify')) as Verified;
  assert.equal((await clients()).length, known + 1, 'it is no client of its site');
  assert.ok(verified);
  assert.equal(components.length, 5);
  return (performance.now() - began) / 1000;
}

/** Waits for it: the client sends it in its next pass. */
async function healthAtSite(clientId: string): Promise<HealthReport> {
  for (let look = 0; look < 60; look += 1) {
    const { health } = await running.api.get<ClientDetail>(`/clients/${clientId}`);
    if (health.report !== null) return health.report;
    await msi.serviceState();
  }
  assert.fail('the site has no report of its health');
}

const remove = (...words: readonly string[]) => msi.succeed('/x', productCode, ...words);

type Asked = { readonly state: string | null; readonly tookMs: number };

async function ask(word: string): Promise<Asked> {
  const { code, output } = await wine.prefix.runNode(manager, [word]);
  assert.equal(code, 0, output);
  return JSON.parse(output);
}

type Damage = { readonly name: string; readonly inSlice: boolean; readonly act: () => Promise<unknown> };

/** Damaged in the slice, too: what runs, what starts it, what proves it, what brings it back. */
const lostInSlice = ['launcher/launcher.mjs', 'bin/holdfast-rescue.cmd'];
const changedInSlice = ['runtime/node.exe', 'seed/core/holdfast-client.mjs', 'seed/manifests/core.json'];

function fileDamages(path: string): Damage[] {
  const at = () => msi.installed(path);
  return [
    { name: `${path} lost`, inSlice: lostInSlice.includes(path), act: async () => rmSync(at()) },
    {
      name: `${path} changed`,
      inSlice: changedInSlice.includes(path),
      act: async () => {
        const bytes = readFileSync(at());
        bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
        // Another file of the same length: what runs keeps the one that it was started from.
        rmSync(at());
        writeFileSync(at(), bytes);
      },
    },
  ];
}

const run = (program: string, ...words: readonly string[]) => wine.prefix.run(program, words);

const otherDamages: readonly Damage[] = [
  {
    name: 'service deleted, second starter and registry values gone',
    inSlice: true,
    act: async () => {
      await ask('stop');
      await run('sc', 'delete', serviceName);
      await run('schtasks', '/delete', '/tn', '\\Holdfast\\Rescue', '/f');
      await run('reg', 'delete', registryKey, '/f');
    },
  },
  {
    name: 'service disabled',
    inSlice: false,
    act: () => run('sc', 'config', serviceName, 'start=', 'disabled'),
  },
  { name: 'service stopped', inSlice: false, act: () => ask('stop') },
  {
    name: 'runtime gone',
    inSlice: false,
    act: async () => rmSync(msi.installed('runtime'), { recursive: true }),
  },
  { name: 'seed gone', inSlice: false, act: async () => rmSync(msi.installed('seed'), { recursive: true }) },
];

/** Every file of the client as it was built, its service and all that starts it, as the first installation left them. */
async function assertWhole(): Promise<void> {
  assert.deepEqual([...installed()], [...whole]);
  await msi.awaitRunning();
}

async function assertAllWhole(): Promise<void> {
  await assertWhole();
  assert.equal((await msi.client('starters', 'look')).code, 0);
  assert.equal(((await msi.answer('verify')) as Verified).whole, true);
  assert.equal(await msi.registryValue('Version'), built.release.version);
}

/** Below C:\: not what programs write for themselves while they work, and not what stays on purpose. */
const beside = [
  /^[^/]*\.(?:log|msi|reg)$/,
  /^windows\/temp\//i,
  /^users\//,
  /^ProgramData\/Holdfast(?:\/|$)/,
];

const files = () =>
  readdirSync(wine.prefix.driveC, { recursive: true, encoding: 'utf8' })
    .filter((path) => !beside.some((pattern) => pattern.test(path)))
    .sort();

/** Keys and values, each with the key that it is in. */
async function registryLines(): Promise<string[]> {
  const lines: string[] = [];
  for (const key of ['HKLM\\Software', 'HKLM\\System\\CurrentControlSet\\Services']) {
    const { code, output } = await run('reg', 'export', key, 'C:\\exported.reg', '/y');
    assert.equal(code, 0, output);
    let at = '';
    for (const line of readFileSync(msi.linux('C:\\exported.reg'), 'utf16le').split('\r\n')) {
      if (line.startsWith('[')) at = line;
      if (line !== '') lines.push(line === at ? at : `${at} ${line}`);
    }
  }
  return lines;
}

/** Folders of Windows, empty: that of the installer's own copies, and one of tasks, which schtasks makes and cannot remove. */
const windowsOwn = ['windows/Installer', 'windows/system32/tasks/Holdfast'];
/** Where a Windows Installer keeps what is installed: it makes them with the first package, for good. */
const installersOwn =
  /^\[[^\]]*\\Installer(?:\\(?:Features|Products|UpgradeCodes|Components|UserData|S-1-5-18))*\]$/;

const without = (all: readonly string[], known: readonly string[]) => {
  const set = new Set(known);
  return all.filter((one) => !set.has(one));
};

describe('client.msi', { skip }, () => {
  let clientId = '';
  let identity = '';
  let filesBefore: readonly string[];
  let registryBefore: readonly string[];
  const identityFile = () => readFileSync(msi.linux(`${stateFolder}\\keys\\identity.json`), 'utf8');

  before(async () => {
    await setUp();
    filesBefore = files();
    registryBefore = await registryLines();
  });

  it('installs, enrols and runs as a service, and tells its site how it is', async (context) => {
    const words = ['client.msi', `SITE=${running.site.managementPointUrl}`, `TOKEN=${running.token}`];
    for (let round = 1; round <= installations; round += 1) {
      const seconds = await install(...words);
      context.diagnostic(`${seconds.toFixed(1)} s to a verified client; ${wantedSeconds} s are asked for`);
      if (round < installations) await remove('REMOVESTATE=1');
    }
    await assertAllWhole();
    identity = identityFile();
    ({ clientId } = (await msi.answer('status')) as { clientId: string });
    await awaitStatus(running.site, running.api, startedCode, { clientId });
    await msi.answer('health', '--evaluate');
    const report = await healthAtSite(clientId);
    assert.deepEqual(
      report.findings.filter(({ state }) => state === 'failed'),
      [],
    );
    const kept = report.findings.find(({ check }) => check === 'kept-package');
    assert.match(kept?.reason ?? '', /client\.msi/);
  });

  it('is whole again by one line while the service runs, whatever was lost or changed', async (context) => {
    const known = await newestStatus();
    const damages = [...[...whole.keys()].flatMap(fileDamages), ...otherDamages].filter(
      ({ inSlice }) => full || inSlice,
    );
    const began = performance.now();
    for (const { name, act } of damages) {
      await act();
      await msi.succeed(...repairLine).catch((thrown: unknown) => {
        throw new Error(name, { cause: thrown });
      });
      await assertWhole();
    }
    const seconds = (performance.now() - began) / 1000;
    context.diagnostic(`${damages.length} damages, ${(seconds / damages.length).toFixed(1)} s each`);
    await assertAllWhole();
    assert.ok(existsSync(msi.linux(rescueTask)));

    assert.equal(identityFile(), identity, 'it has another identity');
    const ids = (await clients()).map(({ id }) => id);
    assert.equal(ids.length, installations, `clients of the site: ${ids.join(', ')}`);
    await awaitStatus(running.site, running.api, startedCode, { after: known, clientId });
    const own = (await statusMessages(running.api)).filter((row) => row.clientId === clientId);
    assert.deepEqual(
      own.map(({ seq }) => seq),
      own.map((_, index) => index + 1),
      'its messages do not go on where they were',
    );
    assert.equal(own.filter(({ code }) => code === 30001).length, 1, 'it enrolled again');
  });

  it('is mended by the next line where one has failed', async () => {
    const inTheWay = msi.installed('seed/software/software.mjs');
    rmSync(inTheWay);
    mkdirSync(join(inTheWay, 'something'), { recursive: true });
    assert.notEqual(await msi.msiexec(...repairLine), 0);
    rmSync(inTheWay, { recursive: true });
    await msi.succeed(...repairLine);
    await assertAllWhole();
  });

  it('is a service that stops cleanly and starts within a second', async (context) => {
    const tookMs: number[] = [];
    for (let round = 0; round < starts; round += 1) {
      assert.equal((await ask('stop')).state, 'stopped');
      const { output } = await run('sc', 'query', serviceName);
      assert.match(output, /WIN32_EXIT_CODE\s*: 0 /);
      const started = await ask('start');
      assert.equal(started.state, 'running');
      tookMs.push(started.tookMs);
    }
    context.diagnostic(`running after ${tookMs.join(', ')} ms`);
    assert.equal(((await msi.answer('status')) as { clientId: string }).clientId, clientId);
  });

  it('goes, and leaves nothing but its state', async () => {
    await remove();
    assert.deepEqual(without(files(), [...filesBefore, ...windowsOwn]), []);
    assert.deepEqual(without(filesBefore, files()), []);
    const registry = await registryLines();
    const added = without(registry, registryBefore).filter((line) => !installersOwn.test(line));
    assert.deepEqual(added, []);
    assert.deepEqual(without(registryBefore, registry), []);
    assert.equal(identityFile(), identity);
  });

  it('is the same client when it comes back', async () => {
    await msi.succeed('/i', 'client.msi');
    await assertAllWhole();
    assert.equal(((await msi.answer('status')) as { clientId: string }).clientId, clientId);
    await remove('REMOVESTATE=1');
    assert.equal(existsSync(msi.linux(stateFolder)), false);
  });

  it('needs no words where the site has written its address and a token into it', async () => {
    const { version } = built.release;
    const response = await fetch(
      `${running.site.consoleUrl}/api/v1/client-releases/${version}/packages/client.msi/configured`,
      {
        method: 'POST',
        headers: { 'x-api-key': running.apiKey, 'content-type': 'application/json' },
        body: JSON.stringify({ token: running.token }),
      },
    );
    assert.equal(response.status, 200);
    writeFileSync(msi.linux('C:\\configured.msi'), Buffer.from(await response.arrayBuffer()));
    await install('configured.msi');
    await assertAllWhole();
    await remove('REMOVESTATE=1');
  });

  it('has every file replaced by the rules of Windows, too, which keep what was changed by a user', async () => {
    await wine.prefix.shutDown();
    const root = join(wine.folder, 'prefix');
    const line = [...repairLine.map((word) => word.replace('client.msi', 'C:\\client.msi')), '/qn'];
    assert.equal((await ownMsiexec(root, ['/i', 'C:\\client.msi', '/qn'])).exitCode, 0);
    const { exitCode, why } = await ownMsiexec(root, [...line, '/L*v', 'C:\\own.log']);
    assert.equal(exitCode, 0, why);
    const log = readFileSync(msi.linux('C:\\own.log'), 'utf16le');
    assert.equal(log.split('REINSTALLMODE specifies all files to be overwritten').length - 1, whole.size);
  });
});
