/** client.msi, installed, repaired by the published line and removed by a real msiexec. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { ClientSummary, Page } from '@holdfast/contract';
import { toWindows, type WineProcess, wineAvailable } from '../../packages/machine/wine/index.ts';
import { buildRelease } from '../../scripts/build-client.ts';
import { missingOnThisMachine } from '../support/needs.ts';
import { type BuiltRelease, builtRelease } from '../support/release.ts';
import { startTestSite, type TestSite } from '../support/site.ts';
import { treeFiles } from '../support/tree.ts';
import { useWine } from '../support/wine.ts';

const skip = wineAvailable() ?? false;
/** An upgrade and another folder: half a minute more. */
const short = process.env.HOLDFAST_FULL ? false : 'with --full';
const wine = useWine(skip);
const installFolder = 'C:\\Program Files\\Holdfast\\Client';
const stateFolder = 'C:\\ProgramData\\Holdfast';
/** Where Wine keeps a task: its schtasks says nothing of one. */
const rescueTask = 'C:\\windows\\system32\\tasks\\Holdfast\\Rescue';
const registryKey = 'HKLM\\SOFTWARE\\Holdfast\\Client';

let built: BuiltRelease;
let running: TestSite;
/** Of what is installed. */
let productCode = '';
/** Wine ends its services with the last program of a user. */
let user: WineProcess;

const linux = (path: string) => wine.prefix.toLinux(path);
const sayings = (path: string) => {
  const bytes = readFileSync(linux(path));
  return bytes[0] === 0xff ? bytes.toString('utf16le') : bytes.toString('utf8');
};

async function msiexec(...words: readonly string[]): Promise<void> {
  const log = 'C:\\msiexec.txt';
  rmSync(linux(log), { force: true });
  const { code, output } = await wine.prefix.run('msiexec', [...words, '/qn', '/L*v', log]);
  assert.equal(code, 0, `${words.join(' ')} ended with ${code}: ${output}\n${sayings(log).slice(-3000)}`);
}
const ofPackage = () => toWindows(built.find('msi', 'windows').path);

async function serviceState(): Promise<string | undefined> {
  const { output } = await wine.prefix.run('sc', ['query', 'HoldfastClient']);
  return /STATE\s*:\s*\d+\s+(\w+)/.exec(output)?.[1];
}

/** Until the service manager says so; a service is started and not waited for. */
async function awaitRunning(): Promise<void> {
  const until = performance.now() + 30_000;
  for (;;) {
    const state = await serviceState();
    if (state === 'RUNNING') return;
    assert.ok(performance.now() < until, `the service is ${state}`);
  }
}

async function registryValue(name: string): Promise<string | undefined> {
  const { output } = await wine.prefix.run('reg', ['query', registryKey, '/v', name]);
  return /REG_SZ\s+(.*?)\r?\n/.exec(output)?.[1];
}

const wanted = () => [...treeFiles(join(built.folder, 'windows-x64'))];
const clients = async () => (await running.api.get<Page<ClientSummary>>('/clients')).items;

describe('client.msi', { skip }, () => {
  // In here: the Windows is there by now.
  before(async () => {
    built = await builtRelease();
    running = await startTestSite({ dataFolder: join(wine.folder, 'site'), pollSeconds: 3600 });
    user = wine.prefix.start('cmd', ['/c', 'ping -n 100000 127.0.0.1 >nul'], { timeoutMs: 0 });
  });
  after(async () => {
    user?.kill();
    await running?.site.close();
  });

  it('is read by msiinfo, and keeps the token out of logs', { skip: missingOnThisMachine('msiinfo') }, () => {
    const { path } = built.find('msi', 'windows');
    const table = (name: string) => execFileSync('msiinfo', ['export', path, name], { encoding: 'utf8' });
    assert.match(table('Property'), /^MsiHiddenProperties\tTOKEN\r?$/m);
    assert.match(table('ServiceInstall'), /HoldfastClient/);
    assert.ok(table('Property').includes(built.find('msi', 'windows').productCode ?? 'none'));
  });

  it('installs every file, enrols, and runs as a service', async () => {
    const site = running.site.managementPointUrl;
    await msiexec('/i', ofPackage(), `SITE=${site}`, `TOKEN=${running.token}`);
    assert.deepEqual([...treeFiles(linux(installFolder))], wanted());
    productCode = built.find('msi', 'windows').productCode ?? '';
    await awaitRunning();
    const [client] = await clients();
    assert.equal(client?.platform, 'windows');
    assert.ok(existsSync(linux(`${stateFolder}\\settings.json`)));
    assert.equal(await registryValue('Version'), built.release.version);
    assert.equal(await registryValue('InstallFolder'), `${installFolder}\\`);
    assert.ok(existsSync(linux(rescueTask)));
    // Wine writes down all properties at the end, hidden ones too; nothing else may say it.
    const lines = sayings('C:\\msiexec.txt').split(/\r?\n/);
    const telling = lines.filter((line) => line.includes(running.token));
    assert.deepEqual(telling, [`Property(S): TOKEN = ${running.token}`]);
  });

  it('comes back by the published line: files lost, cut off and changed, service and registry gone', async () => {
    const [before] = await clients();
    const file = (path: string) => linux(`${installFolder}\\${path}`);
    rmSync(file('bin\\holdfast-client.cmd'));
    rmSync(file('seed\\core\\holdfast-setup.mjs'));
    truncateSync(file('node_modules\\koffi\\index.cjs'), 10);
    truncateSync(file('seed\\manifests\\core.json'), 0);
    const changed = readFileSync(file('seed\\core\\holdfast-client.mjs'));
    changed[changed.length >> 1] = (changed[changed.length >> 1] ?? 0) ^ 1;
    writeFileSync(file('seed\\core\\holdfast-client.mjs'), changed);
    await wine.prefix.run('sc', ['stop', 'HoldfastClient']);
    await wine.prefix.run('sc', ['delete', 'HoldfastClient']);
    await wine.prefix.run('reg', ['delete', registryKey, '/f']);
    const { code } = await wine.prefix.run('msiexec', [
      ...['/I', ofPackage(), '/L*v', 'C:\\repair.log', 'REINSTALLMODE=vmeus', 'REINSTALL=ALL', '/qn'],
    ]);
    assert.equal(code, 0, sayings('C:\\repair.log').slice(-3000));
    assert.deepEqual([...treeFiles(linux(installFolder))], wanted());
    assert.equal(await registryValue('Version'), built.release.version);
    await awaitRunning();
    assert.deepEqual(
      (await clients()).map(({ id }) => id),
      [before?.id],
    );
  });

  it('is replaced by a newer version, which is the same client', { skip: short }, async () => {
    const [before] = await clients();
    const folder = join(wine.folder, 'newer');
    const [newer] = await buildRelease({
      output: folder,
      version: '0.1.9',
      platform: 'windows',
      kinds: ['msi'],
    });
    await msiexec('/i', toWindows(join(folder, newer?.name ?? '')));
    productCode = newer?.productCode ?? '';
    assert.deepEqual([...treeFiles(linux(installFolder))], [...treeFiles(join(folder, 'windows-x64'))]);
    assert.equal(await registryValue('Version'), '0.1.9');
    await awaitRunning();
    const { output } = await wine.prefix.run(`${installFolder}\\bin\\holdfast-client.cmd`, ['--version']);
    assert.equal(output.trim(), '0.1.9');
    assert.deepEqual(
      (await clients()).map(({ id }) => id),
      [before?.id],
    );
  });

  it('goes with its service and its files, and leaves the state', async () => {
    await msiexec('/x', productCode);
    assert.equal(existsSync(linux(installFolder)), false);
    assert.equal(await serviceState(), undefined);
    assert.equal(existsSync(linux(rescueTask)), false);
    assert.ok(existsSync(linux(`${stateFolder}\\settings.json`)));
    assert.equal(await registryValue('Version'), undefined);
  });

  it('lies where INSTALLDIR says, though no site answers, and leaves nothing when REMOVESTATE says so', {
    skip: short,
  }, async () => {
    const elsewhere = 'C:\\Else where\\Client';
    await msiexec(
      ...['/i', ofPackage(), `INSTALLDIR=${elsewhere}`],
      ...['SITE=https://127.0.0.1:9', 'TOKEN=HF1.nobody.knows.this'],
    );
    assert.deepEqual([...treeFiles(linux(elsewhere))], wanted());
    await awaitRunning();
    await msiexec('/x', built.find('msi', 'windows').productCode ?? '', 'REMOVESTATE=1');
    assert.equal(existsSync(linux(elsewhere)), false);
    assert.equal(existsSync(linux(stateFolder)), false);
  });
});
