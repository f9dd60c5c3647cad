/** The database in a package: what it has, read table by table when it is asked for. */
import { HoldfastError } from '@holdfast/contract';
import { type CompoundFile, openCompound } from '../compound/compound.ts';
import type { StreamEntry } from '../compound/directory.ts';
import { beyond, invalid } from '../compound/errors.ts';
import type { ByteSource } from '../source.ts';
import { type Column, columnOf } from './columns.ts';
import { decodeStreamName } from './stream-names.ts';
import { readStringPool, type StringPool } from './string-pool.ts';
import { readSummary, type Summary } from './summary.ts';
import { type Row, readRows, type Table, type Value } from './table.ts';

/** Bytes of one table, of the pool, or of the text in it, that are taken into memory. */
export const mostTableBytes = 64 * 1024 * 1024;
/** Columns of one table; the Windows Installer itself allows 31. */
export const mostColumns = 255;

const summaryName = '\u0005SummaryInformation';

export type PackageStream = {
  readonly name: string;
  /** Bytes. */
  readonly size: number;
};

export type Database = {
  readonly codePage: number;
  /** Names of the tables, in stored order; without those that describe the others. */
  readonly tables: readonly string[];
  /** Streams that are not tables, in the order of the directory: cabinets, binaries, signatures. A name may come twice. */
  readonly streams: readonly PackageStream[];
  /** Storages inside: embedded transforms and packages. */
  readonly storages: readonly string[];
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

const tablesColumns = [columnOf('_Tables', 1, 'Name', 0x2940)];
const columnsColumns = [
  columnOf('_Columns', 1, 'Table', 0x2940),
  columnOf('_Columns', 2, 'Number', 0x2102),
  columnOf('_Columns', 3, 'Name', 0x0940),
  columnOf('_Columns', 4, 'Type', 0x0102),
];
const streamsColumns = [columnOf('_Streams', 1, 'Name', 0x293e), columnOf('_Streams', 2, 'Data', 0x1900)];

type Names = {
  readonly tables: ReadonlyMap<string, StreamEntry>;
  readonly streams: ReadonlyMap<string, StreamEntry>;
  readonly listed: readonly PackageStream[];
};

/**
 * Decoded names of the streams. Two stored names may stand for one (wixl writes the summary packed, a signing tool
 * adds it as it is): the one that is stored as it is counts, else the first.
 */
function namesOf(file: CompoundFile): Names {
  const tables = new Map<string, StreamEntry>();
  const streams = new Map<string, StreamEntry>();
  const listed: PackageStream[] = [];
  for (const entry of file.root.streams.values()) {
    const { name, isTable } = decodeStreamName(entry.name);
    const into = isTable ? tables : streams;
    if (!isTable) listed.push({ name, size: entry.size });
    if (!into.has(name) || entry.name === name) into.set(name, entry);
  }
  return { tables, streams, listed };
}

async function whole(file: CompoundFile, entry: StreamEntry | undefined): Promise<Uint8Array> {
  if (entry === undefined) return new Uint8Array(0);
  if (entry.size > mostTableBytes) {
    throw beyond(`table ${decodeStreamName(entry.name).name}`, 0, `it has ${entry.size} bytes`);
  }
  return file.open(entry).read(0, entry.size);
}

type RawColumn = { readonly number: number; readonly name: string; readonly type: number };

/** Rows of `_Columns` by the table that they describe, unchecked: a bad one spoils its own table only. */
function columnsByTable(rows: readonly Row[]): Map<string, RawColumn[]> {
  const byTable = new Map<string, RawColumn[]>();
  for (const [table, number, name, type] of rows) {
    if (typeof table !== 'string' || typeof number !== 'number' || typeof type !== 'number') {
      throw invalid('_Columns', 0, 'a row without table, number or type');
    }
    const columns = byTable.get(table) ?? [];
    columns.push({ number, name: typeof name === 'string' ? name : '', type: type & 0xffff });
    byTable.set(table, columns);
  }
  return byTable;
}

function checkedColumns(table: string, raw: readonly RawColumn[]): Column[] {
  if (raw.length > mostColumns) throw beyond('_Columns', 0, `${table} has ${raw.length} columns`);
  const sorted = [...raw].sort((one, other) => one.number - other.number);
  return sorted.map(({ number, name, type }, index) => {
    if (number !== index + 1)
      throw invalid('_Columns', number, `columns of ${table} are not numbered from 1 on`);
    return columnOf(table, number, name, type);
  });
}

/** The name of the stream of a binary cell: table and keys. Undefined keys name none. */
function binaryName(table: string, columns: readonly Column[], row: readonly Value[]): string {
  const keys = columns.flatMap((column, index) => (column.key ? [String(row[index] ?? '')] : []));
  return [table, ...keys].join('.');
}

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
  return {
    pool,
    tableRows: readRows('_Tables', tablesColumns, await read('_Tables'), pool),
    columnRows: readRows('_Columns', columnsColumns, await read('_Columns'), pool),
  };
}

/**
 * Opens the database of an .msi, .msm or .mst: its schema and its text are read, no table and no stream.
 * @throws HoldfastError `msi.invalid`, `msi.limit`
 */
export async function openDatabase(source: ByteSource): Promise<Database> {
  const file = await openCompound(source);
  const names = namesOf(file);
  if (!names.tables.has('_StringPool'))
    throw invalid('database', 0, 'this compound file has no database in it');
  const { pool, tableRows, columnRows } = await readSchema(file, names);
  const columns = columnsByTable(columnRows);
  const tables = [...new Set(tableRows.flatMap(([name]) => (typeof name === 'string' ? [name] : [])))];
  const known = new Set(tables);

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
    codePage: pool.codePage,
    tables,
    streams: names.listed,
    storages: [...file.root.storages.values()].map((one) => decodeStreamName(one.name).name),
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
