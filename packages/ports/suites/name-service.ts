/** The contract of the name service. */
import assert from 'node:assert/strict';
import type { NameService, ServiceAddress } from '../src/index.ts';
import {
  type ContractTests,
  type Fixture,
  type Make,
  registerContract,
  type SuiteOptions,
} from './contract.ts';
import { rejectsWith } from './expect.ts';

export type NameServiceFixture = Fixture & {
  readonly names: NameService;
  /** Has this name answered so. */
  put(name: string, addresses: readonly ServiceAddress[]): void;
  /** From now on nobody answers. */
  silence(): Promise<void>;
};

export function nameServiceContract(make: Make<NameServiceFixture>, options: SuiteOptions = {}): void {
  registerContract('the name service', make, options, tests);
}

const address = (host: string, priority: number, weight: number): ServiceAddress => ({
  host,
  port: 8443,
  priority,
  weight,
});

const tests: ContractTests<NameServiceFixture> = {
  'a service is found by its name, the lowest priority first, the greatest weight within it': async (
    fixture,
  ) => {
    const [last, first, second] = [
      address('c.example', 20, 0),
      address('a.example', 10, 9),
      address('b.example', 10, 1),
    ];
    fixture.put('_holdfast-mp._tcp.example', [last, second, first]);
    assert.deepEqual(await fixture.names.srv('_holdfast-mp._tcp.example'), [first, second, last]);
  },

  'a name that is not there has no addresses': async ({ names }) => {
    assert.deepEqual(await names.srv('_holdfast-mp._tcp.nowhere.example'), []);
  },

  'where nobody answers that is said, and not taken for an empty answer': async ({ names, silence }) => {
    await silence();
    await rejectsWith(names.srv('_holdfast-mp._tcp.example'), 'network.unreachable');
  },

  'the domains of the machine are plain names': async ({ names }) => {
    for (const domain of await names.domains()) assert.match(domain, /^[a-z0-9-]+(\.[a-z0-9-]+)*$/);
  },
};
