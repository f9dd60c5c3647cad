/** The contract of the machine's network links. */
import assert from 'node:assert/strict';
import type { Clock, LinkState, Links } from '../src/index.ts';
import {
  type ContractTests,
  type Fixture,
  type Make,
  registerContract,
  type SuiteOptions,
} from './contract.ts';
import { toldOf } from './watched.ts';

export type LinksFixture = Fixture & {
  readonly links: Links;
  readonly clock: Pick<Clock, 'sleep'>;
  /** Connects and disconnects: only where this can be had. */
  connect?(state: LinkState): Promise<void>;
};

export function linksContract(make: Make<LinksFixture>, options: SuiteOptions = {}): void {
  registerContract('network links', make, options, tests);
}

const states: readonly LinkState[] = [
  { up: false, metered: false },
  { up: true, metered: true },
  { up: true, metered: false },
];

const noHands = 'the links of this machine cannot be changed in a test';

const tests: ContractTests<LinksFixture> = {
  'it is told whether there is a network, and whether it is paid by volume': async ({ links }) => {
    const { up, metered } = await links.state();
    assert.equal(typeof up, 'boolean');
    assert.equal(typeof metered, 'boolean');
    assert.ok(up || !metered, 'what is not there costs nothing');
  },

  'links that come and go are seen': async ({ links, connect }, context) => {
    if (connect === undefined) {
      context.skip(noHands);
      return;
    }
    for (const state of states) {
      await connect(state);
      assert.deepEqual(await links.state(), state);
    }
  },

  'those who watch are told of a change, and those who left are not': async (fixture, context) => {
    const { links, clock, connect } = fixture;
    if (connect === undefined) {
      context.skip(noHands);
      return;
    }
    await toldOf(() => connect({ up: false, metered: false }), links, clock, context);
  },
};
