/** What of a product is compared, in plain words. */
import { summaryProperties, summaryText } from '../database/summary.ts';
import type { Product, TypedRow } from '../product/model.ts';
import type {
  ComponentFacts,
  FeatureFacts,
  FieldChange,
  FileFacts,
  RegistryFacts,
  RowFacts,
} from './model.ts';

export type ProductFacts = {
  readonly fields: ReadonlyMap<string, string | null>;
  readonly features: readonly FeatureFacts[];
  readonly components: readonly ComponentFacts[];
  readonly files: readonly FileFacts[];
  readonly registry: readonly RegistryFacts[];
  readonly services: readonly RowFacts[];
  readonly customActions: readonly RowFacts[];
};

function fieldsOf(product: Product): Map<string, string | null> {
  const fields = new Map<string, string | null>([
    ['kind', product.kind],
    ['name', product.name ?? null],
    ['version', product.version ?? null],
    ['manufacturer', product.manufacturer ?? null],
    ['language', product.language === undefined ? null : String(product.language)],
    ['product code', product.productCode ?? null],
    ['upgrade code', product.upgradeCode ?? null],
    ['architecture', product.architecture],
  ]);
  for (const [number, name] of Object.entries(summaryProperties)) {
    const value = product.summary.get(Number(number));
    if (value !== undefined) fields.set(`summary ${name}`, summaryText(value));
  }
  return fields;
}

/** Name of the long form: what stands on the disk. */
function fileFacts(product: Product): FileFacts[] {
  return [...product.files.values()].map((file) => ({
    id: file.id,
    name: file.name.long,
    component: file.component,
    size: file.size,
    version: file.version ?? null,
    hash: file.hash ?? null,
  }));
}

function componentFacts(product: Product): ComponentFacts[] {
  return [...product.components.values()].map(({ id, componentId, directory, keyPath, condition }) => {
    const named =
      keyPath.kind === 'file'
        ? keyPath.file
        : keyPath.kind === 'registry'
          ? keyPath.value
          : keyPath.kind === 'odbc'
            ? keyPath.source
            : keyPath.directory;
    return {
      id,
      componentId: componentId?.toUpperCase() ?? null,
      directory,
      keyPath: `${keyPath.kind} ${named}`,
      condition: condition ?? null,
    };
  });
}

function rowFacts(rows: readonly TypedRow[], key: string): RowFacts[] {
  return rows.map((row) => ({ id: String(row[key] ?? ''), row }));
}

export async function factsOf(product: Product): Promise<ProductFacts> {
  return {
    fields: fieldsOf(product),
    features: [...product.features.values()].map(({ id, parent, level, components }) => ({
      id,
      parent: parent ?? null,
      level,
      components: [...components].sort(),
    })),
    components: componentFacts(product),
    files: fileFacts(product),
    registry: product.registry.map(({ id, root, key, name, value }) => ({
      id,
      key: `${root}\\${key}`,
      name: name ?? null,
      value: value ?? null,
    })),
    services: rowFacts(await product.rows('ServiceInstall'), 'ServiceInstall'),
    customActions: rowFacts(await product.rows('CustomAction'), 'Action'),
  };
}

/** Fields that differ, in the order in which they are shown. */
export function fieldChanges(before: ProductFacts, after: ProductFacts): FieldChange[] {
  const names = new Set([...before.fields.keys(), ...after.fields.keys()]);
  return [...names].flatMap((field) => {
    const [old, now] = [before.fields.get(field) ?? null, after.fields.get(field) ?? null];
    return old === now ? [] : [{ field, before: old, after: now }];
  });
}
