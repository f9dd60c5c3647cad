/** The database in a package: what it has, read table by table when it is asked for. */
import { HoldfastError } from '@holdfast/contract';
import { type CompoundFile, openCompound } from '../compound/compound.ts';
import { invalid } from '../compound/errors.ts';
import type { ByteSource } from '../source.ts';
import { type PackageKind, packageKind } from './kind.ts';
import {
  binaryName,
  checkedColumns,
  columnsByTable,
  columnsColumns,
  streamsColumns,
  tablesColumns,
} from './schema.ts';
import { type Names, namesOf, type PackageStream, summaryName, whole } from './stored.ts';
import { decodeStreamName } from './stream-names.ts';
import { readStringPool, type StringPool } from './string-pool.ts';
import { readSummary, type Summary } from './summary.ts';
import { type Row, readRows, type Table } from './table.ts';

export type Database = {
  readonly kind: PackageKind;
  readonly codePage: number;
  /** Names of the tables, in stored order; without those that describe the others. */
  readonly tables: readonly string[];
  /** Streams that are not tables, in the order of the directory: cabinets, binaries, signatures. A name may come twice. */
  readonly streams: readonly PackageStream[];
  /** Storages inside: embedded transforms and packages. */
  readonly storages: readonly string[];
  /** One of them by name, for `databaseIn` or `transformIn`; undefined where there is none. */
  storage(name: string): CompoundFile | undefined;
  /**
   * Columns and rows; also of `_Tables`, `_Columns` and `_Streams`.
   * @throws HoldfastError `not-found`, `msi.invalid`, `msi.limit`
   */
  table(name: string): Promise<Table>;
  /** Undefined where there is none of this name. */
  stream(name: string): ByteSource | undefined;
  /** Empty where the package has none. */
  summary(): Promise<Summary>;
};

function notFound(table: string): HoldfastError {
  return new HoldfastError('not-found', `The package has no table ${table}.`, { details: { table } });
}

type Schema = {
  readonly pool: StringPool;
  readonly tableRows: readonly Row[];
  readonly columnRows: readonly Row[];
};

async function readSchema(file: CompoundFile, names: Names): Promise<Schema> {
  const read = (name: string) => whole(file, names.tables.get(name));
  const pool = readStringPool(await read('_StringPool'), await read('_StringData'));
  // What a transform keeps under these names are changes of them.
  if (packageKind(file.root.classId, []) === 'transform') return { pool, tableRows: [], columnRows: [] };
  return {
    pool,
    tableRows: readRows('_Tables', tablesColumns, await read('_Tables'), pool),
    columnRows: readRows('_Columns', columnsColumns, await read('_Columns'), pool),
  };
}

/**
 * Opens the database of an .msi or .msm: its schema and its text are read, no table and no stream.
 * @throws HoldfastError `msi.invalid`, `msi.limit`
 */
export async function openDatabase(source: ByteSource): Promise<Database> {
  return databaseIn(await openCompound(source));
}

/**
 * The database in a compound file, or in a storage of one. A transform has changes and no tables.
 * @throws HoldfastError `msi.invalid`, `msi.limit`
 */
export async function databaseIn(file: CompoundFile): Promise<Database> {
  const names = namesOf(file);
  if (!names.tables.has('_StringPool'))
    throw invalid('database', 0, 'this compound file has no database in it');
  const { pool, tableRows, columnRows } = await readSchema(file, names);
  const columns = columnsByTable(columnRows);
  const tables = [...new Set(tableRows.flatMap(([name]) => (typeof name === 'string' ? [name] : [])))];
  const known = new Set(tables);
  const storages = new Map(
    [...file.root.storages.values()].map((one) => [decodeStreamName(one.name).name, one] as const),
  );

  const read = async (name: string): Promise<Table> => {
    if (name === '_Tables') return { name, columns: tablesColumns, rows: tableRows };
    if (name === '_Columns') return { name, columns: columnsColumns, rows: columnRows };
    if (name === '_Streams') {
      return { name, columns: streamsColumns, rows: names.listed.map((one) => [one.name, one.name]) };
    }
    if (!known.has(name)) throw notFound(name);
    const shape = checkedColumns(name, columns.get(name) ?? []);
    const rows = readRows(name, shape, await whole(file, names.tables.get(name)), pool, (row) => {
      const stream = binaryName(name, shape, row);
      return names.streams.has(stream) ? stream : null;
    });
    return { name, columns: shape, rows };
  };

  return {
    kind: packageKind(file.root.classId, tables, (name) => names.streams.has(name)),
    codePage: pool.codePage,
    tables,
    streams: names.listed,
    storages: [...storages.keys()],
    storage(name) {
      const root = storages.get(name);
      return root === undefined ? undefined : { ...file, root };
    },
    table: read,
    stream(name) {
      const entry = names.streams.get(name);
      return entry === undefined ? undefined : file.open(entry);
    },
    async summary() {
      const entry = names.streams.get(summaryName);
      return entry === undefined ? new Map() : readSummary(await whole(file, entry));
    },
  };
}
