/** Wrong descriptions are refused in words: which field, what is wrong with it, what to do. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isHoldfastError } from '@holdfast/contract';
import { bytesSource } from '@holdfast/msi';
import { anyFile, build, least } from './build-support.ts';

const files = [{ source: 'a.exe' }];
const value = { root: 'HKLM', key: 'Software\\Maker', name: 'x' };
const action = { id: 'Act', command: 'cmd', when: 'deferred', before: 'InstallFinalize' };

const cases: [what: string, description: object, field: string, message: RegExp][] = [
  ['no name', { name: undefined }, 'name', /is missing; add it/],
  ['an unknown field', { fiels: [] }, 'fiels', /no such field/],
  ['an unknown field inside', { files: [{ source: 'a', nmae: 'b' }] }, 'files[0].nmae', /no such field/],
  ['a version of two numbers', { version: '1.2' }, 'version', /three or four numbers/],
  ['a version too high', { version: '1.256.3' }, 'version', /256 is more than the 255/],
  [
    'a GUID without braces',
    { upgradeCode: '6BB5B24E-4A4C-4C6A-9F44-3C1F2C0E2C3B' },
    'upgradeCode',
    /a GUID in braces/,
  ],
  ['an unknown architecture', { architecture: 'ia64' }, 'architecture', /one of: x86, x64, arm64/],
  [
    'a level that is no number',
    { features: [{ id: 'A', level: '1' }] },
    'features[0].level',
    /a whole number from 0 to 32767/,
  ],
  [
    'a feature that nobody has',
    { features: [{ id: 'A', parent: 'B' }] },
    'features[0].parent',
    /no feature B/,
  ],
  [
    'a circle of features',
    {
      features: [
        { id: 'A', parent: 'B' },
        { id: 'B', parent: 'A' },
      ],
    },
    'features[0].parent',
    /own ancestor/,
  ],
  ['two features of one id', { features: [{ id: 'A' }, { id: 'A' }] }, 'features[1]', /described twice/],
  [
    'a component of no feature',
    { files: [{ source: 'a', feature: 'B' }] },
    'files[0].feature',
    /no feature B; the features are Complete/,
  ],
  [
    'a file that cannot be read',
    { files: [{ source: 'missing' }] },
    'files[0].source',
    /missing cannot be read/,
  ],
  ['a file name of a device', { files: [{ source: 'nul.txt' }] }, 'files[0].name', /a device/],
  ['a file name that ends in a dot', { files: [{ source: 'a.' }] }, 'files[0].name', /a dot or a space/],
  [
    'one target twice',
    { files: [{ source: 'x/a' }, { source: 'y/a' }] },
    'files[1]',
    /installed by files\[0\], too/,
  ],
  [
    'a path that leads out',
    { files: [{ source: 'a', folder: '../up' }] },
    'files[0].folder',
    /cannot name a folder/,
  ],
  [
    'an install folder from nowhere',
    { folder: 'Maker/Product' },
    'folder',
    /must begin with a standard folder/,
  ],
  [
    'a 64-bit folder for x86',
    { architecture: 'x86', folder: 'ProgramFiles64Folder/X' },
    'folder',
    /32-bit twin/,
  ],
  ['two ids of one folder', { folders: { A: 'data', B: 'data' } }, 'folders.B', /has the id A already/],
  [
    'a companion that is not there',
    { files: [{ source: 'a', companionOf: 'b' }] },
    'files[0].companionOf',
    /no other file with the id b/,
  ],
  [
    'a key path that follows another',
    { components: [{ id: 'C', files: [{ source: 'a' }, { source: 'b', companionOf: 'a', keyPath: true }] }] },
    'components[0].files[1].keyPath',
    /cannot be the key path/,
  ],
  [
    'two key paths',
    {
      components: [
        {
          id: 'C',
          files: [
            { source: 'a', keyPath: true },
            { source: 'b', keyPath: true },
          ],
        },
      ],
    },
    'components[0].files[1].keyPath',
    /one key path/,
  ],
  ['a value without a value', { registry: [value] }, 'registry[0].value', /is missing/],
  [
    'a number that is text',
    { registry: [{ ...value, type: 'dword', value: '1' }] },
    'registry[0].value',
    /whole number of 32 bits/,
  ],
  [
    'hexadecimal that is none',
    { registry: [{ ...value, type: 'binary', value: '0g' }] },
    'registry[0].value',
    /hexadecimal/,
  ],
  ['an empty list', { registry: [{ ...value, value: [] }] }, 'registry[0].value', /at least one text/],
  [
    'a key that begins with a backslash',
    { registry: [{ ...value, key: '\\Software', value: 'x' }] },
    'registry[0].key',
    /backslash/,
  ],
  ['a service without a program', { services: [{ name: 'S' }] }, 'services[0].file', /name the id of a file/],
  [
    'a service of a file that is not there',
    { files, services: [{ name: 'S', file: 'b.exe' }] },
    'services[0].file',
    /the files are a\.exe/,
  ],
  [
    'a service beside the key path',
    {
      components: [
        { id: 'C', files: [{ source: 'a' }, { source: 'b' }], services: [{ name: 'S', file: 'b' }] },
      ],
    },
    'components[0].services[0].file',
    /component of its own/,
  ],
  [
    'a shortcut to nothing',
    { components: [{ id: 'C', files, shortcuts: [{ name: 'S' }] }] },
    'components[0].shortcuts[0].file',
    /file or target/,
  ],
  ['an icon that is no icon', { programs: { icon: 'logo.png' } }, 'programs.icon', /\.ico, \.exe or \.dll/],
  [
    'a custom action that does two things',
    { customActions: [{ ...action, error: 'x' }] },
    'customActions[0]',
    /only one/,
  ],
  [
    'a custom action without a place',
    { customActions: [{ ...action, before: undefined }] },
    'customActions[0]',
    /before or after/,
  ],
  [
    'a custom action beside nobody',
    { customActions: [{ ...action, before: 'Nobody' }] },
    'customActions[0].before',
    /no action Nobody/,
  ],
  [
    'a deferred action before the script',
    { customActions: [{ ...action, before: 'CostFinalize' }] },
    'customActions[0]',
    /between InstallInitialize and InstallFinalize/,
  ],
  [
    'elevation of what is immediate',
    { customActions: [{ ...action, when: 'immediate', elevated: true }] },
    'customActions[0].elevated',
    /deferred/,
  ],
  [
    'a private property that is secure',
    { properties: { lower: { value: 'x', secure: true } } },
    'properties.lower.secure',
    /public/,
  ],
  [
    'a property of the installer',
    { properties: { ProductCode: 'x' } },
    'properties.ProductCode',
    /described twice/,
  ],
  ['a search for nothing', { searches: [{ property: 'P' }] }, 'searches[0]', /registry or file/],
  [
    'an upgrade without bounds',
    { upgrade: { others: [{ upgradeCode: least.upgradeCode, property: 'P' }] } },
    'upgrade.others[0]',
    /minimum or maximum/,
  ],
  ['a name with a line break', { name: 'a\nb' }, 'name', /one line/],
];

describe('a description', () => {
  for (const [what, more, field, message] of cases) {
    it(`with ${what} is refused by the name of the field`, async () => {
      const readFile = (source: string) =>
        source === 'missing' ? Promise.reject(new Error('not there')) : anyFile(source);
      const description = JSON.parse(JSON.stringify({ ...least, ...more }));
      await assert.rejects(build(description, readFile), (thrown) => {
        assert.ok(isHoldfastError(thrown, 'msi.description-invalid'), String(thrown));
        assert.equal(thrown.details.field, field);
        assert.match(thrown.message, message);
        assert.ok(thrown.message.startsWith(`${field}: `));
        return true;
      });
    });
  }

  it('that is none at all is refused', async () => {
    for (const none of [null, 5, [], 'text']) {
      await assert.rejects(build(none), (thrown) => isHoldfastError(thrown, 'msi.description-invalid'));
    }
  });

  it('of a file that shrinks while it is read makes no package', async () => {
    const shrinking = async () => ({ ...bytesSource(new Uint8Array(10)), size: 20 });
    await assert.rejects(build({ ...least, files }, shrinking), (thrown) =>
      isHoldfastError(thrown, 'msi.description-invalid'),
    );
  });
});
