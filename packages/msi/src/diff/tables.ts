/** Rows of two databases, compared by their keys, table by table. */
import { columnCode } from '../database/columns.ts';
import type { Database } from '../database/database.ts';
import type { Row, Table, Value } from '../database/table.ts';
import type { RowChange, TableDiff } from './model.ts';

/** Rows of each kind that are listed of one table; all are counted. */
const mostListed = 1000;

/** A list of which only the first are kept. */
function counted<Item>() {
  const listed: Item[] = [];
  let count = 0;
  return {
    listed: listed as readonly Item[],
    count: () => count,
    add(item: Item): void {
      count += 1;
      if (listed.length < mostListed) listed.push(item);
    },
  };
}

/** Positions of the keys, by name: another order of columns is no other row. */
function keyNames(table: Table): readonly string[] {
  return table.columns.filter((column) => column.key).map((column) => column.name);
}

function cellReader(table: Table): (row: Row, column: string) => Value {
  const at = new Map(table.columns.map((column, index) => [column.name, index]));
  return (row, column) => {
    const index = at.get(column);
    return index === undefined ? null : (row[index] ?? null);
  };
}

/** Rows by key; rows that share one (no sound package has them) follow each other. */
function rowsByKey(table: Table, keys: readonly string[]): Map<string, Row> {
  const cell = cellReader(table);
  const rows = new Map<string, Row>();
  const times = new Map<string, number>();
  for (const row of table.rows) {
    const key = JSON.stringify(keys.map((name) => cell(row, name)));
    const time = times.get(key) ?? 0;
    times.set(key, time + 1);
    rows.set(time === 0 ? key : `${key}#${time}`, row);
  }
  return rows;
}

/** Name, type and order of all columns in one text. */
function shapeOf(table: Table): string {
  return JSON.stringify(table.columns.map((column) => [column.name, columnCode(column), column.key]));
}

/** Undefined where the tables are the same. */
export function diffTable(before: Table, after: Table): TableDiff | undefined {
  const columnsChanged = shapeOf(before) !== shapeOf(after);
  const keys = keyNames(after);
  const [oldCell, newCell] = [cellReader(before), cellReader(after)];
  const columns = after.columns
    .map(({ name }) => name)
    .filter((name) => before.columns.some((one) => one.name === name));
  const old = rowsByKey(before, keys);
  const added = counted<Row>();
  const removed = counted<Row>();
  const changed = counted<RowChange>();
  for (const [key, row] of rowsByKey(after, keys)) {
    const was = old.get(key);
    old.delete(key);
    if (was === undefined) {
      added.add(row);
      continue;
    }
    const cells = columns.flatMap((name) => {
      const [one, other] = [oldCell(was, name), newCell(row, name)];
      return one === other ? [] : [{ name, before: one, after: other }];
    });
    if (cells.length > 0) changed.add({ key: keys.map((name) => newCell(row, name)), columns: cells });
  }
  for (const row of old.values()) removed.add(row);
  const counts = { added: added.count(), removed: removed.count(), changed: changed.count() };
  if (!columnsChanged && counts.added + counts.removed + counts.changed === 0) return undefined;
  return {
    name: after.name,
    change: 'changed',
    columnsChanged,
    counts,
    added: added.listed,
    removed: removed.listed,
    changed: changed.listed,
  };
}

function wholeTable(table: Table, change: 'added' | 'removed'): TableDiff {
  const rows = table.rows.slice(0, mostListed);
  return {
    name: table.name,
    change,
    columnsChanged: false,
    counts: { added: 0, removed: 0, changed: 0, [change]: table.rows.length },
    added: change === 'added' ? rows : [],
    removed: change === 'removed' ? rows : [],
    changed: [],
  };
}

/** Tables that differ, by name. */
export async function diffTables(before: Database, after: Database): Promise<readonly TableDiff[]> {
  const found: TableDiff[] = [];
  const [had, has] = [new Set(before.tables), new Set(after.tables)];
  for (const name of [...new Set([...had, ...has])].sort()) {
    if (!has.has(name)) found.push(wholeTable(await before.table(name), 'removed'));
    else if (!had.has(name)) found.push(wholeTable(await after.table(name), 'added'));
    else {
      const one = diffTable(await before.table(name), await after.table(name));
      if (one) found.push(one);
    }
  }
  return found;
}
