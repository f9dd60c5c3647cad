/** Products made up from a seed: files, keys, services, settings, in one to three features. */
import { readDescription } from '@holdfast/msi/build';
import { type Random, randomFrom } from '../../world/random.ts';
import type { DrawnProduct } from './packages.ts';

/** What JSON can say. */
type Fields = { readonly [name: string]: unknown };

type Drawing = {
  readonly random: Random;
  readonly features: readonly string[];
  /** Bytes by source, so far. */
  readonly files: Map<string, Uint8Array>;
};

const folders = ['bin', 'bin/plug-ins', 'Program Data', 'doc/en', 'UPPER', 'lib.d'];
const elsewhere = ['CommonAppDataFolder/Drawn', 'CommonFiles6432Folder/Drawn/Shared'];
const extensions = ['.exe', '.dll', '.txt', '.ini', '.sys', '.config'];
const sizes = [0, 1, 300, 511, 512, 4_096, 5_000, 20_000];

const list = <Item>(count: number, item: (index: number) => Item): Item[] =>
  Array.from({ length: count }, (_, index) => item(index));

/** Fields that are there one time in so many. */
function now(random: Random, every: number, fields: () => Fields): Fields {
  return random.chance(1, every) ? fields() : {};
}

function folderOf(random: Random): Fields {
  return random.chance(1, 5) ? { folder: random.pick(elsewhere) } : { folder: random.pick(folders) };
}

/** A file of a name that no other has. */
function file({ random, files }: Drawing): Fields {
  const number = files.size + 1;
  const source = `file ${number}${random.pick(extensions)}`;
  files.set(source, random.bytes(random.pick(sizes) + random.integer(9)));
  return {
    source,
    id: `F${number}`,
    ...now(random, 4, () => ({ version: list(4, () => random.integer(100)).join('.') })),
    ...now(random, 10, () => ({ readOnly: true })),
  };
}

function registryValue({ random }: Drawing, name: string): Fields {
  const value = random.pick<() => Fields>([
    () => ({ type: 'string', value: `text ${random.integer(1_000)}` }),
    () => ({ type: 'expandable', value: '%PATH%;[INSTALLDIR]' }),
    () => ({ type: 'multi', value: list(1 + random.integer(3), (index) => `line ${index}`) }),
    () => ({ type: 'dword', value: random.integer(1_000_000) }),
    () => ({ type: 'binary', value: Buffer.from(random.bytes(1 + random.integer(40))).toString('hex') }),
  ])();
  const root = random.pick(['HKLM', 'HKLM', 'HKCU', 'HKCR']);
  return { root, key: `Software\\Drawn\\${random.pick(folders).replace('/', '\\')}`, name, ...value };
}

function service(random: Random, number: number): Fields {
  return {
    name: `Drawn${number}`,
    displayName: `Drawn service ${number}`,
    start: random.pick(['automatic', 'demand', 'disabled']),
    ...now(random, 3, () => ({ dependsOn: ['RpcSs'] })),
    onUninstall: ['stop', 'delete'],
  };
}

function component(drawing: Drawing, number: number): Fields {
  const { random, features } = drawing;
  const files = list(random.integer(4), () => file(drawing));
  const id = files[0]?.id;
  return {
    id: `Component${number}`,
    feature: random.pick(features),
    ...folderOf(random),
    files,
    registry: list(random.integer(3), (index) => registryValue(drawing, `value ${number}.${index}`)),
    ...(id === undefined ? {} : now(random, 3, () => ({ services: [service(random, number)] }))),
    ...(id === undefined
      ? {}
      : now(random, 4, () => ({ shortcuts: [{ name: `Short cut ${number}`, file: id }] }))),
    ...now(random, 4, () => ({
      environment: [{ name: `DRAWN_${number}`, value: '[INSTALLDIR]', merge: 'append' }],
    })),
    ...now(random, 4, () => ({ createFolders: [`empty ${number}`] })),
    ...now(random, 5, () => ({ removeFiles: [{ name: '*.log', on: 'both' }] })),
    ...now(random, 5, () => ({ ini: [{ file: `set ${number}.ini`, section: 'S', key: 'k', value: '1' }] })),
    ...now(random, 6, () => ({ sharedCount: true })),
  };
}

/** The product of a seed: always the same, and always one that compiles. */
export function drawnProduct(seed: number): DrawnProduct {
  const random = randomFrom(`product ${seed}`);
  const features = list(1 + random.integer(3), (index) => `Feature${index}`);
  const drawing: Drawing = { random, features, files: new Map() };
  const hex = (bytes: number) => Buffer.from(random.bytes(bytes)).toString('hex').toUpperCase();
  const fields: Fields = {
    name: `Drawn ${seed}`,
    manufacturer: 'Holdfast',
    version: `${random.integer(200)}.${random.integer(200)}.${random.integer(60_000)}`,
    architecture: random.pick(['x86', 'x64']),
    upgradeCode: `{${[4, 2, 2, 2, 6].map(hex).join('-')}}`,
    features: features.map((id) => ({ id })),
    files: list(1 + random.integer(4), () => ({ ...file(drawing), ...folderOf(random) })),
    components: list(1 + random.integer(4), (index) => component(drawing, index)),
    registry: list(random.integer(4), (index) => registryValue(drawing, `own ${index}`)),
    ...now(random, 2, () => ({ media: random.pick([{ compression: 'none' }, { files: 'uncompressed' }]) })),
  };
  return { description: readDescription(JSON.parse(JSON.stringify(fields))), files: drawing.files };
}
