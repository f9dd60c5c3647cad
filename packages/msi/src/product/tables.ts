/** The tables that a product is joined from, row by row. */
import type {
  Component,
  Directory,
  Feature,
  KeyPath,
  LevelCondition,
  Media,
  ProductFile,
  RegistryRoot,
  RegistryRow,
  TypedRow,
} from './model.ts';
import { directoryNames, fileNameOf } from './names.ts';
import { badRow, byId, type Cells, cellsOf } from './rows.ts';

/** Bits of Component.Attributes that say which table KeyPath is a key of. */
const keyPathBits = { registry: 4, odbc: 32 } as const;

export function directoriesOf(rows: readonly TypedRow[]): Map<string, Directory> {
  return byId('Directory', 'Directory', rows, (id, cells) => {
    const parent = cells.optionalText('Directory_Parent');
    return {
      id,
      parent: parent === id ? undefined : parent,
      ...directoryNames(cells.text('DefaultDir')),
    };
  });
}

/** Values of one column by another's: rows that hang on a feature. */
function grouped<Item>(
  table: string,
  rows: readonly TypedRow[],
  itemOf: (cells: Cells) => Item,
): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const row of rows) {
    const cells = cellsOf(table, 'Feature_', row);
    const feature = cells.text('Feature_');
    const group = groups.get(feature);
    if (group === undefined) groups.set(feature, [itemOf(cells)]);
    else group.push(itemOf(cells));
  }
  return groups;
}

export type FeatureRows = {
  readonly features: readonly TypedRow[];
  readonly conditions: readonly TypedRow[];
  readonly components: readonly TypedRow[];
};

/** @param known whether a component exists; rows of a merge module name features that it does not have */
export function featuresOf(
  { features, conditions, components }: FeatureRows,
  known: (component: string) => boolean,
): Map<string, Feature> {
  const levels = grouped(
    'Condition',
    conditions,
    (cells): LevelCondition => ({
      level: cells.number('Level'),
      condition: cells.optionalText('Condition') ?? '',
    }),
  );
  const members = grouped('FeatureComponents', components, (cells) => {
    const component = cells.text('Component_');
    if (!known(component)) {
      throw badRow(
        'FeatureComponents',
        cells.key,
        `the component ${JSON.stringify(component)} does not exist`,
      );
    }
    return component;
  });
  return byId('Feature', 'Feature', features, (id, cells) => {
    const parent = cells.optionalText('Feature_Parent');
    return {
      id,
      parent: parent === id ? undefined : parent,
      title: cells.optionalText('Title') ?? '',
      description: cells.optionalText('Description') ?? '',
      level: cells.number('Level'),
      attributes: cells.number('Attributes'),
      directory: cells.optionalText('Directory_'),
      conditions: levels.get(id) ?? [],
      components: [...new Set(members.get(id))],
    };
  });
}

function keyPathOf(cells: Cells, directory: string, attributes: number): KeyPath {
  const key = cells.optionalText('KeyPath');
  if (key === undefined) return { kind: 'directory', directory };
  if ((attributes & keyPathBits.registry) !== 0) return { kind: 'registry', value: key };
  if ((attributes & keyPathBits.odbc) !== 0) return { kind: 'odbc', source: key };
  return { kind: 'file', file: key };
}

export function componentsOf(rows: readonly TypedRow[]): Map<string, Component> {
  return byId('Component', 'Component', rows, (id, cells) => {
    const directory = cells.text('Directory_');
    const attributes = cells.number('Attributes');
    return {
      id,
      componentId: cells.optionalText('ComponentId')?.toUpperCase(),
      directory,
      attributes,
      condition: cells.optionalText('Condition'),
      keyPath: keyPathOf(cells, directory, attributes),
    };
  });
}

/** The four words of MsiFileHash: an MD5, stored as little-endian numbers. */
export function hashesOf(rows: readonly TypedRow[]): Map<string, string> {
  return byId('MsiFileHash', 'File_', rows, (_, cells) => {
    const bytes = Buffer.alloc(16);
    for (let part = 0; part < 4; part += 1) bytes.writeInt32LE(cells.number(`HashPart${part + 1}`), part * 4);
    return bytes.toString('hex');
  });
}

export function filesOf(
  rows: readonly TypedRow[],
  hashes: ReadonlyMap<string, string>,
): Map<string, ProductFile> {
  const ids = new Set(rows.map((row) => row.File));
  return byId('File', 'File', rows, (id, cells) => {
    const version = cells.optionalText('Version');
    const companion = version !== undefined && ids.has(version);
    return {
      id,
      component: cells.text('Component_'),
      name: fileNameOf(cells.text('FileName')),
      size: cells.count('FileSize'),
      version: companion ? undefined : version,
      companionOf: companion ? version : undefined,
      languages: cells.optionalText('Language'),
      attributes: cells.number('Attributes'),
      sequence: cells.count('Sequence'),
      hash: hashes.get(id),
    };
  });
}

/** In the order of the disks. */
export function mediaOf(rows: readonly TypedRow[]): Media[] {
  const media = rows.map((row): Media => {
    const cells = cellsOf('Media', 'DiskId', row);
    const name = cells.optionalText('Cabinet');
    const embedded = name?.startsWith('#') === true;
    return {
      disk: cells.number('DiskId'),
      lastSequence: cells.count('LastSequence'),
      cabinet: name === undefined ? undefined : { name: embedded ? name.slice(1) : name, embedded },
    };
  });
  return media.sort((one, other) => one.disk - other.disk);
}

const roots = new Map<number, RegistryRoot>([
  [-1, 'HKMU'],
  [0, 'HKCR'],
  [1, 'HKCU'],
  [2, 'HKLM'],
  [3, 'HKU'],
]);

export function registryOf(rows: readonly TypedRow[]): Map<string, RegistryRow> {
  return byId('Registry', 'Registry', rows, (id, cells) => {
    const number = cells.number('Root');
    const root = roots.get(number);
    if (root === undefined) throw badRow('Registry', id, `${number} is no root of the registry`);
    return {
      id,
      root,
      key: cells.text('Key'),
      name: cells.optionalText('Name'),
      value: cells.optionalText('Value'),
      component: cells.text('Component_'),
    };
  });
}
