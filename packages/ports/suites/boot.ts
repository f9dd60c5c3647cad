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
