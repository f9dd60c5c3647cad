/** The tables and columns that a package has once a transform is applied: they come first, all rows depend on them. */
import { invalid } from '../compound/errors.ts';
import type { Column } from '../database/columns.ts';
import type { Database } from '../database/database.ts';
import {
  checkedColumns,
  columnsByTable,
  columnsColumns,
  type RawColumn,
  tablesColumns,
} from '../database/schema.ts';
import { overlooks, unfit } from './fit.ts';
import type { Transform } from './open.ts';

export type Schema = {
  readonly tables: readonly string[];
  /** Tables of the transform's own; one that is dropped and added anew among them. */
  readonly added: ReadonlySet<string>;
  /** Tables with columns that the package itself does not have. */
  readonly grown: ReadonlySet<string>;
  /** @throws HoldfastError `msi.invalid`, `msi.limit` */
  columns(table: string): Column[];
  /** As rows of `_Columns` have them. */
  readonly rawColumns: ReadonlyMap<string, readonly RawColumn[]>;
};

async function tablesAfter(
  database: Database,
  transform: Transform,
  overlooked: number,
): Promise<{ readonly tables: ReadonlySet<string>; readonly added: ReadonlySet<string> }> {
  const tables = new Set(database.tables);
  const added = new Set<string>();
  for (const { kind, cells } of await transform.changes('_Tables', tablesColumns)) {
    const [name] = cells;
    if (typeof name !== 'string') throw invalid('transform of _Tables', 0, 'a table without a name');
    if (kind !== 'insert') {
      added.delete(name);
      if (!tables.delete(name) && (overlooked & overlooks.deleteMissingTable) === 0) {
        throw unfit(`it drops table ${name}, which is not there`, { table: name });
      }
    } else if (!tables.has(name)) {
      tables.add(name);
      added.add(name);
    } else if ((overlooked & overlooks.addExistingTable) === 0) {
      throw unfit(`it adds table ${name}, which is there`, { table: name });
    }
  }
  return { tables, added };
}

/**
 * Columns can be added only. Their number may be left out: then they follow those that the table has.
 * @throws HoldfastError `msi.transform-unfit`, `msi.invalid`, `msi.limit`
 */
export async function schemaAfter(
  database: Database,
  transform: Transform,
  overlooked: number,
): Promise<Schema> {
  const { tables, added } = await tablesAfter(database, transform, overlooked);
  const before = columnsByTable((await database.table('_Columns')).rows);
  const after = new Map<string, Map<number, RawColumn>>();
  for (const [table, columns] of before) {
    if (tables.has(table) && !added.has(table))
      after.set(table, new Map(columns.map((column) => [column.number, column])));
  }
  const grown = new Set<string>();
  for (const { kind, cells } of await transform.changes('_Columns', columnsColumns)) {
    const [table, given, name, type] = cells;
    if (typeof table !== 'string' || !tables.has(table)) continue;
    if (kind !== 'insert' || typeof type !== 'number') {
      throw invalid('transform of _Columns', 0, `it changes a column of ${table}; columns can only be added`);
    }
    const columns = after.get(table) ?? new Map<number, RawColumn>();
    after.set(table, columns);
    const number = typeof given === 'number' ? given : columns.size + 1;
    const column = { number, name: typeof name === 'string' ? name : '', type: type & 0xffff };
    const twin = columns.get(number);
    if (twin === undefined) {
      columns.set(number, column);
      grown.add(table);
    } else if (twin.name !== column.name || twin.type !== column.type) {
      throw unfit(`column ${number} of ${table} is ${twin.name} there, and ${column.name} in it`, { table });
    }
  }
  const rawColumns = new Map([...after].map(([table, columns]) => [table, [...columns.values()]] as const));
  return {
    tables: [...tables],
    added,
    grown,
    columns: (table) => checkedColumns(table, rawColumns.get(table) ?? []),
    rawColumns,
  };
}
