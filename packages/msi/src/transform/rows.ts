/** Rows of one table with the changes of a transform made to them. */
import { beyond } from '../compound/errors.ts';
import type { Column } from '../database/columns.ts';
import { mostCells, mostRows, type Row, type Value } from '../database/table.ts';
import type { RowChange } from './changes.ts';
import { overlooks, unfit } from './fit.ts';
import { rowKeys } from './keys.ts';

type Cells = readonly (Value | undefined)[];

export type ChangedRows = {
  /** Rows of before in their order, then those that were added. */
  readonly rows: readonly Row[];
  /** Rows that are gone; their streams go with them. */
  readonly deleted: readonly Row[];
};

/** What the change leaves open stays as it was, or is nothing. */
function merged(columns: readonly Column[], cells: Cells, before: Row): Row {
  return columns.map((_, index) => {
    const cell = cells[index];
    return cell === undefined ? (before[index] ?? null) : cell;
  });
}

/**
 * @param before rows that may have fewer columns: what was added since is null in them
 * @throws HoldfastError `msi.transform-unfit`, `msi.limit`
 */
export function changeRows(
  table: string,
  columns: readonly Column[],
  before: readonly Row[],
  changes: readonly RowChange[],
  overlooked: number,
): ChangedRows {
  if (
    (before.length + changes.length) * columns.length > mostCells ||
    before.length + changes.length > mostRows
  ) {
    throw beyond(`table ${table}`, before.length, 'it has more rows than any package, once it is changed');
  }
  const keys = rowKeys(table, columns);
  const rows: (Row | undefined)[] = [...before];
  const places = new Map<string, number>();
  // Of rows with one key the first counts. Rows of a table without keys can only be added to.
  if (keys.any) {
    for (const [index, row] of before.entries()) {
      const key = keys.of(row);
      if (!places.has(key)) places.set(key, index);
    }
  }
  const deleted: Row[] = [];
  const misfit = (flag: number, does: string, cells: Cells): void => {
    if ((overlooked & flag) !== 0) return;
    const key = keys.shown(cells);
    throw unfit(`it ${does}: ${key} in table ${table}`, { table, key });
  };
  for (const { kind, cells } of changes) {
    const key = keys.of(cells);
    const at = places.get(key);
    const old = at === undefined ? undefined : rows[at];
    if (at === undefined || old === undefined) {
      if (kind === 'insert') {
        if (keys.any) places.set(key, rows.length);
        rows.push(merged(columns, cells, []));
      } else if (kind === 'delete')
        misfit(overlooks.deleteMissingRow, 'deletes a row that is not there', cells);
      else misfit(overlooks.updateMissingRow, 'changes a row that is not there', cells);
    } else if (kind === 'delete') {
      deleted.push(old);
      rows[at] = undefined;
      places.delete(key);
    } else {
      if (kind === 'insert') misfit(overlooks.addExistingRow, 'adds a row that is there', cells);
      rows[at] = merged(columns, cells, old);
    }
  }
  return { rows: rows.flatMap((row) => (row === undefined ? [] : [merged(columns, row, [])])), deleted };
}
