/** A client that a real msiexec has installed becomes another version, and comes back from one that is sick, on Windows. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RescueReport } from '@holdfast/client';
import type { UpgradeMember } from '@holdfast/contract';
import { type WineProcess, wineAvailable } from '../../packages/machine/wine/index.ts';
import { bundleForClient } from '../../scripts/build-client.ts';
import { statusMessages } from '../support/deploy.ts';
import { onlyInFull } from '../support/needs.ts';
import { memberIs, orderVersion } from '../support/orders.ts';
import { offerVersion } from '../support/versions.ts';
import { useWine } from '../support/wine.ts';
import { installFolder, serviceName, stateFolder } from './client-msi.ts';
import { usePackagedClient } from './packaged-client.ts';
import { sickCode, sickReleases } from './sick/releases.ts';

const skip = wineAvailable() ?? onlyInFull();
const wine = useWine(skip);
/** What takes another way on Windows: how a process ends, and who sees that it hangs. */
const tried = ['dies at once', 'cannot be loaded', 'hangs at once'];
const ends: readonly UpgradeMember['state'][] = ['blessed', 'failed'];

const dies = "if (process.argv[2] === 'service') process.exit(1);";
const stopsItself = `
import { spawn } from 'node:child_process';
if (process.argv[2] === 'service') setTimeout(() => spawn('net', ['stop', '${serviceName}'], { stdio: 'ignore' }), 3000);`;
const startedCode = 30002;
const revertedCode = 30064;

const actOf = (decision: RescueReport['decision']) =>
  decision.kind === 'act' ? decision.act : decision.kind;

type Status = { readonly clientId: string; readonly version: string };
type Trial = { readonly version: string; readonly starts: number };
type Versions = { readonly current: string; readonly trial: Trial | null };

describe('an installed client on Windows', { skip }, () => {
  const packaged = usePackagedClient(wine, 5);
  const { withoutSite } = packaged;
  let number = 2;
  const nextVersion = () => `0.${number++}.0`;
  let recovery: string;
  const state = (path: string) => packaged.msi.linux(`${stateFolder}\\${path}`);
  const status = async () => (await packaged.msi.answer('status')) as Status;
  const versions = async () => (await packaged.msi.answer('versions')) as Versions;
  const identity = () => readFileSync(state('keys\\identity.json'), 'utf8');
  const api = () => packaged.running.api;
  const trialLies = () => existsSync(state('versions\\trial.json'));
  const startsCounted = () =>
    trialLies() ? (JSON.parse(readFileSync(state('versions\\trial.json'), 'utf8')) as Trial).starts : 0;

  before(async () => {
    const entry = join(import.meta.dirname, 'service-recovery.ts');
    recovery = await bundleForClient(entry, 'windows', join(wine.folder, 'recovery'));
    await packaged.install('client.msi', ...packaged.siteWords);
    await packaged.msi.awaitRunning();
  });

  async function offered(code?: string): Promise<string> {
    const version = nextVersion();
    await offerVersion(api(), packaged.built, {
      version,
      platform: 'windows',
      folder: join(wine.folder, 'made'),
      ...(code === undefined ? {} : { before: code }),
    });
    return version;
  }

  async function until(reached: () => Promise<boolean> | boolean, what: string): Promise<void> {
    const limit = performance.now() + 180_000;
    while (!(await reached())) {
      assert.ok(performance.now() < limit, what);
      await sleep(200);
    }
  }

  it('becomes the version that its site orders, and is blessed', async (context) => {
    const before = await status();
    const known = identity();
    const version = await offered();
    const watched = packaged.ask('away');
    const upgrade = await orderVersion(api(), version);
    const member = await memberIs(api(), upgrade, ends);
    assert.equal(member.state, 'blessed', JSON.stringify(member));
    const { version: now, clientId } = await status();
    assert.deepEqual([now, clientId], [version, before.clientId]);
    assert.equal(identity(), known);
    assert.deepEqual([(await versions()).current, (await versions()).trial], [version, null]);
    await packaged.assertAllWhole();
    const { away } = await watched;
    const works = (await statusMessages(api())).findLast(({ code }) => code === startedCode);
    assert.ok(away && works);
    context.diagnostic(`away for ${away.ms} ms; works ${works.at - away.from} ms after its end began`);
  });

  describe('whose service manager starts again what has died', () => {
    let manager: WineProcess;
    before(async () => {
      manager = await wine.prefix.startNode(recovery, [installFolder], { timeoutMs: 0 });
    });
    after(async () => {
      manager.kill();
      await manager.exit;
    });

    for (const sick of sickReleases.filter(({ name }) => tried.includes(name))) {
      it(`comes back from a version that ${sick.name}`, async (context) => {
        const before = await status();
        const known = identity();
        const version = await offered(sickCode(sick));
        const began = performance.now();
        const upgrade = await orderVersion(api(), version);
        const member = await memberIs(api(), upgrade, ends);
        const seconds = (performance.now() - began) / 1000;
        context.diagnostic(`${seconds.toFixed(0)} s; ${JSON.stringify(member)}`);
        context.diagnostic(await manager.output());
        assert.equal(member.state, 'failed', JSON.stringify(member));
        assert.ok(
          sick.causes.some((cause) => cause === member.cause),
          `${member.cause}: ${member.reason}`,
        );
        assert.deepEqual(
          [(await status()).version, (await status()).clientId],
          [before.version, before.clientId],
        );
        assert.equal(identity(), known);
        assert.equal((await versions()).trial, null);
      });
    }
  });
  it('goes back to a lower version where its site orders that', async () => {
    const upgrade = await orderVersion(api(), '0.1.0', { action: 'rollback' });
    const member = await memberIs(api(), upgrade, ends);
    assert.equal(member.state, 'blessed', JSON.stringify(member));
    assert.equal((await status()).version, '0.1.0');
  });

  describe('a revert works when the service is stopped:', () => {
    const rescue = async () => {
      const line = ['/c', `${installFolder}\\bin\\holdfast-rescue.cmd`, 'run', '--json'];
      const { code, output } = await wine.prefix.run('cmd', line);
      assert.equal(code, 0, output);
      return (JSON.parse(output.slice(output.search(/^\{/m))) as RescueReport).decision;
    };
    const isStopped = async () => (await packaged.msi.serviceState()) === 'STOPPED';
    const stopped = () => until(isStopped, 'the service runs on');

    /** A version that its site orders now, started for the first time. */
    async function onTrial(code?: string, trialSeconds = 5): Promise<string> {
      const version = await offered(code);
      const upgrade = await orderVersion(api(), version, { trialSeconds });
      await until(() => startsCounted() === 1, 'no trial has begun');
      return upgrade;
    }

    async function assertBack(before: Status, upgrade: string): Promise<void> {
      const member = await memberIs(api(), upgrade, ends);
      assert.deepEqual([member.state, member.cause], ['failed', 'died'], JSON.stringify(member));
      const told = (await statusMessages(api())).findLast(({ code }) => code === revertedCode);
      assert.match(told?.text ?? '', /after [1-3] starts/);
      const now = await status();
      assert.deepEqual([now.version, now.clientId], [before.version, before.clientId]);
    }

    it('goes on with the trial once its administrator starts it again, and nothing counts', async () => {
      const upgrade = await onTrial(undefined, 20);
      await memberIs(api(), upgrade, ['on-trial']);
      assert.equal((await packaged.ask('stop')).state, 'stopped');
      assert.equal((await versions()).trial?.starts, 0);
      assert.equal((await packaged.ask('start')).state, 'running');
      assert.equal((await memberIs(api(), upgrade, ends)).state, 'blessed');
    });

    it('comes back at the next start from a version that has used up its starts, without a network', async () => {
      const before = await status();
      const upgrade = await onTrial(dies);
      await stopped();
      await withoutSite(async () => {
        for (let start = 2; start <= 4; start += 1) {
          await packaged.run('net', 'start', serviceName);
          if (start < 4) await stopped();
        }
        await packaged.msi.awaitRunning();
        assert.equal((await status()).version, before.version);
        assert.ok(!trialLies());
      });
      await assertBack(before, upgrade);
    });

    for (const [what, code] of [
      ['dies', dies],
      ['stops its own service', stopsItself],
    ] as const) {
      it(`is brought back by the second starter from a version that ${what}, without a network`, async () => {
        const before = await status();
        const upgrade = await onTrial(code);
        await stopped();
        await withoutSite(async () => {
          assert.deepEqual(await rescue().then(actOf), 'start');
          await stopped();
          assert.deepEqual(await rescue().then(actOf), 'revert');
          await packaged.msi.awaitRunning();
          assert.equal((await status()).version, before.version);
          assert.ok(!trialLies());
        });
        await assertBack(before, upgrade);
      });
    }
  });
});
