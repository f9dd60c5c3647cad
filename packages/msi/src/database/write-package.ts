/** Writes a package: its database, its summary and its streams into one compound file. */
import { longestName, type StorageContent } from '../compound/directory-writer.ts';
import { beyond, invalid } from '../compound/errors.ts';
import { writeCompound } from '../compound/writer.ts';
import { type ByteSink, type ByteSource, bytesSource } from '../source.ts';
import { columnOf, columnType } from './columns.ts';
import { classIdOf } from './kind.ts';
import type { CellData, PackageData, TableData } from './package-data.ts';
import { binaryName, columnsColumns, tablesColumns } from './schema.ts';
import { summaryName } from './stored.ts';
import { encodeStreamName } from './stream-names.ts';
import { writeStringPool } from './string-pool-writer.ts';
import { writeSummary } from './summary-writer.ts';
import { writeRows } from './table-writer.ts';

/** Columns that a table can have in the Windows Installer. */
const mostColumns = 31;
/** Names that the database itself uses. */
const reserved: readonly string[] = [
  '_Tables',
  '_Columns',
  '_Streams',
  '_Storages',
  '_StringPool',
  '_StringData',
];
/** In front of the names of property sets and signatures, which are stored as they are. */
const plainMark = '\u0005';

type Stream = PackageData['streams'][number];

function assertShape({ name, columns }: TableData): void {
  const where = `table ${name}`;
  if (name === '' || reserved.includes(name)) throw invalid(where, 0, 'no table can have this name');
  // A table without rows has no stream, but will have one when a row is added.
  if (encodeStreamName({ name, isTable: true }).length > longestName)
    throw invalid(where, 0, 'its name is too long');
  if (columns.length > mostColumns)
    throw beyond(where, 0, `${columns.length} columns, of at most ${mostColumns}`);
  if (!columns.some((column) => column.key)) throw invalid(where, 0, 'it has no key');
  const names = new Set(columns.map((column) => column.name));
  if (names.size < columns.length || names.has('')) {
    throw invalid(where, 0, 'a column has no name, or two have the same');
  }
  for (const [index, column] of columns.entries()) {
    const { kind, size } = columnOf(name, index + 1, column.name, columnType(column));
    if (kind !== column.kind || size !== column.size) {
      throw invalid(where, index, `column ${column.name} has a size that ${column.kind} cannot have`);
    }
  }
}

/** The tables that describe the others. */
function schemaOf(tables: readonly TableData[]): TableData[] {
  return [
    { name: '_Tables', columns: tablesColumns, rows: tables.map(({ name }) => [name]) },
    {
      name: '_Columns',
      columns: columnsColumns,
      rows: tables.flatMap(({ name, columns }) =>
        columns.map((column, index) => [name, index + 1, column.name, columnType(column)]),
      ),
    },
  ];
}

/** How often each text is referred to. */
function countTexts(tables: readonly TableData[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { columns, rows } of tables) {
    const textAt = columns.flatMap((column, index) => (column.kind === 'string' ? [index] : []));
    for (const row of rows) {
      for (const index of textAt) {
        const cell = row[index];
        if (typeof cell === 'string' && cell !== '') counts.set(cell, (counts.get(cell) ?? 0) + 1);
      }
    }
  }
  return counts;
}

const isStream = (cell: CellData | undefined): cell is ByteSource =>
  typeof cell === 'object' && cell !== null;

/**
 * Streams of the binary cells that hold their bytes; those that hold a name are checked against the `known` names.
 * Rows with the same keys were refused before: each has a name of its own.
 */
function* binaryStreams(
  { name: table, columns, rows }: TableData,
  known: ReadonlySet<string>,
): Generator<Stream> {
  const binaryAt = columns.flatMap((column, index) => (column.kind === 'binary' ? [index] : []));
  if (binaryAt.length === 0) return;
  for (const [index, row] of rows.entries()) {
    const keys = row.map((cell) => (isStream(cell) ? null : cell));
    const name = binaryName(table, columns, keys);
    const cells = binaryAt.flatMap((at) => row[at] ?? []);
    const contents = cells.filter(isStream);
    if (contents.length > 1) throw invalid(`table ${table}`, index, 'two streams in one row have one name');
    for (const cell of cells) {
      if (isStream(cell)) yield { name, content: cell };
      else if (cell !== name || !known.has(name)) {
        throw invalid(
          `table ${table}`,
          index,
          `there is no stream ${JSON.stringify(name)}, or the cell names another`,
        );
      }
    }
  }
}

function storedName(name: string): string {
  return name.startsWith(plainMark) ? name : encodeStreamName({ name, isTable: false });
}

/** The root storage of a package. Tables without rows have no stream. */
function packageStorage(data: PackageData): StorageContent {
  for (const table of data.tables) assertShape(table);
  const tables = [...schemaOf(data.tables), ...data.tables];
  const pool = writeStringPool(countTexts(tables), data.codePage);
  const contents = [
    ...tables.map((table) => ({ name: table.name, bytes: writeRows(table, pool) })),
    { name: '_StringPool', bytes: pool.pool },
    { name: '_StringData', bytes: pool.data },
  ];
  const known = new Set(data.streams.map(({ name }) => name));
  const own = [...data.tables.flatMap((table) => [...binaryStreams(table, known)]), ...data.streams];
  return {
    classId: classIdOf(data.kind),
    streams: [
      ...contents
        .filter(({ name, bytes }) => bytes.length > 0 || reserved.includes(name))
        .map(({ name, bytes }) => ({
          name: encodeStreamName({ name, isTable: true }),
          content: bytesSource(bytes),
        })),
      ...own.map(({ name, content }) => ({ name: storedName(name), content })),
      { name: summaryName, content: bytesSource(writeSummary(data.summary)) },
    ],
    storages: data.storages ?? [],
  };
}

/**
 * Writes a package from position 0 of the sink on. The same data makes the same bytes, whatever the order of tables,
 * rows and streams. Contents of streams are copied in pieces.
 * @returns bytes
 * @throws HoldfastError `msi.invalid` for data that no package can hold, `msi.limit`
 */
export async function writePackage(data: PackageData, sink: ByteSink): Promise<number> {
  return writeCompound(packageStorage(data), sink);
}
