/** The tables that describe the others: what columns a table has, and what its binary cells are called. */
import { beyond, invalid } from '../compound/errors.ts';
import { type Column, columnOf } from './columns.ts';
import type { Row, Value } from './table.ts';

/** Columns of one table; the Windows Installer itself allows 31. */
export const mostColumns = 255;

export const tablesColumns = [columnOf('_Tables', 1, 'Name', 0x2940)];
export const columnsColumns = [
  columnOf('_Columns', 1, 'Table', 0x2940),
  columnOf('_Columns', 2, 'Number', 0x2102),
  columnOf('_Columns', 3, 'Name', 0x0940),
  columnOf('_Columns', 4, 'Type', 0x0102),
];
export const streamsColumns = [
  columnOf('_Streams', 1, 'Name', 0x293e),
  columnOf('_Streams', 2, 'Data', 0x1900),
];

/** A row of `_Columns`, its type word without a sign. */
export type RawColumn = { readonly number: number; readonly name: string; readonly type: number };

/** Rows of `_Columns` by the table that they describe, unchecked: a bad one spoils its own table only. */
export function columnsByTable(rows: readonly Row[]): Map<string, RawColumn[]> {
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

/**
 * Columns in their order.
 * @throws HoldfastError `msi.invalid`, `msi.limit`
 */
export function checkedColumns(table: string, raw: readonly RawColumn[]): Column[] {
  if (raw.length > mostColumns) throw beyond('_Columns', 0, `${table} has ${raw.length} columns`);
  const sorted = [...raw].sort((one, other) => one.number - other.number);
  return sorted.map(({ number, name, type }, index) => {
    if (number !== index + 1)
      throw invalid('_Columns', number, `columns of ${table} are not numbered from 1 on`);
    return columnOf(table, number, name, type);
  });
}

/** Characters of a stream's name: two in each of 31 units. */
const longestStreamName = 62;

/** The name of the stream of a binary cell: table and keys. Undefined keys name none. */
export function binaryName(table: string, columns: readonly Column[], row: readonly Value[]): string {
  // No stream has a longer name; texts may be megabytes, and the same in every row.
  const keys = columns.flatMap((column, index) =>
    column.key ? [String(row[index] ?? '').slice(0, longestStreamName + 1)] : [],
  );
  return [table, ...keys].join('.');
}
