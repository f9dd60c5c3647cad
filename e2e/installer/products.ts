/** Products made up from a seed that a real msiexec installs, repairs, upgrades and removes; each in two versions. */
import { bytesSource, programFile } from '@holdfast/msi';
import type { ProductDescription, ReadFile } from '@holdfast/msi/build';
import { type Dice, diceOf, randomDescription } from '../../packages/msi/test/support/describe-random.ts';

export type Made = { readonly description: ProductDescription; readonly readFile: ReadFile };

export type MadeProduct = { readonly seed: number; readonly first: Made; readonly second: Made };

type Bytes = Map<string, Uint8Array>;
type Items<Name extends keyof ProductDescription> =
  NonNullable<ProductDescription[Name]> extends readonly (infer Item)[] ? Item : never;
type OwnFile = Items<'files'>;
type Component = Items<'components'>;
type Feature = Items<'features'>;
type Value = NonNullable<Component['registry']>[number];
type Service = Items<'services'>;
type Variable = Items<'environment'>;

function made(description: ProductDescription, bytes: Bytes): Made {
  const readFile: ReadFile = async (source) => {
    const found = bytes.get(source);
    if (found === undefined) throw new Error(`no file ${source}`);
    return bytesSource(found);
  };
  return { description, readFile };
}

const list = <Item>(count: number, item: (index: number) => Item): Item[] =>
  Array.from({ length: count }, (_, index) => item(index));

function words(version: string): number[] {
  return version.split('.').map(Number);
}

/** A file that claims a version becomes a program that has it: Wine and Windows look at the file itself. */
function withProgram<File extends OwnFile>(file: File, bytes: Bytes): File {
  if (file.version === undefined) return file;
  const { version, language: _, ...rest } = file;
  bytes.set(file.source, programFile(words(version), [1033]));
  return rest as File;
}

/** One value of each type, and what it takes to get there. */
function everyType(dice: Dice, root: 'HKLM' | 'HKCU', key: string): Value[] {
  return [
    { root, key, value: 'the default value' },
    { root, key, name: 'text', value: '[INSTALLDIR]x' },
    { root, key, name: 'hash', value: '#1 of many' },
    { root, key, name: 'expandable', type: 'expandable', value: '%TEMP%\\x' },
    { root, key, name: 'multi', value: ['one', 'two', `${dice.below(100)}`] },
    { root, key, name: 'one of multi', value: ['only'] },
    { root, key, name: 'number', value: dice.pick([0, 1, 4_000_000_000]) },
    { root, key, name: 'bytes', type: 'binary', value: dice.hex(2 * (1 + dice.below(20))) },
    { root, key: `${key}\\Empty`, type: 'key' },
  ];
}

/** A component with a program in it, and something of everything that hangs on one. */
function programComponent(dice: Dice, seed: number, bytes: Bytes): Component {
  const source = `tool${seed}.exe`;
  bytes.set(source, programFile([1, dice.below(100), 0, 0], [1033]));
  const beside = `tool${seed}.txt`;
  bytes.set(beside, Buffer.from(`Beside the tool of ${seed}.\r\n`));
  const key = `Software\\Holdfast\\Made ${seed}`;
  return {
    id: 'Tool',
    folder: 'tool',
    files: [{ source, id: 'Tool' }, { source: beside }],
    registry: [...everyType(dice, 'HKLM', key), ...(dice.chance(0.5) ? everyType(dice, 'HKCU', key) : [])],
    ...(dice.chance(0.5)
      ? { services: [{ name: `HoldfastMade${seed}`, start: 'demand' as const, description: 'none' }] }
      : {}),
    ...(dice.chance(0.6)
      ? { shortcuts: [{ name: `Made ${seed}`, file: 'Tool', folder: 'ProgramMenuFolder/Holdfast Made' }] }
      : {}),
    ...(dice.chance(0.6)
      ? {
          environment: [
            { name: `HOLDFAST_MADE_${seed}`, value: '[INSTALLDIR]' },
            ...(dice.chance(0.5)
              ? [{ name: 'PATH', value: '[INSTALLDIR]', merge: dice.pick(['append', 'prepend'] as const) }]
              : []),
          ],
        }
      : {}),
    ...(dice.chance(0.5)
      ? {
          ini: [
            { file: 'tool.ini', section: 'Made', key: 'version', value: '[ProductVersion]' },
            { file: 'tool.ini', section: 'Made', key: 'folder', value: '[INSTALLDIR]' },
          ],
        }
      : {}),
    ...(dice.chance(0.6) ? { createFolders: ['tool/empty', 'logs'] } : {}),
    ...(dice.chance(0.5)
      ? { removeFiles: [{ folder: 'logs', name: '*.log', on: 'uninstall' as const }] }
      : {}),
  };
}

/** What the machine has only once gets a name of its own: two products that both claim it are another matter. */
function ownComponent({ neverOverwrite: _, ...component }: Component, seed: number): Component {
  return {
    ...component,
    // Wine removes folders of what is permanent.
    ...(component.permanent ? { createFolders: [], permanent: (component.files ?? []).length > 0 } : {}),
    ...(component.registry ? { registry: component.registry.map((value) => ownKey(value, seed)) } : {}),
    ...(component.services
      ? { services: component.services.map((service) => ownService(service, seed)) }
      : {}),
    ...(component.environment
      ? { environment: component.environment.map((one) => ownVariable(one, seed)) }
      : {}),
  };
}

/** Wine, as Windows, refuses a second service of the same display name. */
const ownService = (service: Service, seed: number): Service => ({
  ...service,
  name: `${service.name}of${seed}`,
  ...(service.displayName === undefined ? {} : { displayName: `${service.displayName} of ${seed}` }),
});

const ownKey = <Row extends Value>(row: Row, seed: number): Row => ({
  ...row,
  key: row.key.replace('\\Random\\', `\\Random ${seed}\\`),
});

const ownVariable = <Row extends Variable>(row: Row, seed: number): Row => ({
  ...row,
  name: `${row.name}_OF_${seed}`,
});

/** The first feature is installed, the others as they come. */
function features(given: readonly Feature[], dice: Dice): Feature[] {
  const first: Feature = { id: given[0]?.id ?? 'Main', title: 'All that is needed', level: 1 };
  const rest = given.slice(1).map((feature) => {
    const { followParent, ...alone } = feature;
    const { conditions: _, ...bare } = alone;
    // Wine forgets conditions when it removes: what only a condition made possible would stay for ever.
    const sure = feature.level === 0 ? bare : alone;
    const level = dice.chance(0.5) ? { level: 1 } : {};
    // Wine forces followers out of absence, which only one that may not be absent allows.
    const follows = followParent && feature.required && !feature.conditions && feature.level !== 0;
    return { ...sure, ...level, ...(follows ? { followParent } : {}) };
  });
  return [first, ...rest];
}

function firstDescription(seed: number, dice: Dice, bytes: Bytes): ProductDescription {
  const random = randomDescription(seed);
  for (const [source, content] of random.files) bytes.set(source, content);
  const { description: base } = random;
  const own = features(base.features ?? [], dice);
  const { architecture: chosen, upgrade: asked, ...rest } = base;
  const architecture = chosen === undefined ? undefined : chosen === 'x86' ? 'x86' : 'x64';
  // Without a row of the Upgrade table two versions lie side by side: rare, and of no interest to an upgrade.
  const upgrade = asked === false ? undefined : asked;
  return {
    ...rest,
    ...(architecture === undefined ? {} : { architecture }),
    ...(upgrade === undefined ? {} : { upgrade }),
    version: `${1 + dice.below(9)}.${dice.below(200)}.${dice.below(60_000)}`,
    features: own,
    // Wine overwrites what never is to be: no damage is made good alike.
    files: (base.files ?? []).map(({ neverOverwrite: _, ...file }) => withProgram(file, bytes)),
    components: [
      programComponent(dice, seed, bytes),
      ...(base.components ?? []).map((component) => ({
        ...ownComponent(component, seed),
        files: (component.files ?? []).map((file) => withProgram(file, bytes)),
        // Wine writes no .ini file into a folder that nothing else makes.
        ini: (component.files ?? []).length > 0 ? (component.ini ?? []) : [],
      })),
    ],
    registry: (base.registry ?? []).map(({ neverOverwrite: _, ...value }) => ownKey(value, seed)),
    environment: (base.environment ?? []).map((one) => ownVariable(one, seed)),
    // What programs do is no business of an installer that runs none.
    customActions: (base.customActions ?? []).filter(({ command }) => command === undefined),
  };
}

function nextVersion(version: string): string {
  const [major = 1, minor = 0, build = 0] = words(version);
  return `${major}.${minor + 1}.${build}`;
}

function isProgram(content: Uint8Array | undefined): boolean {
  return content?.[0] === 0x4d && content[1] === 0x5a;
}

/** Other bytes under the same name; a program gets a higher version. */
function change(source: string, dice: Dice, bytes: Bytes): void {
  const before = bytes.get(source) ?? new Uint8Array();
  bytes.set(
    source,
    isProgram(before)
      ? programFile([65_535, 1, dice.below(9), 0], [1033])
      : Buffer.concat([Buffer.from('second: '), before]),
  );
}

/** The same product with a higher version: files added, left out and changed, values too. */
function secondDescription(
  seed: number,
  first: ProductDescription,
  dice: Dice,
  bytes: Bytes,
): ProductDescription {
  const kept = (first.files ?? []).filter(({ id }) => id !== undefined || dice.chance(0.75));
  const all = [...kept, ...(first.components ?? []).flatMap(({ files = [] }) => files)];
  for (const { source } of all) if (dice.chance(0.35)) change(source, dice, bytes);
  const added = list(1 + dice.below(3), (index): OwnFile => {
    const source = `added ${seed} ${index}.txt`;
    bytes.set(source, Buffer.from(`Added by the second version of ${seed}.\r\n`.repeat(1 + dice.below(50))));
    return { source, folder: dice.pick(['tool', 'added', 'bin']) };
  });
  return {
    ...first,
    version: nextVersion(first.version),
    files: [...kept, ...added],
    registry: [
      ...(first.registry ?? []).filter(() => dice.chance(0.7)),
      {
        root: 'HKLM',
        key: `Software\\Holdfast\\Made ${seed}\\Second`,
        name: 'version',
        value: '[ProductVersion]',
      },
    ],
  };
}

/** The same for the same seed. */
export function madeProduct(seed: number): MadeProduct {
  const dice = diceOf(seed * 31 + 7);
  const firstBytes: Bytes = new Map();
  const first = firstDescription(seed, dice, firstBytes);
  const secondBytes: Bytes = new Map(firstBytes);
  const second = secondDescription(seed, first, dice, secondBytes);
  return { seed, first: made(first, firstBytes), second: made(second, secondBytes) };
}
