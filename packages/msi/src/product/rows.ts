/** Rows of a package's tables by column name, and their cells with the type that a column must have. */
import { HoldfastError } from '@holdfast/contract';
import type { Database } from '../database/database.ts';
import type { TypedRow } from './model.ts';

/** Rows of one table that a product is joined from; the installer's own limit for files is below 2^15. */
const mostRows = 1 << 18;

/** A table says what no product can be. The key is that of the row. */
export function badRow(table: string, key: string, happened: string): HoldfastError {
  return new HoldfastError('msi.invalid', `Table ${table}, row ${JSON.stringify(key)}: ${happened}.`, {
    details: { table, key },
  });
}

/** More, or deeper, than any product needs. */
export function tooMuch(table: string, key: string, happened: string): HoldfastError {
  return new HoldfastError('msi.limit', `Table ${table}, row ${JSON.stringify(key)}: ${happened}.`, {
    details: { table, key },
  });
}

/**
 * Rows of a table, in stored order; none where the package has no such table.
 * @throws HoldfastError `msi.invalid`, `msi.limit`
 */
export async function typedRows(database: Database, name: string): Promise<readonly TypedRow[]> {
  if (!database.tables.includes(name)) return [];
  const { columns, rows } = await database.table(name);
  if (rows.length > mostRows) throw tooMuch(name, '', `it has ${rows.length} rows`);
  return rows.map((row) =>
    Object.fromEntries(columns.map((column, index) => [column.name, row[index] ?? null])),
  );
}

/** Reads cells of one row of `table`; `keyColumn` names the row in errors. */
export function cellsOf(table: string, keyColumn: string, row: TypedRow) {
  const key = String(row[keyColumn] ?? '');
  const optionalText = (column: string): string | undefined => {
    const value = row[column];
    if (value === null || value === undefined || value === '') return undefined;
    if (typeof value !== 'string') throw badRow(table, key, `${column} is not text`);
    return value;
  };
  const optionalNumber = (column: string): number | undefined => {
    const value = row[column];
    if (value === null || value === undefined) return undefined;
    if (typeof value !== 'number') throw badRow(table, key, `${column} is not a number`);
    return value;
  };
  return {
    key,
    optionalText,
    optionalNumber,
    /** Text that must be there. */
    text(column: string): string {
      const value = optionalText(column);
      if (value === undefined) throw badRow(table, key, `${column} is empty`);
      return value;
    },
    /** A number; `missing` where the cell is empty. */
    number(column: string, missing = 0): number {
      return optionalNumber(column) ?? missing;
    },
    /** A number of bytes, or a place in an order. */
    count(column: string): number {
      const value = optionalNumber(column) ?? 0;
      if (value < 0) throw badRow(table, key, `${column} is ${value}`);
      return value;
    },
  };
}

export type Cells = ReturnType<typeof cellsOf>;

/** The rows of a table by their ids; `msi.invalid` where an id comes twice. */
export function byId<Item>(
  table: string,
  keyColumn: string,
  rows: readonly TypedRow[],
  itemOf: (id: string, cells: Cells) => Item,
): Map<string, Item> {
  const items = new Map<string, Item>();
  for (const row of rows) {
    const cells = cellsOf(table, keyColumn, row);
    const id = cells.text(keyColumn);
    if (items.has(id)) throw badRow(table, id, 'the id comes twice');
    items.set(id, itemOf(id, cells));
  }
  return items;
}
