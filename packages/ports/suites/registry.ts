/** The contract of the registry, of a platform that has one and of those that have none. */
import assert from 'node:assert/strict';
import type { Registry } from '../src/index.ts';
import {
  type ContractTests,
  type Fixture,
  type Make,
  registerContract,
  type SuiteOptions,
} from './contract.ts';

type RegistryValue = Parameters<Registry['read']>[0];

export type RegistryFixture = Fixture & {
  readonly registry: Registry;
  /** Values that are there, with the text they must give: of every type that the fixture can make. */
  readonly values?: readonly { readonly at: RegistryValue; readonly text: string }[];
};

export function registryContract(make: Make<RegistryFixture>, options: SuiteOptions = {}): void {
  registerContract('the registry', make, options, tests);
}

const missingKey = 'Software\\Holdfast No Such Key';

const tests: ContractTests<RegistryFixture> = {
  'a value that is not there is undefined, in every hive and view': async ({ registry }) => {
    for (const hive of ['HKLM', 'HKCU'] as const) {
      for (const view of ['64', '32'] as const) {
        assert.equal(await registry.read({ hive, view, key: missingKey, name: 'Missing' }), undefined);
        assert.equal(
          await registry.read({ hive, view, key: 'Software', name: 'Holdfast No Such Value' }),
          undefined,
        );
      }
    }
  },

  'a key that cannot be one is undefined too': async ({ registry }) => {
    for (const key of ['', '\\', 'a\0b', 'x'.repeat(1000), '..\\..', '/reg:64']) {
      assert.equal(await registry.read({ hive: 'HKLM', view: '64', key, name: 'Holdfast' }), undefined);
    }
  },

  'values are read as text': async ({ registry, values }, context) => {
    if (values === undefined) {
      context.skip('no registry here');
      return;
    }
    for (const { at, text } of values) assert.equal(await registry.read(at), text, `${at.key} ${at.name}`);
  },
};
