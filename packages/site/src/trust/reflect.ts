/**
 * The three functions of the metadata proposal that the dependency container beneath @peculiar/x509 asks
 * for when it is loaded. It registers classes without parameters only, so a table of metadata is enough.
 */
type MetadataTable = Map<unknown, unknown>;

const tables = new WeakMap<object, MetadataTable>();

const metadata = {
  defineMetadata(key: unknown, value: unknown, target: object): void {
    const table = tables.get(target) ?? new Map<unknown, unknown>();
    table.set(key, value);
    tables.set(target, table);
  },
  getOwnMetadata: (key: unknown, target: object): unknown => tables.get(target)?.get(key),
  getMetadata: (key: unknown, target: object): unknown => tables.get(target)?.get(key),
};

if (!('getMetadata' in Reflect)) Object.assign(Reflect, metadata);
