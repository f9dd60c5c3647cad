/** The contract of the machine's power supply. */
import assert from 'node:assert/strict';
import type { Clock, Power, PowerState } from '../src/index.ts';
import {
  type ContractTests,
  type Fixture,
  type Make,
  registerContract,
  type SuiteOptions,
} from './contract.ts';
import { toldOf } from './watched.ts';

export type PowerFixture = Fixture & {
  readonly power: Power;
  readonly clock: Pick<Clock, 'sleep'>;
  /** Plugs and unplugs: only where this can be had. */
  supply?(state: PowerState): Promise<void>;
};

export function powerContract(make: Make<PowerFixture>, options: SuiteOptions = {}): void {
  registerContract('the power supply', make, options, tests);
}

const states: readonly PowerState[] = [
  { mains: false, battery: 37 },
  { mains: true, battery: 38 },
  { mains: true, battery: 100 },
  { mains: false, battery: 0 },
  { mains: true, battery: null },
];

const noHands = 'the supply of this machine cannot be changed in a test';

const tests: ContractTests<PowerFixture> = {
  'it is told where the power comes from, and what is left in percent': async ({ power }) => {
    const { mains, battery } = await power.state();
    assert.equal(typeof mains, 'boolean');
    assert.ok(
      battery === null || (Number.isInteger(battery) && battery >= 0 && battery <= 100),
      `${battery}`,
    );
  },

  'a plug that is pulled and a battery that is charged are seen': async ({ power, supply }, context) => {
    if (supply === undefined) {
      context.skip(noHands);
      return;
    }
    for (const state of states) {
      await supply(state);
      assert.deepEqual(await power.state(), state);
    }
  },

  'those who watch are told of a change, and those who left are not': async (fixture, context) => {
    const { power, clock, supply } = fixture;
    if (supply === undefined) {
      context.skip(noHands);
      return;
    }
    await toldOf(() => supply({ mains: false, battery: 50 }), power, clock, context);
  },
};
