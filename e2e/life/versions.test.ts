/** A client under a real systemd becomes another version, and comes back from one that is sick, whatever its site hears. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RepairReport } from '@holdfast/client';
import { type Page, type StatusRow, statusCode, trialStarts, usualTrialSeconds } from '@holdfast/contract';
import { bootingMissing } from '../support/booted.ts';
import { temporaryFolder } from '../support/folders.ts';
import { type UpgradedLinux, upgradedLinux } from '../support/upgrades.ts';
import { offerVersion } from '../support/versions.ts';
import { sickCode, sickReleases } from './sick/releases.ts';

/** What a folder takes of the disk, in whole blocks of it. */
const diskBytes = (path: string) =>
  Number(execFileSync('du', ['--summarize', '--block-size=1', path], { encoding: 'utf8' }).split('\t', 1)[0]);

const folder = temporaryFolder();
const full = process.env.HOLDFAST_FULL !== undefined;
const inSlice = ['dies at once', 'cannot be loaded'];

type Status = { readonly clientId: string; readonly version: string };
type Versions = {
  readonly current: string;
  readonly trial: unknown;
  readonly versions: readonly { readonly version: string; readonly role: string }[];
};

describe('an installed client', { skip: bootingMissing() }, () => {
  let machine: UpgradedLinux;
  let number = 2;
  const nextVersion = () => `0.${number++}.0`;

  before(async () => {
    machine = await upgradedLinux(folder.path, `hf-versions-${process.pid}`);
  });
  after(async () => {
    await machine?.stop();
    folder.remove();
  });

  const status = () => machine.answer<Status>('status');

  /** How often the version of an upgrade was started before it was given up, as the client told it. */
  async function startsOf(upgradeId: string): Promise<number> {
    const { items } = await machine.running.api.get<Page<StatusRow>>('/status?limit=200');
    const told = items.find(
      ({ code, details }) => code === statusCode('version-reverted') && details.upgradeId === upgradeId,
    );
    assert.ok(told, 'the client has not told that it went back');
    return Number(told.details.starts);
  }

  /** Milliseconds in which no process of the service ran. */
  async function awayMs(until: Promise<unknown>): Promise<number> {
    let over = false;
    const ended = until.finally(() => {
      over = true;
    });
    let away = 0;
    let last = performance.now();
    while (!over) {
      const { output } = await machine.linux.run(
        'systemctl',
        'show',
        '--value',
        '--property=StatusText',
        'holdfast-client.service',
      );
      const now = performance.now();
      if (output.trim() !== 'works') away += now - last;
      last = now;
      await sleep(100);
    }
    await ended;
    return away;
  }

  it('becomes the version that its site orders, and is blessed', async (context) => {
    const { clientId } = await status();
    const identity = machine.identity();
    const version = nextVersion();
    const archive = await offerVersion(machine.running.api, machine.built, {
      version,
      platform: 'linux',
      folder: `${folder.path}/made`,
    });
    const upgrade = await machine.order(version);
    const away = await awayMs(machine.memberIs(upgrade, ['blessed', 'failed']));
    context.diagnostic(`${archive.size} bytes; away for ${Math.round(away)} ms`);
    const member = await machine.memberIs(upgrade, ['blessed', 'failed']);
    assert.equal(member.state, 'blessed', JSON.stringify(member));
    assert.deepEqual([(await status()).version, (await status()).clientId], [version, clientId]);
    assert.equal(machine.identity(), identity);
    const { current, trial } = await machine.answer<Versions>('versions');
    assert.deepEqual([current, trial], [version, null]);
    assert.equal((await machine.linux.run('holdfast-client', 'verify')).code, 0);
  });

  it('mends the version beside the seed and what its package owns, each from where it came', async () => {
    const { version } = await status();
    const lost = machine.state(`versions/${version}/software/software.mjs`);
    const program = machine.linux.pathOf('/opt/holdfast-client/launcher/guard.mjs');
    for (const path of [lost, program]) rmSync(path);
    const { restored, unrestored } = await machine.answer<RepairReport>('repair');
    assert.deepEqual(unrestored, []);
    assert.deepEqual(restored.map(({ what }) => what).sort(), [
      'launcher/guard.mjs',
      'software/software.mjs',
    ]);
    assert.equal((await machine.linux.run('holdfast-client', 'verify')).code, 0);
  });

  it('goes back to a lower version where its site orders that, and three take little more room than one', async (context) => {
    const upgrade = await machine.order('0.1.0', { action: 'rollback' });
    const member = await machine.memberIs(upgrade, ['blessed', 'failed']);
    assert.equal(member.state, 'blessed', JSON.stringify(member));
    assert.equal((await status()).version, '0.1.0');
    const { versions } = await machine.answer<Versions>('versions');
    assert.deepEqual(
      versions.map(({ version }) => version),
      ['seed', '0.1.0', '0.2.0'],
    );
    const [one, more] = [machine.linux.pathOf('/opt/holdfast-client'), machine.state('versions')].map(
      diskBytes,
    );
    const ratio = ((one ?? 0) + (more ?? 0)) / (one ?? 0);
    context.diagnostic(`${one} bytes of one version, ${more} of two more: ${ratio.toFixed(3)} times one`);
    assert.ok(ratio <= 1.4, `three versions take ${ratio} times one`);
  });

  for (const sick of sickReleases.filter(({ name }) => full || inSlice.includes(name))) {
    it(`comes back from a version that ${sick.name}`, async (context) => {
      const before = await status();
      const identity = machine.identity();
      const version = nextVersion();
      await offerVersion(machine.running.api, machine.built, {
        version,
        platform: 'linux',
        folder: `${folder.path}/made`,
        before: sickCode(sick),
      });
      const began = performance.now();
      const upgrade = await machine.order(version, { trialSeconds: usualTrialSeconds });
      const member = await machine.memberIs(upgrade, ['blessed', 'failed']);
      const minutes = (performance.now() - began) / 60_000;
      assert.equal(member.state, 'failed', JSON.stringify(member));
      const starts = await startsOf(upgrade);
      context.diagnostic(
        `${minutes.toFixed(1)} minutes, ${starts} starts; ${member.cause}: ${member.reason}`,
      );
      assert.ok(starts <= trialStarts, `it had ${starts} starts`);
      assert.ok(
        sick.causes.some((cause) => cause === member.cause),
        `${member.cause}: ${member.reason}`,
      );
      assert.deepEqual(await status(), {
        ...(await status()),
        clientId: before.clientId,
        version: before.version,
      });
      assert.equal(machine.identity(), identity);
      const after = await machine.answer<Versions>('versions');
      assert.equal(after.trial, null);
    });
  }
});
