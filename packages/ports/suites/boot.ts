/** The contract of the machine as started. */
import assert from 'node:assert/strict';
import type { Boot } from '../src/index.ts';
import {
  type ContractTests,
  type Fixture,
  type Make,
  registerContract,
  type SuiteOptions,
} from './contract.ts';

export type BootFixture = Fixture & {
  readonly boot: Boot;
  /** Starts the machine again: only where this can be had (a simulation). */
  restart?(): Promise<void>;
  /** Upgrades the operating system: likewise. */
  upgrade?(): Promise<void>;
  /** Starts the machine again, with much to start; resolves when it is busy with that, its answer when it has done it. */
  busyStart?(): Promise<() => Promise<void>>;
};

export function bootContract(make: Make<BootFixture>, options: SuiteOptions = {}): void {
  registerContract('the boot', make, options, tests);
}

const tests: ContractTests<BootFixture> = {
  'one boot has one id': async ({ boot }) => {
    const id = await boot.id();
    assert.match(id, /^\S{8,128}$/);
    assert.equal(await boot.id(), id);
  },

  'the operating system is told in full, the same each time': async ({ boot }) => {
    const system = await boot.operatingSystem();
    assert.ok(['linux', 'windows', 'macos'].includes(system.platform), system.platform);
    for (const [field, value] of Object.entries(system)) assert.ok(value.trim().length > 0, `no ${field}`);
    assert.deepEqual(await boot.operatingSystem(), system);
  },

  'the machine has a host name': async ({ boot }) => {
    assert.match(await boot.hostName(), /^\S{1,255}$/);
  },

  'a restart gives a new boot id and keeps the epoch': async ({ boot, restart }, context) => {
    if (restart === undefined) {
      context.skip('this machine cannot be started again in a test');
      return;
    }
    const [id, { epoch }] = [await boot.id(), await boot.operatingSystem()];
    await restart();
    assert.notEqual(await boot.id(), id);
    assert.equal((await boot.operatingSystem()).epoch, epoch);
  },

  'the machine is up for some time, and longer when it is asked again': async ({ boot }, context) => {
    const first = await boot.uptime?.();
    if (first === undefined) {
      context.skip('this machine does not tell how long it is up');
      return;
    }
    assert.ok(Number.isFinite(first) && first >= 0, `${first}`);
    assert.ok(((await boot.uptime?.()) ?? 0) >= first);
  },

  'it is awake for some time, no longer than it is up, and longer when it is asked again': async (
    { boot },
    context,
  ) => {
    const first = await boot.awake?.();
    if (first === undefined || boot.uptime === undefined) {
      context.skip('this machine does not tell how long it is awake');
      return;
    }
    assert.ok(Number.isFinite(first) && first >= 0, `${first}`);
    const second = (await boot.awake?.()) ?? 0;
    assert.ok(second >= first);
    // The two are read one after the other, and from clocks of different steps.
    assert.ok(second <= (await boot.uptime()) + 1_000, `${second}`);
  },

  'it is settled, or tells what still starts': async ({ boot }, context) => {
    const settled = await boot.settled?.();
    if (settled === undefined) {
      context.skip('this machine does not tell what still starts');
      return;
    }
    assert.ok(settled.ready || settled.reason.length > 0);
  },

  'a machine that still starts is not settled, and those who watch are told when it is': async (
    { boot, busyStart },
    context,
  ) => {
    if (busyStart === undefined || boot.settled === undefined) {
      context.skip('this machine cannot be seen at its start in a test');
      return;
    }
    const done = await busyStart();
    const busy = await boot.settled();
    assert.ok(!busy.ready);
    assert.ok(busy.reason.length > 0);
    let told = 0;
    const leave = boot.watch?.(() => {
      told += 1;
    });
    await done();
    assert.deepEqual(await boot.settled(), { ready: true });
    assert.ok(told > 0 || boot.watch === undefined, 'nobody was told');
    leave?.();
  },

  'an upgrade of the operating system gives a new epoch': async ({ boot, upgrade }, context) => {
    if (upgrade === undefined) {
      context.skip('this machine cannot be upgraded in a test');
      return;
    }
    const { epoch } = await boot.operatingSystem();
    await upgrade();
    assert.notEqual((await boot.operatingSystem()).epoch, epoch);
  },
};
