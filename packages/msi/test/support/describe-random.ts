/** Products made up from a seed: every part of a description, in every combination, with the bytes of its files. */
import { bytesSource } from '@holdfast/msi';
import { type ProductDescription, type ReadFile, readDescription } from '@holdfast/msi/build';

export type RandomDescription = {
  readonly description: ProductDescription;
  /** Bytes by source path. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** For `compileProduct`. */
  readonly readFile: ReadFile;
};

/** What JSON can say; undefined fields are left out. */
type Fields = { readonly [name: string]: unknown };

export type Dice = {
  /** A whole number from 0 to below `end`. */
  below(end: number): number;
  chance(probability: number): boolean;
  pick<Item>(items: readonly Item[]): Item;
  hex(digits: number): string;
  /** A value now and then. */
  some<Value>(probability: number, value: () => Value): Value | undefined;
  guid(): string;
};

/** Mulberry32: small, and the same everywhere. */
export function diceOf(seed: number): Dice {
  let state = Math.imul(seed + 1, 0x9e37_79b1) >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b_79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (end: number) => Math.floor(next() * end);
  const chance = (probability: number) => next() < probability;
  const hex = (digits: number) =>
    Array.from({ length: digits }, () => below(16).toString(16).toUpperCase()).join('');
  return {
    below,
    chance,
    hex,
    pick<Item>(items: readonly Item[]): Item {
      if (items.length === 0) throw new Error('nothing to pick from');
      // One of the items may be undefined: it stands for a field that is left out.
      return items[below(items.length)] as Item;
    },
    some: (probability, value) => (chance(probability) ? value() : undefined),
    guid: () => `{${[8, 4, 4, 4, 12].map(hex).join('-')}}`,
  };
}

const words = [
  'alpha',
  'Beta',
  'gamma ray',
  'delta.conf',
  'Epsilon-9',
  'zeta_long_name',
  'ETA',
  'theta+iota',
];
const foreign = ['Übung', 'naïve', 'Привет', '日本語', 'emoji-😀'];
const extensions = ['', '.txt', '.exe', '.dll', '.ini', '.config', '.x', '.tar.gz', '.HTML'];
const folders = ['bin', 'doc', 'Program Data', 'lib.d', 'a', 'very long folder name with words', 'UPPER'];
const roots = [
  'ProgramFiles6432Folder',
  'CommonFiles6432Folder',
  'CommonAppDataFolder',
  'ProgramFilesFolder',
];
const conditions = ['VersionNT >= 601', 'NOT NOSUCHPROPERTY', 'Privileged OR 1', '1 = 2'];
const list = <Item>(count: number, item: (index: number) => Item): Item[] =>
  Array.from({ length: count }, (_, index) => item(index));

/** What is being made up: its dice, the ids of its features, the files so far. */
type Making = {
  readonly dice: Dice;
  readonly features: readonly string[];
  readonly files: Map<string, Uint8Array>;
  readonly foreign: boolean;
};

function contentOf(dice: Dice): Uint8Array {
  const size = dice.pick([0, 1, 17, 500, 4096, 33_000, 100_000]) + dice.below(7);
  const bytes = new Uint8Array(dice.chance(0.1) ? 0 : size);
  const repeats = dice.chance(0.6);
  for (let at = 0; at < bytes.length; at += 1) bytes[at] = repeats ? 65 + (at % 23) : dice.below(256);
  return bytes;
}

function folderOf(dice: Dice): string {
  const inside = list(dice.below(3), () => dice.pick(folders)).join('/');
  if (dice.chance(0.7)) return inside === '' ? '.' : inside;
  return `${dice.pick(roots)}/Random/${inside}`;
}

function behaviour({ dice, features }: Making): Fields {
  const several = () => [...new Set([dice.pick(features), dice.pick(features)])];
  return {
    feature: dice.some(features.length > 0 ? 0.6 : 0, () =>
      dice.chance(0.8) ? dice.pick(features) : several(),
    ),
    condition: dice.some(0.1, () => dice.pick(conditions)),
    permanent: dice.some(0.05, () => true),
    neverOverwrite: dice.some(0.05, () => true),
    transitive: dice.some(0.05, () => true),
    shared: dice.some(0.05, () => true),
  };
}

/** A file of a name that no other has. */
function file(making: Making): Fields & { readonly id?: string } {
  const { dice, files } = making;
  const number = files.size;
  const stem = making.foreign && dice.chance(0.3) ? dice.pick(foreign) : dice.pick(words);
  const name = `${stem}${number}${dice.pick(extensions)}`;
  const source = `${dice.pick(['', 'in/', 'deep/er/'])}${name}`;
  files.set(source, contentOf(dice));
  const id = dice.some(0.5, () => `F${number}`);
  return {
    source,
    ...(id === undefined ? {} : { id }),
    name: dice.some(0.1, () => `renamed ${name}`),
    version: dice.some(0.25, () => list(1 + dice.below(4), () => dice.below(65_536)).join('.')),
    language: dice.some(0.15, () => dice.pick(['1033', '1031,1033', '0'])),
    vital: dice.some(0.1, () => false),
    readOnly: dice.some(0.05, () => true),
    hidden: dice.some(0.05, () => true),
    checksum: dice.some(0.05, () => true),
  };
}

function registryValue({ dice, foreign: isForeign }: Making, number: number): Fields {
  const text = () =>
    dice.pick([
      '',
      '#hash',
      'plain',
      '[INSTALLDIR]sub',
      'tab\there',
      isForeign ? 'Ωmega 日本' : 'omega',
      'a'.repeat(3000),
    ]);
  const typed = dice.pick<() => Fields>([
    () => ({ type: 'string', value: `${text()}.` }),
    () => ({ type: 'expandable', value: `%PATH%;${text()}` }),
    () => ({
      type: 'multi',
      value: list(1 + dice.below(4), (index) => `${index}${text()}`),
      merge: dice.some(0.3, () => dice.pick(['append', 'prepend'])),
    }),
    () => ({ type: 'dword', value: dice.pick([0, 1, -1, 4_294_967_295, 65_536]) }),
    () => ({ type: 'binary', value: dice.hex(2 * (1 + dice.below(40))) }),
    () => ({ value: dice.below(1000) }),
  ])();
  return {
    root: dice.pick(['HKLM', 'HKCU', 'HKCR', 'HKMU']),
    key: `Software\\Holdfast\\Random\\${dice.pick(folders)}`,
    name: dice.some(0.95, () => `value ${number}`),
    removeKey: dice.some(0.05, () => true),
    ...typed,
  };
}

function service(dice: Dice, number: number): Fields {
  const events = (...words: string[]) => words.filter(() => dice.chance(0.5));
  return {
    name: `HoldfastRandom${number}`,
    displayName: dice.some(0.5, () => `Random service ${number}`),
    description: dice.some(0.3, () => 'does nothing'),
    arguments: dice.some(0.3, () => '--service "[INSTALLDIR]"'),
    start: dice.pick(['automatic', 'demand', 'disabled']),
    errorControl: dice.some(0.3, () => dice.pick(['ignore', 'normal', 'critical'])),
    dependsOn: dice.some(0.3, () => ['RpcSs', 'Tcpip'].slice(dice.below(2))),
    account: dice.some(0.2, () => 'NT AUTHORITY\\LocalService'),
    onInstall: dice.some(0.5, () => events('stop', 'delete')),
    onUninstall: dice.some(0.5, () => events('stop', 'delete')),
    wait: dice.some(0.3, () => false),
  };
}

function shortcut(dice: Dice, number: number, id: string): Fields {
  return {
    name: `Short cut ${number}`,
    file: id,
    folder: dice.pick([undefined, 'ProgramMenuFolder/Random', 'DesktopFolder']),
    arguments: dice.some(0.3, () => '-x "y z"'),
    description: dice.some(0.3, () => 'opens it'),
    window: dice.some(0.3, () => dice.pick(['normal', 'maximized', 'minimized'])),
    workingFolder: dice.some(0.3, () => 'bin'),
  };
}

function environment(dice: Dice, number: number): Fields {
  return {
    name: `HOLDFAST_RANDOM_${number}`,
    value: dice.some(0.9, () => dice.pick(['plain', '[INSTALLDIR]', 'C:\\x'])),
    merge: dice.some(0.4, () => dice.pick(['append', 'prepend', 'replace'])),
    scope: dice.some(0.3, () => dice.pick(['machine', 'user'])),
  };
}

function component(making: Making, number: number): Fields {
  const { dice } = making;
  const files = list(dice.below(4), () => file(making));
  const first = files[0]?.id;
  return {
    id: `Component${number}`,
    folder: folderOf(dice),
    ...behaviour(making),
    files,
    registry: list(dice.below(4), (index) => registryValue(making, number * 10 + index)),
    services: files.length > 0 && dice.chance(0.3) ? [service(dice, number)] : undefined,
    shortcuts: first !== undefined && dice.chance(0.3) ? [shortcut(dice, number, first)] : undefined,
    environment: dice.some(0.2, () => [environment(dice, number)]),
    createFolders: dice.some(0.2, () => [`empty ${number}`]),
    removeFiles: dice.some(0.2, () => [{ name: '*.log', on: dice.pick(['install', 'uninstall', 'both']) }]),
    removeRegistry: dice.some(0.1, () => [{ root: 'HKLM', key: `Software\\Old${number}` }]),
    ini: dice.some(0.1, () => [
      { file: `settings ${number}.ini`, section: 'S', key: 'k', value: '[ProductName]' },
    ]),
  };
}

function feature(dice: Dice, features: readonly string[], index: number): Fields {
  const parent = index > 0 ? dice.some(0.5, () => features[dice.below(index)]) : undefined;
  return {
    id: features[index],
    parent,
    title: dice.some(0.7, () => `Feature ${index}`),
    description: dice.some(0.3, () => 'one of several'),
    level: dice.some(0.4, () => dice.pick([0, 1, 3, 1000, 32_767])),
    display: dice.some(0.4, () => dice.pick(['collapsed', 'expanded', 'hidden'])),
    required: dice.some(0.2, () => true),
    followParent: parent === undefined ? undefined : dice.some(0.2, () => true),
    advertise: dice.some(0.2, () => true),
    conditions: dice.some(0.3, () => [{ level: dice.below(5), condition: dice.pick(conditions) }]),
  };
}

function customAction(dice: Dice, number: number): Fields {
  return {
    id: `Action${number}`,
    ...dice.pick<Fields>([
      { property: 'SOMETHING', value: '[ProductVersion]', after: 'CostFinalize', sequence: 'both' },
      {
        property: 'INSTALLDIR',
        value: '[ProgramFilesFolder]Elsewhere\\',
        after: 'CostFinalize',
        condition: 'ELSEWHERE',
      },
      { command: 'cmd /c exit 0', when: 'deferred', elevated: true, before: 'InstallFinalize' },
      { command: 'cmd /c exit 0', when: 'rollback', after: 'InstallInitialize', ignoreExitCode: true },
      { error: 'Never.', after: 'LaunchConditions', condition: 'NOSUCHPROPERTY' },
    ]),
  };
}

function properties(dice: Dice): Fields {
  return {
    INSTALLLEVEL: dice.some(0.3, () => dice.pick(['1', '3', '1000'])),
    SOMETHING: dice.some(0.5, () => ({ value: 'x', secure: true })),
    PASSWORD: dice.some(0.2, () => ({ secure: true, hidden: true })),
    lowerCase: dice.some(0.3, () => 'Private value with "quotes" & signs'),
  };
}

/** A description that compiles, the same for the same seed. */
export function randomDescription(seed: number): RandomDescription {
  const dice = diceOf(seed);
  const features = list(dice.below(5), (index) => `Feature${index}`);
  const files = new Map<string, Uint8Array>();
  const making: Making = { dice, features, files, foreign: dice.chance(0.3) };
  const scope = dice.pick(['machine', 'machine', 'user'] as const);
  const fields: Fields = {
    name: `Random ${seed}${making.foreign ? ' ünïcode' : ''}`,
    manufacturer: dice.pick(['Holdfast', 'Somebody & Sons']),
    version: `${dice.below(256)}.${dice.below(256)}.${dice.below(65_536)}${dice.chance(0.3) ? '.4' : ''}`,
    language: dice.some(0.5, () => dice.pick([0, 1031, 1033, 1041])),
    architecture: dice.some(0.8, () => dice.pick(['x86', 'x64', 'x64', 'arm64'])),
    upgradeCode: dice.guid(),
    scope,
    folder: dice.some(
      0.5,
      () => `${scope === 'user' ? 'LocalAppDataFolder' : 'ProgramFiles6432Folder'}/Random/Product ${seed}`,
    ),
    folders: dice.some(0.3, () => ({ DATADIR: 'CommonAppDataFolder/Random/Data' })),
    features: features.map((_, index) => feature(dice, features, index)),
    files: list(dice.chance(0.05) ? 60 : dice.below(8), () => ({
      ...file(making),
      folder: folderOf(dice),
      ...behaviour(making),
    })),
    components: list(dice.below(5), (index) => component(making, index)),
    registry: list(dice.below(5), (index) => ({
      ...registryValue(making, 900 + index),
      ...behaviour(making),
    })),
    environment: list(dice.below(3), (index) => environment(dice, 100 + index)),
    createFolders: dice.some(0.2, () => ['Empty', 'Empty/Inside']),
    properties: properties(dice),
    launchConditions: dice.some(0.3, () => [
      { condition: 'VersionNT >= 500', message: 'Windows 2000 or newer is needed.' },
    ]),
    upgrade: dice.pick<unknown>([
      undefined,
      false,
      {},
      { allowSameVersion: true },
      { allowDowngrade: true },
      { removeAfter: 'InstallFinalize' },
    ]),
    customActions: list(dice.below(3), (index) => customAction(dice, index)),
    searches: dice.some(0.2, () => [
      { property: 'FOUND', registry: { root: 'HKLM', key: 'Software\\Nobody', name: 'x' } },
    ]),
    media: dice.pick<unknown>([
      undefined,
      undefined,
      { compression: 'none' },
      { files: 'external' },
      { files: 'uncompressed' },
    ]),
    programs: dice.some(0.3, () => ({
      contact: 'support',
      noModify: true,
      helpLink: 'https://holdfast.example/help',
    })),
  };
  return {
    description: readDescription(JSON.parse(JSON.stringify(fields))),
    files,
    readFile: async (source) => {
      const bytes = files.get(source);
      if (bytes === undefined) throw new Error(`no file ${source}`);
      return bytesSource(bytes);
    },
  };
}
