/** The contract of the system's file protection: late, honest about it, and heard when it serves. */
import assert from 'node:assert/strict';
import type { Protection } from '../src/index.ts';
import {
  type ContractTests,
  type Fixture,
  type Make,
  registerContract,
  type SuiteOptions,
} from './contract.ts';
import { rejectsWith } from './expect.ts';

export type ProtectionFixture = Fixture & {
  /** Has not started yet. */
  readonly protection: Protection;
  /** A file on its list, and one that is not. */
  readonly protectedPath: string;
  readonly otherPath: string;
  /** Resolves when it serves. */
  serve(): Promise<void>;
};

export function protectionContract(make: Make<ProtectionFixture>, options: SuiteOptions = {}): void {
  registerContract('the protection of files', make, options, tests);
}

const tests: ContractTests<ProtectionFixture> = {
  'until it serves it says that it is not ready, with error 21': async ({ protection, protectedPath }) => {
    const readiness = await protection.readiness();
    assert.ok(!readiness.ready);
    assert.equal(readiness.evidence.win32, 21);
    assert.ok(readiness.reason.length > 0);
    await rejectsWith(protection.install([protectedPath]), 'system.not-ready');
  },

  'those who watch are told when it serves, and those who left are not': async ({ protection, serve }) => {
    let [told, toldAfterLeaving] = [0, 0];
    const leave = protection.watch(() => {
      told += 1;
    });
    protection.watch(() => {
      toldAfterLeaving += 1;
    })();
    await serve();
    assert.ok(told >= 1);
    assert.equal(toldAfterLeaving, 0);
    leave();
  },

  'once it serves it is ready, and installs what it protects': async (fixture) => {
    const { protection, protectedPath, otherPath, serve } = fixture;
    await serve();
    assert.deepEqual(await protection.readiness(), { ready: true });
    assert.equal(await protection.isProtected(protectedPath), true);
    assert.equal(await protection.isProtected(otherPath), false);
    await protection.install([protectedPath]);
  },
};
