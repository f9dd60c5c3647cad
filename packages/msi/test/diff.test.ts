/** Two packages compared: what differs, and which upgrade that makes. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { diffPackages } from '@holdfast/msi';
import { builtProduct, toolDescription } from './support/built-product.ts';

type More = Parameters<typeof toolDescription>[0];
const productCode = '{6BB5B24E-4A4C-4C6A-9F44-3C1F2C0E2C3B}';

async function diffOf(before: More, after: More) {
  const [one, other] = [
    await builtProduct(toolDescription(before)),
    await builtProduct(toolDescription(after)),
  ];
  return await diffPackages(one.database, other.database);
}
const rules = (diff: Awaited<ReturnType<typeof diffOf>>) => diff.broken.map(({ rule, id }) => [rule, id]);

describe('two packages', () => {
  it('that say the same are the same', async () => {
    const diff = await diffOf({}, {});
    assert.equal(diff.kind, 'same');
    assert.deepEqual([diff.tables, diff.streams, diff.product, diff.broken], [[], [], [], []]);
  });

  it('with one product code and another version are a minor upgrade', async () => {
    const diff = await diffOf(
      { productCode },
      {
        productCode,
        version: '1.3.0',
        components: [{ id: 'Program', files: [{ source: 'tool-2.exe', name: 'tool.exe', id: 'Tool' }] }],
      },
    );
    assert.equal(diff.kind, 'minor-upgrade');
    assert.deepEqual(rules(diff), []);
    const version = diff.product.find(({ field }) => field === 'version');
    assert.deepEqual(version, { field: 'version', before: '1.2.3', after: '1.3.0' });
    const [file] = diff.files.changed;
    assert.deepEqual([file?.before.version, file?.after.version], ['1.2.3.4', '2.0.0.0']);
    assert.deepEqual(diff.services.removed.length, 1);
    assert.ok(diff.streams.some(({ change }) => change === 'changed'));
    const property = diff.tables.find(({ name }) => name === 'Property');
    assert.ok(property?.changed.some(({ key }) => key[0] === 'ProductVersion'));
    assert.ok(diff.tables.some(({ name, change }) => name === 'Shortcut' && change === 'removed'));
  });

  it('with one product code and version are a small update, whose files must not go down', async () => {
    const diff = await diffOf(
      {
        productCode,
        components: [{ id: 'Program', files: [{ source: 'tool-2.exe', name: 'tool.exe', id: 'Tool' }] }],
      },
      { productCode, components: [{ id: 'Program', files: [{ source: 'tool.exe', id: 'Tool' }] }] },
    );
    assert.equal(diff.kind, 'small-update');
    assert.deepEqual(rules(diff), [['file-version-lowered', 'Tool']]);
  });

  it('with one product code must keep components and features', async () => {
    const diff = await diffOf(
      { productCode },
      {
        productCode,
        version: '1.3.0',
        features: [{ id: 'Main', title: 'All that is needed' }],
        files: [{ source: 'read me.txt', folder: 'doc', id: 'ReadMe' }],
      },
    );
    const found = diff.broken.map(({ rule }) => rule);
    assert.deepEqual(found.filter((rule) => rule === 'feature-removed').length, 2);
    assert.deepEqual(found.filter((rule) => rule === 'component-removed').length, 1);
  });

  it('with other product codes of one line are a major upgrade, which must find the first', async () => {
    const diff = await diffOf({}, { version: '2.0.0' });
    assert.equal(diff.kind, 'major-upgrade');
    assert.deepEqual(rules(diff), []);
    const down = await diffOf({ version: '2.0.0' }, {});
    assert.equal(down.kind, 'major-upgrade');
    assert.deepEqual(
      rules(down).map(([rule]) => rule),
      ['version-lowered', 'upgrade-not-found'],
    );
  });

  it('that call different key paths one component break its rule', async () => {
    const guid = '{11111111-2222-4333-8444-555555555555}';
    const component = (folder: string) => ({
      id: 'Program',
      guid,
      folder,
      files: [{ source: 'tool.exe', id: 'Tool' }],
    });
    const diff = await diffOf(
      { components: [component('bin')] },
      { version: '2.0.0', components: [component('new')] },
    );
    assert.deepEqual(rules(diff), [['component-key-path', 'Program']]);
    assert.match(diff.broken[0]?.sentence ?? '', /bin\\tool\.exe to .*new\\tool\.exe/);
  });

  it('of other lines are other products', async () => {
    const diff = await diffOf({}, { upgradeCode: '{99999999-4A0B-4D0C-9D3C-7C3C8C1F3A22}' });
    assert.equal(diff.kind, 'another-product');
    assert.deepEqual(rules(diff), []);
  });
});
