/** A laptop that sleeps 26 hours while its client becomes another version of itself: sleep is neither for it nor against it. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ClientSummary, Page, UpgradeMember } from '@holdfast/contract';
import { linuxMachine } from '@holdfast/machine';
import { bootingMissing } from '../support/booted.ts';
import { temporaryFolder } from '../support/folders.ts';
import { onlyInFull } from '../support/needs.ts';
import { type Sleeper, sleeperOf, sleepMissing } from '../support/sleep/sleeper.ts';
import { type UpgradedLinux, upgradedLinux } from '../support/upgrades.ts';
import { offerVersion } from '../support/versions.ts';

const folder = temporaryFolder();
const asleepSeconds = 26 * 3600;
/** Awake, that each trial is to last at least. */
const trialSeconds = 30;
/** Milliseconds in which a moment must have come. */
const patienceMs = 180_000;
const unit = 'holdfast-client.service';
const runtime = '/opt/holdfast-client/runtime/node';

type Trial = { readonly starts: number };
type Clocks = { readonly now: number; readonly uptime: number; readonly monotonic: number };

describe('a laptop that sleeps 26 hours in the middle of the switch', {
  skip: bootingMissing() || sleepMissing() || onlyInFull(),
}, () => {
  let machine: UpgradedLinux;
  let sleeper: Sleeper;
  /** Of the site: its clock goes on while the laptop sleeps. Milliseconds. */
  let passed = 0;

  before(async () => {
    const { clock } = linuxMachine();
    const name = `hf-sleep-${process.pid}`;
    machine = await upgradedLinux(folder.path, name, {
      clock: { ...clock, now: () => clock.now() + passed },
    });
    sleeper = await sleeperOf(machine.linux, name);
    const lines = Object.entries(sleeper.environment).map((pair) => `Environment=${pair.join('=')}`);
    const dropIn = `/etc/systemd/system/${unit}.d`;
    const text = ['[Service]', ...lines, ''].join('\\n');
    await machine.linux.ask('sh', '-c', `mkdir -p ${dropIn} && printf '${text}' >${dropIn}/clock.conf`);
    await machine.linux.ask('systemctl', 'daemon-reload');
    await machine.linux.ask('systemctl', 'restart', unit);
  });
  after(async () => {
    await machine?.stop();
    sleeper?.remove();
    folder.remove();
  });

  async function sleepOnce(): Promise<void> {
    passed += asleepSeconds * 1000;
    await sleeper.wake(asleepSeconds);
  }

  const trial = (): Trial | undefined => {
    try {
      return JSON.parse(readFileSync(machine.state('versions/trial.json'), 'utf8')) as Trial;
    } catch (thrown) {
      if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') return undefined;
      throw thrown;
    }
  };

  async function until(what: string, so: () => boolean): Promise<void> {
    const end = performance.now() + patienceMs;
    while (!so()) {
      if (performance.now() > end) {
        const { output } = await machine.linux.run('journalctl', '--no-pager', '-n', '60', '-u', unit);
        assert.fail(`${what} did not come:\n${output}`);
      }
      await sleep(2);
    }
  }

  const memberOf = async (upgradeId: string) => {
    const path = `/client-upgrades/${upgradeId}/members`;
    const [member] = (await machine.running.api.get<Page<UpgradeMember>>(path)).items;
    assert.ok(member);
    return member;
  };

  async function clocks(): Promise<Clocks> {
    const environment = Object.entries(sleeper.environment).map((pair) => pair.join('='));
    const code =
      'JSON.stringify({ now: Date.now(), uptime: os.uptime() * 1000, monotonic: Number(process.hrtime.bigint() / 1000000n) })';
    return JSON.parse(await machine.linux.ask('env', ...environment, runtime, '-p', code)) as Clocks;
  }

  type Moment = {
    readonly version: string;
    /** Comes when it is to fall asleep. */
    readonly comes: (upgradeId: string) => Promise<void>;
    /** Looks, while it sleeps, whether that moment was it. */
    readonly is: (state: UpgradeMember['state']) => void;
  };

  /** Has it sleep at that moment, and be blessed after it: not before it was awake for as long as the trial lasts. */
  async function sleepsThrough({ version, comes, is }: Moment): Promise<number> {
    const { api } = machine.running;
    const identity = machine.identity();
    await offerVersion(api, machine.built, { version, platform: 'linux', folder: `${folder.path}/made` });
    const upgrade = await machine.order(version, { trialSeconds });
    await comes(upgrade);
    await sleeper.fallAsleep();
    const began = trial() === undefined ? undefined : trialBegan;
    is((await memberOf(upgrade)).state);
    await sleepOnce();
    if (began === undefined) await onTrial();
    await until('the end of the trial', () => trial() === undefined);
    const lastedMs = performance.now() - trialBegan;
    const member = await machine.memberIs(upgrade, ['blessed', 'failed']);
    assert.equal(member.state, 'blessed', JSON.stringify(member));
    assert.ok(lastedMs >= trialSeconds * 1000, `the trial lasted ${Math.round(lastedMs)} ms awake`);
    assert.equal(machine.identity(), identity);
    const { items } = await api.get<Page<ClientSummary>>('/clients');
    assert.deepEqual(
      items.map(({ clientVersion }) => clientVersion),
      [version],
    );
    return lastedMs;
  }

  /** On the clock of this machine. */
  let trialBegan = 0;
  async function onTrial(): Promise<void> {
    await until('the start on trial', () => (trial()?.starts ?? 0) > 0);
    trialBegan = performance.now();
  }

  it('is one for its programs: two clocks go on, and the monotonic one does not', async () => {
    const before = await clocks();
    await sleeper.fallAsleep();
    await sleepOnce();
    const after = await clocks();
    const hours = (one: 'now' | 'uptime' | 'monotonic') => Math.floor((after[one] - before[one]) / 3_600_000);
    assert.deepEqual([hours('now'), hours('uptime'), hours('monotonic')], [26, 26, 0]);
  });

  it('between obtaining and switch: the version is blessed', async (context) => {
    const lastedMs = await sleepsThrough({
      version: '0.2.0',
      comes: async () => await until('the version', () => existsSync(machine.state('versions/0.2.0'))),
      is: () => assert.equal(trial(), undefined, 'the switch was made already'),
    });
    context.diagnostic(`on trial for ${Math.round(lastedMs / 1000)} s awake`);
  });

  it('before its first check-in: the version is blessed', async (context) => {
    const lastedMs = await sleepsThrough({
      version: '0.3.0',
      comes: onTrial,
      is: (state) => assert.notEqual(state, 'on-trial', 'it has checked in already'),
    });
    context.diagnostic(`on trial for ${Math.round(lastedMs / 1000)} s awake`);
  });

  it('in the middle of the trial: the version is blessed', async (context) => {
    const lastedMs = await sleepsThrough({
      version: '0.4.0',
      comes: async (upgrade) => {
        await onTrial();
        await machine.memberIs(upgrade, ['on-trial']);
      },
      is: (state) => {
        assert.equal(state, 'on-trial');
        assert.ok(trial(), 'it is over already');
      },
    });
    context.diagnostic(`on trial for ${Math.round(lastedMs / 1000)} s awake`);
  });
});
