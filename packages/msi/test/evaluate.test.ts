/** A first installation on described machines: directories, properties, features, components, and why. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isHoldfastError } from '@holdfast/contract';
import { describeMachine, type Evaluation, evaluate, type MachineDescription } from '@holdfast/msi';
import { opened, type Rows, small } from './support/product-tables.ts';

const modern: MachineDescription = { architecture: 'x64', windows: '10.0' };

async function evaluated(
  rows: Rows,
  properties: Record<string, string> = {},
  machine: MachineDescription = modern,
): Promise<Evaluation> {
  const { product } = await opened(rows);
  return evaluate(product, describeMachine(machine), { properties });
}

const feature = (id: string, parent: string | null, level: number, attributes = 0) =>
  [id, parent, null, null, 0, level, null, attributes] as const;

const states = ({ features }: Evaluation) =>
  Object.fromEntries([...features].map(([id, { state }]) => [id, state]));

describe('a described machine', () => {
  it('has the folders of its architecture and its version', () => {
    const folder = (machine: MachineDescription, name: string) =>
      describeMachine(machine).folders.get(name) ?? null;
    assert.equal(folder(modern, 'ProgramFilesFolder'), 'C:\\Program Files (x86)\\');
    assert.equal(folder(modern, 'ProgramFiles64Folder'), 'C:\\Program Files\\');
    assert.equal(folder(modern, 'SystemFolder'), 'C:\\Windows\\SysWOW64\\');
    assert.equal(folder(modern, 'System64Folder'), 'C:\\Windows\\System32\\');
    assert.equal(folder(modern, 'DesktopFolder'), 'C:\\Users\\Public\\Desktop\\');
    const old = { architecture: 'x86', windows: '5.0', drive: 'D:' } as const;
    assert.equal(folder(old, 'ProgramFilesFolder'), 'D:\\Program Files\\');
    assert.equal(folder(old, 'ProgramFiles64Folder'), null);
    assert.equal(folder(old, 'WindowsFolder'), 'D:\\WINNT\\');
    assert.equal(
      folder(old, 'StartupFolder'),
      'D:\\Documents and Settings\\All Users\\Start Menu\\Programs\\Startup\\',
    );
  });

  it('has the properties that the installer sets there', () => {
    const property = (machine: MachineDescription, name: string) =>
      describeMachine(machine).properties.get(name) ?? null;
    assert.equal(property(modern, 'VersionNT'), '603');
    assert.equal(property(modern, 'VersionNT64'), '603');
    assert.equal(property({ architecture: 'x86', windows: '6.1' }, 'VersionNT64'), null);
    assert.equal(property({ architecture: 'x86', windows: '6.1' }, 'ServicePackLevel'), '1');
    assert.equal(property({ architecture: 'x86', windows: '5.1' }, 'WindowsBuild'), '2600');
    assert.equal(property({ ...modern, server: true }, 'MsiNTProductType'), '3');
  });
});

describe('directories', () => {
  const Directory = [
    ...small.Directory,
    ['SUB', 'INSTALLDIR', 'sub|Sub Folder'],
    ['SAME', 'SUB', '.'],
    ['TWO', 'SAME', 'two|Two:src|Source'],
  ] as const;

  it('lie below the folder that their parents lead to, by their long names', async () => {
    const { directories, files, properties } = await evaluated({ ...small, Directory });
    assert.equal(directories.get('TARGETDIR'), 'C:\\');
    assert.equal(directories.get('SAME'), 'C:\\Program Files (x86)\\Small Product\\Sub Folder\\');
    assert.equal(directories.get('TWO'), 'C:\\Program Files (x86)\\Small Product\\Sub Folder\\Two\\');
    assert.equal(files.get('program.exe'), 'C:\\Program Files (x86)\\Small Product\\program one.exe');
    assert.equal(properties.get('TWO'), directories.get('TWO'));
  });

  it('are moved by a property of their name, of the command line or of the package', async () => {
    const own = await evaluated({ ...small, Directory }, { INSTALLDIR: 'D:/Own//Place' });
    assert.equal(own.directories.get('SUB'), 'D:\\Own\\Place\\Sub Folder\\');
    const share = await evaluated({ ...small, Directory }, { SUB: '\\\\server\\share' });
    assert.equal(share.directories.get('TWO'), '\\\\server\\share\\Two\\');
    const table = await evaluated({ ...small, Property: [['INSTALLDIR', 'E:\\']] });
    assert.equal(table.directories.get('INSTALLDIR'), 'E:\\');
  });

  it('have short names where the properties say so', async () => {
    const { files } = await evaluated(small, { SHORTFILENAMES: '1' });
    assert.equal(files.get('program.exe'), 'C:\\Program Files (x86)\\SMALL\\PROGRAM.EXE');
  });

  it('of one user or of all of them follow ALLUSERS', async () => {
    const rows: Rows = {
      Directory: [
        ['TARGETDIR', null, 'SourceDir'],
        ['DesktopFolder', 'TARGETDIR', 'D'],
      ],
    };
    const desktop = async (properties: Record<string, string>) =>
      (await evaluated(rows, properties)).directories.get('DesktopFolder');
    assert.equal(await desktop({}), 'C:\\Users\\user\\Desktop\\');
    assert.equal(await desktop({ ALLUSERS: '1' }), 'C:\\Users\\Public\\Desktop\\');
    assert.equal(await desktop({ ALLUSERS: '2' }), 'C:\\Users\\Public\\Desktop\\');
    assert.equal(await desktop({ ALLUSERS: '2', MSIINSTALLPERUSER: '1' }), 'C:\\Users\\user\\Desktop\\');
  });

  it('with names that lead elsewhere are refused', async () => {
    for (const name of ['..', 'a\\b', 'a/b', 'c:d', 'aux', 'dot.']) {
      const rows: Rows = {
        Directory: [
          ['TARGETDIR', null, 'SourceDir'],
          ['BAD', 'TARGETDIR', `x|${name.replace(':', '?')}`],
        ],
      };
      await assert.rejects(evaluated(rows), (thrown) => isHoldfastError(thrown, 'msi.invalid'), name);
    }
  });
});

describe('the sequence', () => {
  it('sets properties and directories where its conditions hold, in order', async () => {
    const { directories, properties } = await evaluated({
      ...small,
      CustomAction: [
        ['SetBase', 51, 'BASE', '[ProgramFilesFolder]Base'],
        ['SetDir', 51, 'INSTALLDIR', '[BASE]\\Inner'],
        ['Never', 51, 'INSTALLDIR', 'X:\\'],
        ['Later', 51 + 0x400, 'BASE', 'X:\\'],
        ['TooLate', 51, 'INSTALLDIR', 'Y:\\'],
        ['Code', 1, 'Binary', 'Entry'],
      ],
      InstallExecuteSequence: [
        ['SetDir', null, 20],
        ['SetBase', 'VersionNT64', 10],
        ['Never', 'Installed', 30],
        ['Later', null, 40],
        ['Code', null, 50],
        ['CostFinalize', null, 1000],
        ['TooLate', null, 1100],
        ['Hidden', null, null],
      ],
    });
    assert.equal(directories.get('INSTALLDIR'), 'C:\\Program Files (x86)\\Base\\Inner\\');
    assert.equal(properties.get('INSTALLDIR'), 'Y:\\');
  });

  it('moves a directory and what is below it after the costs are known', async () => {
    const { directories, files } = await evaluated({
      ...small,
      Directory: [...small.Directory, ['SUB', 'INSTALLDIR', 'sub']],
      CustomAction: [['Move', 35, 'INSTALLDIR', '[WindowsVolume]Moved']],
      InstallExecuteSequence: [
        ['CostFinalize', null, 1000],
        ['Move', '$Program = 3', 1100],
      ],
    });
    assert.equal(directories.get('SUB'), 'C:\\Moved\\sub\\');
    assert.equal(files.get('program.exe'), 'C:\\Moved\\program one.exe');
  });

  it('says which launch conditions hold, with their messages', async () => {
    const { launchConditions } = await evaluated({
      ...small,
      LaunchCondition: [
        ['VersionNT >= 600', 'too old'],
        ['NOT VersionNT64', '[ProductName] is for 32 bits'],
      ],
      InstallExecuteSequence: [['LaunchConditions', null, 100]],
    });
    assert.deepEqual(launchConditions, [
      { condition: 'VersionNT >= 600', holds: true, message: 'too old' },
      { condition: 'NOT VersionNT64', holds: false, message: 'Small is for 32 bits' },
    ]);
  });

  it('lets texts refer to files and components once there are paths', async () => {
    const { format, holds } = await evaluated(small);
    assert.equal(
      format('"[#program.exe]" /x'),
      '"C:\\Program Files (x86)\\Small Product\\program one.exe" /x',
    );
    assert.equal(format('[$Program]'), 'C:\\Program Files (x86)\\Small Product\\');
    assert.equal(format('[%windir]|[ProductCode]'), 'C:\\Windows|{11111111-2222-3333-4444-555555555555}');
    assert.equal(holds('&Main = 3 AND $Program = 3 AND !Main = 2 AND NOT Installed'), true);
  });

  it('does not hear private properties of the command line', async () => {
    const { properties } = await evaluated(small, { Private: 'x', PUBLIC: 'y', ROOTDRIVE: '' });
    assert.equal(properties.get('Private'), undefined);
    assert.equal(properties.get('PUBLIC'), 'y');
    assert.equal(properties.has('ROOTDRIVE'), false);
    assert.equal(properties.has('Preselected'), false);
    assert.equal((await evaluated(small, { ADDLOCAL: 'Main' })).properties.get('Preselected'), '1');
  });
});

describe('features', () => {
  const Feature = [
    feature('Main', null, 1),
    feature('Child', 'Main', 1),
    feature('High', 'Main', 100),
    feature('HighChild', 'High', 1),
    feature('Off', null, 0),
  ];
  const rows: Rows = { ...small, Feature };
  const cases: readonly (readonly [string, Rows, Record<string, string>, Record<string, string>])[] = [
    [
      'follow their levels, and are absent below an absent parent',
      rows,
      {},
      { Main: 'local', Child: 'local', High: 'absent', HighChild: 'absent', Off: 'absent' },
    ],
    [
      'follow INSTALLLEVEL',
      rows,
      { INSTALLLEVEL: '100' },
      { Main: 'local', Child: 'local', High: 'local', HighChild: 'local', Off: 'absent' },
    ],
    [
      'come with their parents where ADDLOCAL asks for them, and alone',
      rows,
      { ADDLOCAL: 'HighChild' },
      { Main: 'local', Child: 'absent', High: 'local', HighChild: 'local', Off: 'absent' },
    ],
    [
      'are all there with ADDLOCAL=ALL, but those of level 0',
      rows,
      { ADDLOCAL: 'ALL', REMOVE: 'Child' },
      { Main: 'local', Child: 'absent', High: 'local', HighChild: 'local', Off: 'absent' },
    ],
    [
      'are absent where all that is asked for is removal',
      rows,
      { REMOVE: 'ALL' },
      { Main: 'absent', Child: 'absent', High: 'absent', HighChild: 'absent', Off: 'absent' },
    ],
    [
      'take the state of the property that is evaluated last',
      rows,
      { ADDSOURCE: 'ALL', ADDLOCAL: 'Child' },
      { Main: 'source', Child: 'source', High: 'source', HighChild: 'source', Off: 'absent' },
    ],
    [
      'come with a component or a file that is asked for',
      rows,
      { COMPADDLOCAL: '{AAAAAAAA-2222-3333-4444-555555555555}' },
      { Main: 'local', Child: 'absent', High: 'absent', HighChild: 'absent', Off: 'absent' },
    ],
    [
      'have the level of the last condition that holds',
      {
        ...rows,
        Condition: [
          ['Child', 0, 'VersionNT64'],
          ['High', 1, 'VersionNT'],
          ['Off', 5, 'Missing'],
        ],
      },
      {},
      { Main: 'local', Child: 'absent', High: 'local', HighChild: 'local', Off: 'absent' },
    ],
    [
      'follow their parents where they must, and favour what they are told to',
      {
        ...small,
        Feature: [
          feature('Main', null, 1, 1),
          feature('Follows', 'Main', 1, 2),
          feature('Must', 'Main', 100, 2 + 16),
          feature('May', 'Main', 100, 2),
          feature('Advertised', null, 1, 4),
        ],
      },
      {},
      { Main: 'source', Follows: 'source', Must: 'source', May: 'absent', Advertised: 'advertised' },
    ],
    [
      'are advertised on demand, but not where that is disallowed',
      { ...small, Feature: [feature('Main', null, 1), feature('Not', null, 1, 8)] },
      { ADVERTISE: 'ALL' },
      { Main: 'advertised', Not: 'local' },
    ],
  ];
  for (const [title, product, properties, expected] of cases) {
    it(title, async () => assert.deepEqual(states(await evaluated(product, properties)), expected));
  }

  it('say why, and which names are unknown', async () => {
    const { features, unknownFeatures } = await evaluated(rows, { ADDLOCAL: 'HighChild,main' });
    assert.equal(features.get('HighChild')?.why, 'ADDLOCAL asks for it');
    assert.equal(features.get('High')?.why, 'the feature HighChild below it is asked for');
    assert.equal(features.get('Child')?.why, 'the properties ask for other features');
    assert.deepEqual(unknownFeatures, ['main']);
    const levels = await evaluated(rows);
    assert.equal(levels.features.get('High')?.why, 'its level 100 is above INSTALLLEVEL 1');
    assert.equal(levels.features.get('HighChild')?.why, 'its parent High is absent');
    const disabled = await evaluated({ ...rows, Feature: [...Feature, feature('BelowOff', 'Off', 1)] });
    assert.equal(disabled.features.get('BelowOff')?.level, 0);
  });
});

describe('components', () => {
  const component = (id: string, attributes: number, condition: string | null = null) =>
    [id, null, 'INSTALLDIR', attributes, condition, null] as const;
  const rows: Rows = {
    ...small,
    File: [],
    Feature: [feature('Main', null, 1), feature('Remote', null, 1, 1), feature('None', null, 100)],
    FeatureComponents: [
      ['Main', 'Plain'],
      ['Main', 'SourceOnly'],
      ['Main', 'Conditional'],
      ['Main', 'Shared'],
      ['Remote', 'Shared'],
      ['Remote', 'Optional'],
      ['Remote', 'LocalOnly'],
      ['None', 'Elsewhere'],
      ['None', 'Shared'],
    ],
    Component: [
      component('Plain', 0),
      component('SourceOnly', 1),
      component('Conditional', 0, 'Version9X'),
      component('Shared', 2),
      component('Optional', 2),
      component('LocalOnly', 0),
      component('Elsewhere', 0),
      component('Orphan', 0),
    ],
  };

  it('are where their features are and as they can be, and say why', async () => {
    const { components } = await evaluated(rows);
    assert.deepEqual(
      [...components].map(([id, { state, why }]) => [id, state, why]),
      [
        ['Plain', 'local', 'the feature Main is local'],
        ['SourceOnly', 'source', 'the feature Main is local'],
        ['Conditional', 'absent', 'its condition does not hold: Version9X'],
        ['Shared', 'local', 'the feature Main is local'],
        ['Optional', 'source', 'the feature Remote is source'],
        ['LocalOnly', 'local', 'the feature Remote is source'],
        ['Elsewhere', 'absent', 'the feature None is absent'],
        ['Orphan', 'absent', 'it belongs to no feature'],
      ],
    );
    assert.deepEqual(components.get('Shared')?.features, ['Main', 'Remote', 'None']);
  });

  it('with a condition that is none are refused', async () => {
    const broken: Rows = { ...rows, Component: [component('Plain', 0, 'A ==')], FeatureComponents: [] };
    await assert.rejects(evaluated(broken), (thrown) => isHoldfastError(thrown, 'msi.invalid'));
  });
});

describe('hostile packages', () => {
  const limited = (thrown: unknown) => isHoldfastError(thrown, 'msi.limit');

  it('move directories only so often', async () => {
    const many = Array.from({ length: 400 }, (_, at) => [`D${at}`, 'INSTALLDIR', 'd'] as const);
    const moves = Array.from({ length: 1500 }, (_, at) => at);
    const rows: Rows = {
      ...small,
      Directory: [...small.Directory, ...many],
      CustomAction: moves.map((at) => [`M${at}`, 35, 'INSTALLDIR', 'C:\\']),
      InstallExecuteSequence: [
        ['CostFinalize', null, 1],
        ...moves.map((at) => [`M${at}`, null, at + 2] as const),
      ],
    };
    await assert.rejects(evaluated(rows), limited);
  });

  it('have only so many actions, conditions and names', async () => {
    const actions = Array.from({ length: 3000 }, (_, at) => [`A${at}`, null, at + 1] as const);
    await assert.rejects(evaluated({ ...small, InstallExecuteSequence: actions }), limited);
    const long = '1 AND '.repeat(2500);
    const conditions = Array.from({ length: 100 }, (_, at) => ['Main', at, `${long}${at}`] as const);
    await assert.rejects(evaluated({ ...small, Condition: conditions }), limited);
    await assert.rejects(evaluated(small, { ADDLOCAL: 'x,'.repeat(20_000) }), limited);
  });

  it('set no property to a directory that does not exist, and end no path', async () => {
    const move: Rows = {
      ...small,
      CustomAction: [['Move', 35, 'NOWHERE', 'C:\\']],
      InstallExecuteSequence: [['Move', null, 1]],
    };
    await assert.rejects(evaluated(move), (thrown) => isHoldfastError(thrown, 'msi.invalid'));
    const endless = Array.from({ length: 126 }, (_, at) => [
      `D${at}`,
      at === 0 ? 'TARGETDIR' : `D${at - 1}`,
      'n'.repeat(255),
    ]);
    await assert.rejects(
      evaluated(
        { Directory: [['TARGETDIR', null, 'S'], ...endless.map((row) => [...row])] },
        { ROOTDRIVE: `C:\\${'x'.repeat(900)}` },
      ),
      limited,
    );
  });
});
