/** What is different between two packages, as changes that make the second out of the first. */

import { type Column, columnType } from '../database/columns.ts';
import type { Database } from '../database/database.ts';
import { columnsColumns, streamsColumns, tablesColumns } from '../database/schema.ts';
import type { Row, Table, Value } from '../database/table.ts';
import type { ByteSource } from '../source.ts';
import { maskColumns, type RowChange } from './changes.ts';
import { type RowKeys, rowKeys } from './keys.ts';

/** Changes of one table, and the columns that they are written with. */
export type TableChanges = {
  readonly name: string;
  readonly columns: readonly Column[];
  readonly changes: readonly RowChange[];
};

export type Difference = {
  readonly tables: readonly TableChanges[];
  /** Streams that the second package has and the first has not, or not so; by name. */
  readonly streams: ReadonlyMap<string, ByteSource>;
};

/** Bytes of both streams that are compared at once. */
const bytesAtOnce = 1 << 18;
/** Property sets and signatures: they belong to a package as it was made. */
const ownPrefix = '\u0005';

async function sameContent(one: ByteSource | undefined, other: ByteSource | undefined): Promise<boolean> {
  if (one === undefined || other === undefined) return one === other;
  if (one.size !== other.size) return false;
  for (let at = 0; at < one.size; at += bytesAtOnce) {
    const [left, right] = [await one.read(at, bytesAtOnce), await other.read(at, bytesAtOnce)];
    if (Buffer.compare(left, right) !== 0) return false;
  }
  return true;
}

/** Names of the streams that differ. */
async function changedStreams(base: Database, target: Database): Promise<Map<string, ByteSource>> {
  const changed = new Map<string, ByteSource>();
  for (const { name } of target.streams) {
    const content = target.stream(name);
    if (content === undefined || name.startsWith(ownPrefix) || changed.has(name)) continue;
    if (!(await sameContent(base.stream(name), content))) changed.set(name, content);
  }
  return changed;
}

const shapeOf = (columns: readonly Column[]) =>
  columns.map((column) => `${column.name}\t${columnType(column)}`);

/** Whether `columns` are those of `base` and perhaps more behind them, none of these a key. */
function continues(base: readonly Column[], columns: readonly Column[]): boolean {
  const [before, after] = [shapeOf(base), shapeOf(columns)];
  return (
    before.every((one, index) => one === after[index]) && !columns.slice(base.length).some(({ key }) => key)
  );
}

function keyed({ rows }: Table, keys: RowKeys): Map<string, Row> {
  return new Map(rows.map((row) => [keys.of(row), row]));
}

/** Null where the rows are the same. */
function updateOf(
  columns: readonly Column[],
  before: Row,
  after: Row,
  streams: ReadonlyMap<string, ByteSource>,
): readonly (Value | undefined)[] | null {
  const differs = (index: number): boolean => {
    const value = after[index] ?? null;
    if ((before[index] ?? null) !== value) return true;
    return columns[index]?.kind === 'binary' && typeof value === 'string' && streams.has(value);
  };
  const cells = columns.map(({ key }, index) => (key || differs(index) ? (after[index] ?? null) : undefined));
  return columns.some(({ key }, index) => !key && cells[index] !== undefined) ? cells : null;
}

function keysOnly(columns: readonly Column[], row: Row): readonly (Value | undefined)[] {
  return columns.map(({ key }, index) => (key ? (row[index] ?? null) : undefined));
}

/** Deleted rows first, then those that stay, then new ones. */
function rowChanges(
  base: Table | undefined,
  table: Table,
  streams: ReadonlyMap<string, ByteSource>,
): RowChange[] {
  const { columns } = table;
  const keys = rowKeys(table.name, columns);
  const before = base === undefined ? new Map<string, Row>() : keyed(base, keys);
  const after = keyed(table, keys);
  const changes: RowChange[] = [];
  for (const [key, row] of before) {
    if (!after.has(key)) changes.push({ kind: 'delete', cells: keysOnly(columns, row) });
  }
  for (const [key, row] of after) {
    const old = before.get(key);
    const cells = old === undefined ? row : updateOf(columns, old, row, streams);
    if (cells === null) continue;
    if (old !== undefined && columns.length <= maskColumns) {
      changes.push({ kind: 'update', cells });
      continue;
    }
    // A mask has no bits for so many columns: the row is taken away and comes anew.
    if (old !== undefined) changes.push({ kind: 'delete', cells: keysOnly(columns, old) });
    changes.push({ kind: 'insert', cells: row });
  }
  return changes;
}

/** Rows of `_Columns` for the columns of a table from `first` on. */
function columnChanges(table: string, columns: readonly Column[], first: number): RowChange[] {
  return columns.slice(first).map((column, index) => ({
    kind: 'insert',
    cells: [table, first + index + 1, column.name, columnType(column)],
  }));
}

/**
 * Compares every table and every stream. Tables that changed in more than additional columns are dropped and made anew.
 * @throws HoldfastError `msi.invalid`, `msi.limit`
 */
export async function differenceOf(base: Database, target: Database): Promise<Difference> {
  const streams = await changedStreams(base, target);
  const [own, wanted] = [new Set(base.tables), new Set(target.tables)];
  const tableRows: RowChange[] = base.tables
    .filter((name) => !wanted.has(name))
    .map((name) => ({ kind: 'delete', cells: [name] }));
  const columnRows: RowChange[] = [];
  const tables: TableChanges[] = [];
  for (const name of target.tables) {
    const table = await target.table(name);
    const before = own.has(name) ? await base.table(name) : undefined;
    const kept = before !== undefined && continues(before.columns, table.columns) ? before : undefined;
    if (before !== undefined && kept === undefined) tableRows.push({ kind: 'delete', cells: [name] });
    if (kept === undefined) tableRows.push({ kind: 'insert', cells: [name] });
    columnRows.push(...columnChanges(name, table.columns, kept?.columns.length ?? 0));
    tables.push({ name, columns: table.columns, changes: rowChanges(kept, table, streams) });
  }
  const gone = base.streams.filter(
    ({ name }) => !name.startsWith(ownPrefix) && target.stream(name) === undefined,
  );
  const all: TableChanges[] = [
    { name: '_Tables', columns: tablesColumns, changes: tableRows },
    { name: '_Columns', columns: columnsColumns, changes: columnRows },
    {
      name: '_Streams',
      columns: streamsColumns,
      changes: gone.map(({ name }) => ({ kind: 'delete', cells: [name, undefined] })),
    },
    ...tables,
  ];
  return { tables: all.filter(({ changes }) => changes.length > 0), streams };
}
