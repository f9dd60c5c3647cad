/** The contract of chance. */
import assert from 'node:assert/strict';
import type { Entropy } from '../src/index.ts';
import {
  type ContractTests,
  type Fixture,
  type Make,
  registerContract,
  type SuiteOptions,
} from './contract.ts';

export type EntropyFixture = Fixture & { readonly entropy: Entropy };

export function entropyContract(make: Make<EntropyFixture>, options: SuiteOptions = {}): void {
  registerContract('entropy', make, options, tests);
}

const uuidVersion4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

const tests: ContractTests<EntropyFixture> = {
  'as many bytes come as were asked for': async ({ entropy }) => {
    for (const length of [0, 1, 16, 33, 100_000]) assert.equal(entropy.bytes(length).length, length);
  },

  'bytes differ from one draw to the next': async ({ entropy }) => {
    const draws = Array.from({ length: 50 }, () => Buffer.from(entropy.bytes(16)).toString('hex'));
    assert.equal(new Set(draws).size, draws.length);
  },

  'every value of a byte is drawn': async ({ entropy }) => {
    assert.equal(new Set(entropy.bytes(20_000)).size, 256);
  },

  'an integer is whole, at least nought and below its bound': async ({ entropy }) => {
    for (const bound of [1, 2, 7, 1000, 2 ** 32, 2 ** 40]) {
      for (let draw = 0; draw < 50; draw += 1) {
        const value = entropy.integer(bound);
        assert.ok(Number.isInteger(value) && value >= 0 && value < bound, `${value} of ${bound}`);
      }
    }
  },

  'integers are spread evenly': async ({ entropy }) => {
    const counts = [0, 0, 0];
    for (let draw = 0; draw < 3000; draw += 1) {
      const value = entropy.integer(3);
      counts[value] = (counts[value] ?? 0) + 1;
    }
    // 1,000 each is expected with a standard deviation of 26; 250 away happens less than once in 10^20 runs.
    for (const count of counts) assert.ok(Math.abs(count - 1000) < 250, counts.join(' '));
  },

  'a bound that is no positive whole number is refused': async ({ entropy }) => {
    for (const bound of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      assert.throws(() => entropy.integer(bound), RangeError, `bound ${bound}`);
    }
  },

  'a UUID is of version 4 and never comes twice': async ({ entropy }) => {
    const ids = Array.from({ length: 200 }, () => entropy.uuid());
    for (const id of ids) assert.match(id, uuidVersion4);
    assert.equal(new Set(ids).size, ids.length);
  },
};
