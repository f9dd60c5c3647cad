/** Joins the tables of a package into what it says of its product. */
import type { Database } from '../database/database.ts';
import type { Component, Directory, Feature, Product, ProductFile, RegistryRow } from './model.ts';
import { badRow, byId, cellsOf, typedRows } from './rows.ts';
import { architectureOf, sourceLayoutOf } from './summary-words.ts';
import {
  componentsOf,
  directoriesOf,
  type FeatureRows,
  featuresOf,
  filesOf,
  hashesOf,
  mediaOf,
  registryOf,
} from './tables.ts';
import { checkTree } from './tree.ts';

/** Directories, or features, below each other. The Windows Installer ends at 16 features; paths end sooner. */
const mostDepth = 128;

type Parts = {
  readonly directories: ReadonlyMap<string, Directory>;
  readonly features: ReadonlyMap<string, Feature>;
  readonly components: ReadonlyMap<string, Component>;
  readonly files: ReadonlyMap<string, ProductFile>;
  readonly registry: ReadonlyMap<string, RegistryRow>;
};

function mustExist(
  table: string,
  key: string,
  what: string,
  id: string,
  among: ReadonlyMap<string, unknown>,
): void {
  if (!among.has(id)) throw badRow(table, key, `the ${what} ${JSON.stringify(id)} does not exist`);
}

/** Every id that a row names is that of a row which is there. */
function checkReferences({ directories, features, components, files, registry }: Parts): void {
  for (const { id, directory, keyPath } of components.values()) {
    mustExist('Component', id, 'directory', directory, directories);
    if (keyPath.kind === 'file') mustExist('Component', id, 'key file', keyPath.file, files);
    if (keyPath.kind === 'registry') mustExist('Component', id, 'key value', keyPath.value, registry);
  }
  for (const { id, component } of files.values()) mustExist('File', id, 'component', component, components);
  for (const { id, component } of registry.values()) {
    mustExist('Registry', id, 'component', component, components);
  }
  for (const { id, directory } of features.values()) {
    if (directory !== undefined) mustExist('Feature', id, 'directory', directory, directories);
  }
}

/** Rows that hang on features; those of a merge module belong to features of whom it is merged into. */
async function featureRows(database: Database): Promise<FeatureRows> {
  return {
    features: await typedRows(database, 'Feature'),
    conditions: await typedRows(database, 'Condition'),
    components: await typedRows(database, 'FeatureComponents'),
  };
}

function checkFeatureRows({ conditions, components }: FeatureRows, features: Parts['features']): void {
  for (const [table, rows] of [
    ['Condition', conditions],
    ['FeatureComponents', components],
  ] as const) {
    for (const row of rows) {
      const feature = String(row.Feature_);
      mustExist(table, feature, 'feature', feature, features);
    }
  }
}

async function partsOf(database: Database): Promise<Parts> {
  const components = componentsOf(await typedRows(database, 'Component'));
  const hanging = await featureRows(database);
  const features = featuresOf(hanging, (component) => components.has(component));
  const hashes = hashesOf(await typedRows(database, 'MsiFileHash'));
  const parts = {
    components,
    features,
    directories: directoriesOf(await typedRows(database, 'Directory')),
    files: filesOf(await typedRows(database, 'File'), hashes),
    registry: registryOf(await typedRows(database, 'Registry')),
  };
  checkTree('Directory', parts.directories, mostDepth);
  checkTree('Feature', features, mostDepth);
  if (database.kind === 'installer') checkFeatureRows(hanging, features);
  if (database.kind === 'installer' || database.kind === 'merge-module') checkReferences(parts);
  return parts;
}

/** What identifies the product: properties, or the signature of a merge module. */
async function identityOf(database: Database, properties: ReadonlyMap<string, string>) {
  const language = (text: string | undefined): number | undefined => {
    const number = Number.parseInt(text ?? '', 10);
    return Number.isSafeInteger(number) ? number : undefined;
  };
  const [module] = await typedRows(database, 'ModuleSignature');
  // An installer keeps the signatures of what was merged into it.
  if (module !== undefined && database.kind === 'merge-module') {
    const cells = cellsOf('ModuleSignature', 'ModuleID', module);
    return {
      name: cells.text('ModuleID'),
      version: cells.optionalText('Version'),
      language: cells.optionalNumber('Language'),
    };
  }
  return {
    name: properties.get('ProductName'),
    version: properties.get('ProductVersion'),
    language: language(properties.get('ProductLanguage')),
  };
}

const opened = new WeakMap<Database, Promise<Product>>();

/**
 * What a package says of its product, read once as long as its database is used. Tables that it does not have are empty;
 * of a transform and of a patch nearly all are.
 * @throws HoldfastError `msi.invalid` with the table and the key of the row where a row names what does not exist, an
 * id comes twice, or directories or features are below themselves; `msi.limit`
 */
export function openProduct(database: Database): Promise<Product> {
  const known = opened.get(database);
  if (known !== undefined) return known;
  const product = readProduct(database);
  opened.set(database, product);
  // What could not be read is read again when it is next asked for.
  product.catch(() => opened.delete(database));
  return product;
}

/** Rows of tables, each table read once. */
function rowReader(database: Database): Product['rows'] {
  const known = new Map<string, ReturnType<Product['rows']>>();
  return (table) => {
    const rows = known.get(table) ?? typedRows(database, table);
    known.set(table, rows);
    rows.catch(() => known.delete(table));
    return rows;
  };
}

async function readProduct(database: Database): Promise<Product> {
  const summary = await database.summary();
  const properties = byId('Property', 'Property', await typedRows(database, 'Property'), (_, cells) =>
    String(cells.optionalText('Value') ?? ''),
  );
  const { registry, ...parts } = await partsOf(database);
  return {
    kind: database.kind,
    summary,
    properties,
    ...(await identityOf(database, properties)),
    productCode: properties.get('ProductCode')?.toUpperCase(),
    upgradeCode: properties.get('UpgradeCode')?.toUpperCase(),
    manufacturer: properties.get('Manufacturer'),
    architecture: architectureOf(summary),
    sourceLayout: sourceLayoutOf(summary),
    ...parts,
    media: mediaOf(await typedRows(database, 'Media')),
    registry: [...registry.values()],
    rows: rowReader(database),
  };
}
