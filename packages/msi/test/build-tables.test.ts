/** What each part of a description becomes in the tables of a package. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { build, least, row } from './build-support.ts';

const root = 'HKLM';
const key = 'Software\\Maker';

describe('a description', () => {
  it('of registry values becomes the texts that Windows takes apart again', async () => {
    const values: [described: object, stored: string | null][] = [
      [{ value: 'plain' }, 'plain'],
      [{ value: '' }, null],
      [{ value: '#hash' }, '##hash'],
      [{ value: 5 }, '#5'],
      [{ value: -1 }, '#-1'],
      [{ value: 4_294_967_295 }, '#-1'],
      [{ type: 'expandable', value: '%TEMP%' }, '#%%TEMP%'],
      [{ type: 'binary', value: '00ff' }, '#x00FF'],
      [{ value: ['a', 'b'] }, 'a[~]b'],
      [{ value: ['a'] }, '[~]a[~]'],
      [{ value: ['a', 'b'], merge: 'append' }, '[~]a[~]b'],
      [{ value: ['a', 'b'], merge: 'prepend' }, 'a[~]b[~]'],
    ];
    const registry = values.map(([described], index) => ({ root, key, name: `v${index}`, ...described }));
    const built = await build({ ...least, registry });
    for (const [index, [, stored]] of values.entries()) {
      assert.equal((await row(built, 'Registry', 'Name', `v${index}`)).Value, stored, String(stored));
    }
    // Values of one key are one component, told by the first of them.
    const [component, ...more] = await built.rows('Component');
    assert.deepEqual([more, component?.Attributes], [[], 4 | 256]);
    assert.equal(component?.KeyPath, (await row(built, 'Registry', 'Name', 'v0')).Registry);
  });

  it('of a variable without a value removes it, whatever it would be merged with', async () => {
    const built = await build({ ...least, environment: [{ name: 'GONE', merge: 'append' }] });
    assert.equal((await row(built, 'Environment', 'Name', '!*GONE')).Value, null);
  });

  it('of keys and of what is removed becomes rows without values', async () => {
    const built = await build({
      ...least,
      registry: [
        { root, key: `${key}\\Made` },
        { root, key: `${key}\\Mine`, removeKey: true },
        { root, key: `${key}\\Value`, name: 'x', value: 'y', removeKey: true },
      ],
      removeRegistry: [
        { root, key: `${key}\\Old` },
        { root, key, name: 'old' },
      ],
      removeFiles: [{ name: '*.log', folder: 'logs', on: 'both' }, { folder: 'logs' }],
    });
    const names = (await built.rows('Registry')).map(({ Key, Name, Value }) => [Key, Name, Value]);
    assert.deepEqual(names.sort(), [
      [`${key}\\Made`, '+', null],
      [`${key}\\Mine`, '*', null],
      [`${key}\\Value`, '-', null],
      [`${key}\\Value`, 'x', 'y'],
    ]);
    const removed = (await built.rows('RemoveRegistry')).map(({ Key, Name }) => [Key, Name]);
    assert.deepEqual(removed.sort(), [
      [key, 'old'],
      [`${key}\\Old`, '-'],
    ]);
    const files = (await built.rows('RemoveFile')).map(({ FileName, InstallMode }) => [
      FileName,
      InstallMode,
    ]);
    assert.deepEqual(files.sort(), [
      ['*.log', 3],
      [null, 2],
    ]);
  });

  it('of folders becomes a tree that begins with the folders of Windows, of the right width', async () => {
    const files = [
      { source: 'a.txt' },
      { source: 'b.txt', folder: 'CommonAppDataFolder/Maker/Sample' },
      { source: 'c.txt', folder: 'DATADIR/inner' },
      { source: 'd.txt', folder: 'CommonFilesFolder\\Maker' },
    ];
    const description = {
      ...least,
      folder: 'ProgramFiles6432Folder/Maker/Sample',
      folders: { DATADIR: 'data' },
      files,
    };
    const built = await build(description);
    assert.deepEqual(
      built.files.map(({ target }) => target),
      [
        'ProgramFiles64Folder\\Maker\\Sample\\a.txt',
        'CommonAppDataFolder\\Maker\\Sample\\b.txt',
        'ProgramFiles64Folder\\Maker\\Sample\\data\\inner\\c.txt',
        'CommonFilesFolder\\Maker\\d.txt',
      ],
    );
    assert.equal((await row(built, 'Directory', 'Directory', 'DATADIR')).Directory_Parent, 'INSTALLDIR');
    // A component in a 32-bit folder is one of 32 bits.
    assert.equal((await row(built, 'Component', 'KeyPath', 'a.txt')).Attributes, 256);
    assert.equal((await row(built, 'Component', 'KeyPath', 'd.txt')).Attributes, 0);
    const narrow = await build({ ...description, architecture: 'x86' });
    assert.equal(narrow.files[0]?.target, 'ProgramFilesFolder\\Maker\\Sample\\a.txt');
    assert.equal((await row(narrow, 'Component', 'KeyPath', 'a.txt')).Attributes, 0);
  });

  it('of features becomes their tree, and each component is in the features that it names', async () => {
    const built = await build({
      ...least,
      features: [
        { id: 'Main', required: true, display: 'expanded' },
        { id: 'Sub', parent: 'Main', level: 4, followParent: true, advertise: true, display: 'hidden' },
        { id: 'Other', conditions: [{ level: 0, condition: 'VersionNT < 600' }] },
      ],
      files: [{ source: 'a.txt' }, { source: 'b.txt', feature: ['Sub', 'Other'] }],
    });
    const features = (await built.rows('Feature')).map((one) => [
      one.Feature,
      one.Feature_Parent,
      one.Level,
      one.Display,
      one.Attributes,
    ]);
    assert.deepEqual(features.sort(), [
      ['Main', null, 1, 3, 24],
      ['Other', null, 1, 6, 8],
      ['Sub', 'Main', 4, 0, 2],
    ]);
    const pairs = (await built.rows('FeatureComponents')).map((one) => Object.values(one));
    assert.deepEqual(pairs.sort(), [
      ['Main', 'C_a.txt'],
      ['Other', 'C_b.txt'],
      ['Sub', 'C_b.txt'],
    ]);
    assert.deepEqual(await built.rows('Condition'), [
      { Feature_: 'Other', Level: 0, Condition: 'VersionNT < 600' },
    ]);
  });

  it('of services says how they run, and what becomes of them', async () => {
    const built = await build({
      ...least,
      files: [{ source: 'service.exe' }],
      services: [
        {
          name: 'Sample',
          file: 'service.exe',
          start: 'automatic',
          errorControl: 'critical',
          dependsOn: ['RpcSs', '+Group'],
          onInstall: ['stop', 'start'],
          onUninstall: ['stop', 'delete'],
          wait: false,
        },
        {
          name: 'Quiet',
          file: 'service.exe',
          start: 'disabled',
          sharedProcess: true,
          interactive: true,
          vital: false,
        },
      ],
    });
    const sample = await row(built, 'ServiceInstall', 'Name', 'Sample');
    assert.deepEqual(
      [sample.ServiceType, sample.StartType, sample.ErrorControl, sample.Dependencies],
      [0x10, 2, 0x8003, 'RpcSs[~]+Group[~][~]'],
    );
    const quiet = await row(built, 'ServiceInstall', 'Name', 'Quiet');
    assert.deepEqual([quiet.ServiceType, quiet.StartType, quiet.ErrorControl], [0x120, 4, 1]);
    const control = await row(built, 'ServiceControl', 'Name', 'Sample');
    assert.deepEqual([control.Event, control.Wait], [0x01 | 0x02 | 0x20 | 0x80, 0]);
    assert.equal((await row(built, 'ServiceControl', 'Name', 'Quiet')).Event, 0x02 | 0x20 | 0x80);
  });

  it('of custom actions puts each where it belongs, in order and with its number', async () => {
    const built = await build({
      ...least,
      files: [{ source: 'tool.exe' }],
      folders: { DATADIR: 'CommonAppDataFolder/Sample' },
      customActions: [
        {
          id: 'First',
          file: 'tool.exe',
          arguments: '-1',
          when: 'deferred',
          elevated: true,
          after: 'InstallFiles',
        },
        { id: 'Second', file: 'tool.exe', when: 'deferred', after: 'InstallFiles', ignoreExitCode: true },
        { id: 'Undo', binary: 'undo.exe', when: 'rollback', before: 'First', secret: true },
        { id: 'Done', binary: 'undo.exe', when: 'commit', before: 'InstallFinalize', noWait: true },
        { id: 'Early', error: 'No.', before: 'FindRelatedProducts', condition: 'NEVER', sequence: 'both' },
        {
          id: 'Where',
          property: 'DATADIR',
          value: '[WindowsVolume]Data\\',
          after: 'CostFinalize',
          sequence: 'ui',
        },
      ],
    });
    const types = (await built.rows('CustomAction')).map(({ Action, Type, Source }) => [
      Action,
      Type,
      Source,
    ]);
    const undo = (await built.rows('Binary'))[0]?.Name;
    assert.deepEqual(types.sort(), [
      ['Done', 2 | 0x600 | 0xc0, undo],
      ['Early', 19, null],
      ['First', 18 | 0x400 | 0x800, 'tool.exe'],
      ['Second', 18 | 0x400 | 0x40, 'tool.exe'],
      ['Undo', 2 | 0x500 | 0x2000, undo],
      ['Where', 35, 'DATADIR'],
    ]);
    const order = async (table: string) =>
      (await built.rows(table))
        .toSorted((one, other) => Number(one.Sequence) - Number(other.Sequence))
        .map(({ Action }) => String(Action));
    const executed = await order('InstallExecuteSequence');
    const between = (from: string, to: string) =>
      executed.slice(executed.indexOf(from), executed.indexOf(to) + 1);
    assert.equal(executed[0], 'Early');
    assert.deepEqual(between('CreateFolders', 'WriteRegistryValues'), [
      'CreateFolders',
      'InstallFiles',
      'Undo',
      'First',
      'Second',
      'WriteRegistryValues',
    ]);
    assert.deepEqual(between('PublishProduct', 'InstallFinalize'), [
      'PublishProduct',
      'Done',
      'InstallFinalize',
    ]);
    assert.deepEqual(between('InstallValidate', 'InstallInitialize'), [
      'InstallValidate',
      'RemoveExistingProducts',
      'InstallInitialize',
    ]);
    assert.equal((await row(built, 'InstallExecuteSequence', 'Action', 'InstallFiles')).Sequence, 4000);
    const shown = await order('InstallUISequence');
    assert.deepEqual(
      [shown[0], shown.at(-3), shown.at(-2), shown.at(-1)],
      ['Early', 'Where', 'MigrateFeatureStates', 'ExecuteAction'],
    );
  });

  it('of upgrades finds older and newer versions, and whatever else it replaces', async () => {
    const upgrades = async (more: object) =>
      (await (await build({ ...least, ...more })).rows('Upgrade')).map((one) => [
        one.VersionMin,
        one.VersionMax,
        one.Attributes,
        one.ActionProperty,
      ]);
    const standard = [
      ['0.0.0', '1.2.3', 0x101, 'OLDERVERSIONFOUND'],
      ['1.2.3', null, 2, 'NEWERVERSIONFOUND'],
    ];
    assert.deepEqual(await upgrades({}), standard);
    assert.deepEqual(await upgrades({ upgrade: false }), []);
    assert.deepEqual((await upgrades({ upgrade: { allowSameVersion: true } }))[0]?.[2], 0x301);
    // Only the first three numbers of a version are compared.
    assert.deepEqual((await upgrades({ version: '1.2.3.4' }))[0]?.[2], 0x301);
    assert.deepEqual(await upgrades({ upgrade: { allowDowngrade: true, migrateFeatures: false } }), [
      ['0.0.0', null, 0x100, 'OLDERVERSIONFOUND'],
    ]);
    const upgradeCode = '{6BB5B24E-4A4C-4C6A-9F44-3C1F2C0E2C3C}';
    const others = [
      { upgradeCode, maximum: '9.0.0', includeMaximum: true, detectOnly: true, property: 'OTHER' },
    ];
    const built = await build({ ...least, upgrade: { others, removeAfter: 'InstallExecute' } });
    assert.equal((await row(built, 'Upgrade', 'UpgradeCode', upgradeCode)).Attributes, 0x302);
    const secure = (await row(built, 'Property', 'Property', 'SecureCustomProperties')).Value;
    assert.equal(secure, 'NEWERVERSIONFOUND;OLDERVERSIONFOUND;OTHER');
    const after = await row(built, 'InstallExecuteSequence', 'Action', 'RemoveExistingProducts');
    assert.ok(Number(after.Sequence) > 6500 && Number(after.Sequence) < 6600);
  });
});
