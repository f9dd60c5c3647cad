/** The contract of what a system brings along for those who manage it. */
import assert from 'node:assert/strict';
import type { Facilities } from '../src/index.ts';
import {
  type ContractTests,
  type Fixture,
  type Make,
  registerContract,
  type SuiteOptions,
} from './contract.ts';

export type FacilityName = keyof Facilities;

export type FacilitiesFixture = Fixture & {
  readonly facilities: Facilities;
  /** Those that this system has. */
  readonly has: readonly FacilityName[];
  /** It answers nobody any more; its answer mends it. */
  spoil?(name: FacilityName): Promise<() => Promise<void>>;
};

export function facilitiesContract(make: Make<FacilitiesFixture>, options: SuiteOptions = {}): void {
  registerContract('the facilities of a system', make, options, tests);
}

const names: readonly FacilityName[] = ['wmi', 'systemd'];

const tests: ContractTests<FacilitiesFixture> = {
  'what a system has is ready, and what it has not gives no answer': async ({ facilities, has }) => {
    for (const name of names) {
      assert.deepEqual(await facilities[name](), has.includes(name) ? { ready: true } : undefined, name);
    }
  },

  'what answers nobody is not ready, and says what was seen': async ({ facilities, has, spoil }, context) => {
    if (spoil === undefined || has.length === 0) {
      context.skip('nothing here can be spoilt in a test');
      return;
    }
    for (const name of has) {
      const mend = await spoil(name);
      const found = await facilities[name]();
      assert.ok(found && !found.ready, name);
      assert.ok(found.reason.length > 0);
      assert.ok(Object.keys(found.evidence).length > 0, 'nothing was seen');
      await mend();
      assert.deepEqual(await facilities[name](), { ready: true });
    }
  },
};
