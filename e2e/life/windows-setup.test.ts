/** The bootstrap and the site's repair on a real Windows Installer and service manager: Wine with Windows Node. */
import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import {
  type ClientRepair,
  type DeploymentSummary,
  type Page,
  type SetupSummary,
  setupExit,
  setupPhases,
} from '@holdfast/contract';
import { toWindows, wineAvailable } from '../../packages/machine/wine/index.ts';
import { awaitStatus, statusMessages } from '../support/deploy.ts';
import { everyOf, onlyInFull } from '../support/needs.ts';
import { treeFiles } from '../support/tree.ts';
import { installFolder, taskFolder, useWindowsMachine } from '../support/windows-machine.ts';

const skip = wineAvailable() ?? false;
const full = process.env.HOLDFAST_FULL !== undefined;
const machine = useWindowsMachine(skip);
/** Milliseconds that a repair may take from the site's word on: it replaces the service that carries it out. */
const repairLimitMs = 300_000;
/** Where a set-up of an exit code alone works: the machine's own client is not touched. */
const elsewhere = ['/noservice', '--folder=C:\\elsewhere'];
const hookTask = `${taskFolder}\\Setup`;
const hookScript = 'setup\\go-on.cmd';
const linux = (path: string) => machine.prefix.toLinux(path);

/** Moments at which a set-up is ended, by what it says. */
const moments = full
  ? [...setupPhases.map((phase) => `${phase} begins`), 'installing client.msi']
  : ['prerequisites begins', 'installing client.msi'];

async function killedAt(moment: string): Promise<void> {
  const setup = machine.startSetup(['/noservice']);
  const looks = setInterval(async () => {
    if ((await setup.output()).split(/\r?\n/).includes(moment)) setup.kill();
  }, 20);
  const { code, output } = await setup.exit.finally(() => clearInterval(looks));
  assert.equal(code, null, `it was not ended at "${moment}": ${output}`);
}

const clientId = async () => {
  const known = await machine.clients();
  assert.equal(known.length, 1, 'the machine is another client now');
  return known[0]?.id;
};

function assertNothingOfSetup(): void {
  assert.deepEqual(
    readdirSync(machine.state('setup')).filter((name) => !name.endsWith('.log')),
    ['last.json'],
  );
  assert.ok(!existsSync(linux(hookTask)), 'the task is still there');
}

/** In other ways for one file after the other: gone, cut off, one bit of it flipped. */
function damage(path: string, index: number): void {
  const file = machine.client(path);
  const bytes = readFileSync(file);
  if (index % 3 === 0 || bytes.length === 0) rmSync(file);
  else if (index % 3 === 1) truncateSync(file, bytes.length >> 1);
  else writeFileSync(file, bytes.with(bytes.length >> 1, (bytes[bytes.length >> 1] ?? 0) ^ 1));
}

describe('the bootstrap on Windows', { skip }, () => {
  it('makes the machine a client whose service runs, and keeps the package', async () => {
    const { code, output } = await machine.setUp();
    assert.equal(code, setupExit.succeeded, output);
    machine.assertWhole();
    assert.equal(await machine.serviceState(), 'RUNNING');
    assert.ok(existsSync(linux(`${taskFolder}\\Rescue`)), 'there is no second starter');
    const { package: kept } = JSON.parse(readFileSync(machine.state('package/package.json'), 'utf8'));
    assert.equal(treeFiles(machine.state('package')).get('client.msi'), kept.sha256);
    const { items } = await machine.running.api.get<Page<SetupSummary>>('/setups');
    assert.deepEqual(
      items.map(({ state, clientId: told }) => [state, told]),
      [['succeeded', await clientId()]],
    );
    assertNothingOfSetup();
    for (const log of ['setup.log', 'msiexec.log']) {
      assert.ok(!readFileSync(machine.state(`setup/${log}`), 'latin1').includes(machine.running.token), log);
    }
  });

  it('run over a client it brings back what was lost or damaged, and the client stays who it is', async () => {
    const before = await clientId();
    const paths = ['runtime/node.exe', 'seed/core/holdfast-setup.mjs', 'seed/manifests/core.json'];
    for (const [index, path] of paths.entries()) damage(path, index);
    await machine.prefix.run('sc', ['stop', 'HoldfastClient']);
    await machine.prefix.run('sc', ['delete', 'HoldfastClient']);
    const { code, output } = await machine.setup(['/noservice']);
    assert.equal(code, setupExit.succeeded, output);
    machine.assertWhole();
    assert.equal(await machine.serviceState(), 'RUNNING');
    assert.equal(await clientId(), before);
  });

  for (const moment of moments) {
    it(`ended at "${moment}" it is gone on with by the script of its task`, {
      skip: onlyInFull(),
    }, async () => {
      const before = await clientId();
      damage('launcher/rescue.mjs', 0);
      await killedAt(moment);
      assert.ok(existsSync(linux(hookTask)), 'no task would go on with it');
      const { code, output } = await machine.prefix.run('cmd', [
        '/c',
        `C:\\ProgramData\\Holdfast\\${hookScript}`,
      ]);
      const { exit } = JSON.parse(readFileSync(machine.state('setup/last.json'), 'utf8'));
      assert.equal(exit, setupExit.succeeded, `${code} ${output}`);
      machine.assertWhole();
      await machine.awaitService('RUNNING');
      assert.equal(await clientId(), before);
      assertNothingOfSetup();
    });
  }

  it('says with its exit code what is wrong', { skip: onlyInFull() }, async () => {
    const { built, running, folder } = machine;
    const site = `/mp:${running.site.managementPointUrl}`;
    const unknown = `TOKEN=${running.token.replace(/.{8}$/, 'AAAAAAAA')}`;
    assert.equal((await machine.setup([...elsewhere, site, unknown])).code, setupExit.failed);
    const deb = await machine.setup([...elsewhere, site, '--kind=deb', `TOKEN=${running.token}`]);
    assert.equal(deb.code, setupExit.prerequisites, deb.output);
    const source = join(folder, 'source');
    mkdirSync(source);
    const release = JSON.parse(readFileSync(join(built.folder, 'release.json'), 'utf8'));
    const forged = { ...release, signature: Buffer.alloc(64).toString('base64') };
    writeFileSync(join(source, 'release.json'), JSON.stringify(forged));
    const named = { managementPoint: running.site.managementPointUrl, token: running.token };
    writeFileSync(join(source, 'holdfast-setup.json'), JSON.stringify(named));
    const shared = await machine.setup([
      ...[
        '/noservice',
        `/source:${toWindows(source)}`,
        '--folder=C:\\forged',
        'INSTALLDIR=C:\\forged client',
      ],
    ]);
    assert.equal(shared.code, setupExit.hashMismatch, shared.output);
  });

  it('one works at a time: another ends with exit code 8', { skip: onlyInFull() }, async () => {
    const waiting = machine.startSetup([
      '/mp:https://127.0.0.1:9',
      ...elsewhere,
      `TOKEN=${machine.running.token}`,
    ]);
    try {
      while (!(await waiting.output()).includes('locate begins')) await machine.serviceState();
      const { code, output } = await machine.setup(['/mp:https://127.0.0.1:9', ...elsewhere]);
      assert.equal(code, setupExit.alreadyRunning, output);
    } finally {
      waiting.kill();
      await waiting.exit;
    }
  });
});

describe("the site's repair on Windows", { skip }, () => {
  /** The service is replaced under the very job that replaces it. */
  async function repaired(): Promise<void> {
    const { api, site } = machine.running;
    const newest = (await statusMessages(api)).at(-1)?.id ?? 0;
    const made = await api.post<ClientRepair>('/client-repairs', { clientId: await clientId() });
    await awaitStatus(site, api, 30020, { after: newest, patienceMs: repairLimitMs });
    const { states } = await api.get<DeploymentSummary>(`/deployments/${made.deployments[0]?.deploymentId}`);
    assert.equal(states.succeeded, 1);
  }

  it('brings back each file that was lost or damaged, one at a time, and the client stays who it is', {
    skip: onlyInFull(),
  }, async (context) => {
    const before = await clientId();
    const all = treeFiles(join(machine.built.folder, 'windows-x64')).keys();
    const damages = everyOf([...all].entries());
    const began = performance.now();
    for (const [done, [index, path]] of damages.entries()) {
      damage(path, index);
      await repaired();
      machine.assertWhole();
      const seconds = (performance.now() - began) / 1000;
      context.diagnostic(`${done + 1} of ${damages.length}, ${seconds.toFixed(0)} s: ${path}`);
    }
    assert.equal(await machine.serviceState(), 'RUNNING');
    assert.equal(await clientId(), before);
  });
});

describe('an uninstall on Windows', { skip }, () => {
  it('leaves nothing, or what is to be kept', { skip: onlyInFull() }, async () => {
    const { code, output } = await machine.setup(['/uninstall', '/noservice', 'KEEP=identity']);
    assert.equal(code, setupExit.succeeded, output);
    assert.ok(!existsSync(linux('C:\\Program Files\\Holdfast')), 'the install folder is still there');
    assert.equal(await machine.serviceState(), undefined);
    assert.deepEqual(existsSync(linux(taskFolder)) ? readdirSync(linux(taskFolder)) : [], []);
    assert.notEqual((await machine.prefix.run('reg', ['query', 'HKLM\\SOFTWARE\\Holdfast\\Client'])).code, 0);
    assert.deepEqual(readdirSync(machine.state()).sort(), ['client.journal', 'keys', 'settings.json']);
    const again = await machine.setup(['/uninstall', '/noservice']);
    assert.equal(again.code, setupExit.succeeded, again.output);
    assert.ok(!existsSync(machine.state()), `${installFolder} has left its state`);
  });
});
