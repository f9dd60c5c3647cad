/** The contract of the registry, of a platform that has one and of those that have none. */
import assert from 'node:assert/strict';
import type { Registry, RegistryPlace } from '../src/index.ts';
import {
  type ContractTests,
  type Fixture,
  type Make,
  registerContract,
  type SuiteOptions,
} from './contract.ts';
import { rejectsWith } from './expect.ts';

export type RegistryFixture = Fixture & {
  readonly registry: Registry;
  /** Values that are there, with the text they must give: of every type that the fixture can make. */
  readonly values?: readonly { readonly at: RegistryPlace; readonly text: string }[];
  /** A place that has no value: its key may be made. Absent where there is no registry. */
  readonly place?: RegistryPlace;
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

  'text is written, over what was there too, and read as it was written': async (fixture, context) => {
    const { registry, place } = fixture;
    if (place === undefined) return context.skip('no registry here');
    assert.equal(await registry.read(place), undefined);
    for (const text of ['1.0.0', '', 'C:\\Prögram Files\\日本\n%PATH%', 'x'.repeat(4096), '42']) {
      await registry.write(place, text);
      assert.equal(await registry.read(place), text);
    }
    assert.equal(await registry.read({ ...place, name: place.name.toUpperCase() }), '42');
    await registry.remove(place);
  },

  'a value of another type gives way to text': async ({ registry, values, place }, context) => {
    if (place === undefined || values === undefined) return context.skip('no registry here');
    for (const { at, text } of values) {
      await registry.write(at, `not ${text}`);
      assert.equal(await registry.read(at), `not ${text}`, at.name);
    }
  },

  'a value is removed, and one that is not there needs no removal': async ({ registry, place }, context) => {
    if (place === undefined) return context.skip('no registry here');
    const neighbour = { ...place, name: `${place.name} beside it` };
    await registry.write(place, 'here');
    await registry.write(neighbour, 'stays');
    await registry.remove(place);
    assert.equal(await registry.read(place), undefined);
    assert.equal(await registry.read(neighbour), 'stays');
    await registry.remove(place);
    await registry.remove({ ...place, key: missingKey });
    assert.equal(await registry.read({ ...place, key: missingKey, name: '' }), undefined);
    await registry.remove(neighbour);
  },

  'what cannot be a place of the registry, or has none, is refused': async ({ registry, place }) => {
    const at = place ?? { hive: 'HKLM', view: '64', key: missingKey, name: 'value' };
    if (place === undefined) {
      await rejectsWith(registry.write(at, 'text'), 'system.failed');
      await registry.remove(at);
      return;
    }
    await rejectsWith(registry.write({ ...at, key: '' }, 'text'), 'system.failed');
    await rejectsWith(registry.write({ ...at, key: `${at.key}\0x` }, 'text'), 'system.failed');
    await rejectsWith(registry.write({ ...at, name: 'a\0b' }, 'text'), 'system.failed');
    await rejectsWith(registry.write(at, 'a\0b'), 'system.failed');
    await rejectsWith(registry.remove({ ...at, key: '' }), 'system.failed');
    assert.equal(await registry.read({ ...at, name: 'a' }), undefined);
    assert.equal(await registry.read(at), undefined);
  },
};
