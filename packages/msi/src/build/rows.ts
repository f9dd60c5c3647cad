/** Collects the rows of a package that is being built, and holds them to the limits of their columns. */
import type { CellData, TableData } from '../database/package-data.ts';
import { wrong } from './read-description.ts';
import { type StandardColumn, standardTables, type TableName } from './tables.ts';

/** Cells by column; what is left out, or undefined, is null. */
export type Cells = Readonly<Record<string, CellData | undefined>>;

export type Rows = {
  /**
   * Adds a row.
   * @param field what of the description it comes from: named in errors
   * @throws HoldfastError `msi.description-invalid` where a value does not fit its column, or its key is taken
   */
  add(table: TableName, field: string, cells: Cells): void;
  /** Whether a table has rows. */
  has(table: TableName): boolean;
  /** Makes a table even if nothing is in it. */
  ensure(table: TableName): void;
  /** All tables, and the _Validation table of them. */
  tables(): TableData[];
};

function checkedCell(table: string, column: StandardColumn, value: CellData, field: string): CellData {
  const { rule } = column;
  if (value === null || value === '') {
    if (!column.nullable) throw wrong(field, `it needs a value for ${table}.${column.name}`);
    return null;
  }
  if (typeof value === 'string' && column.size > 0 && value.length > column.size) {
    throw wrong(
      field,
      `${JSON.stringify(value.slice(0, 40))} has ${value.length} characters, and ${table}.${column.name} has room for ${column.size}; shorten it`,
    );
  }
  if (typeof value === 'number') {
    const least = rule.minimum ?? (column.kind === 'i2' ? -32_767 : -2_147_483_647);
    const most = rule.maximum ?? (column.kind === 'i2' ? 32_767 : 2_147_483_647);
    if (value < least || value > most) {
      throw wrong(field, `${value} is not between ${least} and ${most}, as ${table}.${column.name} must be`);
    }
  }
  return value;
}

function validationOf(table: string, columns: readonly StandardColumn[]): CellData[][] {
  return columns.map(({ name, nullable, rule }) => [
    table,
    name,
    nullable ? 'Y' : 'N',
    rule.minimum,
    rule.maximum,
    rule.keyTables,
    rule.keyTables === null ? null : 1,
    rule.category,
    rule.set,
    null,
  ]);
}

export function collectRows(): Rows {
  const rows = new Map<TableName, CellData[][]>();
  const keys = new Set<string>();
  const columnsOf = (table: string): readonly StandardColumn[] => {
    const columns = standardTables.get(table);
    if (columns === undefined) throw new TypeError(`no table ${table}`);
    return columns;
  };
  const rowsOf = (table: TableName): CellData[][] => {
    const own = rows.get(table) ?? [];
    rows.set(table, own);
    return own;
  };
  return {
    add(table, field, cells) {
      const columns = columnsOf(table);
      for (const name of Object.keys(cells)) {
        if (!columns.some((column) => column.name === name))
          throw new TypeError(`no column ${table}.${name}`);
      }
      const row = columns.map((column) => checkedCell(table, column, cells[column.name] ?? null, field));
      const own = row.filter((_, index) => columns[index]?.key === true);
      const key = JSON.stringify([table, ...own]);
      if (keys.has(key)) throw wrong(field, `${own.join(', ')} is described twice; keep one of them`);
      keys.add(key);
      rowsOf(table).push(row);
    },
    has: (table) => (rows.get(table)?.length ?? 0) > 0,
    ensure: (table) => void rowsOf(table),
    tables() {
      const names = [...rows.keys()].sort();
      const validation = [...names, '_Validation'].flatMap((name) => validationOf(name, columnsOf(name)));
      return [
        ...names.map((name) => ({ name, columns: columnsOf(name), rows: rows.get(name) ?? [] })),
        { name: '_Validation', columns: columnsOf('_Validation'), rows: validation },
      ];
    },
  };
}
