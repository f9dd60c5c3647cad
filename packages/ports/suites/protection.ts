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
  readonly protection: Protection;
  /** A file on its list, where one is known, and one that is not. */
  readonly protectedPath?: string;
  readonly otherPath: string;
  /** Present where it has not started yet; resolves when it serves. */
  serve?(): Promise<void>;
};

const serves = 'here it serves from the start';

export function protectionContract(make: Make<ProtectionFixture>, options: SuiteOptions = {}): void {
  registerContract('the protection of files', make, options, tests);
}

const tests: ContractTests<ProtectionFixture> = {
  'until it serves it says that it is not ready, with error 21': async (fixture, context) => {
    const { protection, otherPath, serve } = fixture;
    if (serve === undefined) {
      context.skip(serves);
      return;
    }
    const readiness = await protection.readiness();
    assert.ok(!readiness.ready);
    assert.equal(readiness.evidence.win32, 21);
    assert.ok(readiness.reason.length > 0);
    await rejectsWith(protection.install([fixture.protectedPath ?? otherPath]), 'system.not-ready');
  },

  'those who watch are told when it serves, and those who left are not': async (fixture, context) => {
    const { protection, serve } = fixture;
    if (serve === undefined || protection.watch === undefined) {
      context.skip(serves);
      return;
    }
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

  'once it serves it is ready, and tells what it protects': async ({ protection, otherPath, serve }) => {
    await serve?.();
    assert.deepEqual(await protection.readiness(), { ready: true });
    assert.equal(await protection.isProtected(otherPath), false);
  },

  'it installs what it protects, once it serves': async ({ protection, protectedPath, serve }, context) => {
    if (protectedPath === undefined) {
      context.skip('no file here is protected');
      return;
    }
    await serve?.();
    assert.equal(await protection.isProtected(protectedPath), true);
    await protection.install([protectedPath]);
  },
};
