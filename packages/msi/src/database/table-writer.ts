/** The rows of a table that is written: checked, sorted by their keys, and stored column after column. */
import { beyond, invalid } from '../compound/errors.ts';
import { viewOf } from '../compound/header.ts';
import { type Column, cellBytes } from './columns.ts';
import type { CellData, TableData } from './package-data.ts';
import { mostBytes } from './stored.ts';
import type { WrittenPool } from './string-pool-writer.ts';
import { mostCells, mostRows } from './table.ts';

/** The largest numbers of both widths; their negatives are the smallest, because one more stands for null. */
const largest = { i2: 0x7fff, i4: 0x7fff_ffff } as const;

function wrong(table: TableData, row: number, column: Column, happened: string): Error {
  return invalid(`table ${table.name}`, row, `column ${column.name} ${happened}`);
}

/** What a cell is, without its content: to show in an error. */
function shown(cell: CellData | undefined): string {
  return typeof cell === 'object' && cell !== null ? 'a stream' : (JSON.stringify(cell) ?? 'nothing');
}

/** The number that stands for a cell in the table's bytes; 0 for null, as which empty text is stored too. */
function storedCell(
  table: TableData,
  row: number,
  column: Column,
  cell: CellData,
  pool: WrittenPool,
): number {
  if (cell === null || cell === '') {
    if (!column.nullable) throw wrong(table, row, column, 'has nothing in it, and is not nullable');
    if (cell === '' && column.kind !== 'string') throw wrong(table, row, column, 'holds no text');
    return 0;
  }
  if (column.kind === 'string') {
    if (typeof cell !== 'string') throw wrong(table, row, column, `holds text, not ${shown(cell)}`);
    return pool.reference(cell);
  }
  if (column.kind === 'binary') {
    if (typeof cell === 'number') throw wrong(table, row, column, `holds a stream, not ${shown(cell)}`);
    return 1;
  }
  if (typeof cell !== 'number' || !Number.isInteger(cell) || Math.abs(cell) > largest[column.kind]) {
    throw wrong(table, row, column, `holds whole numbers of ${column.kind}, not ${shown(cell)}`);
  }
  return cell + largest[column.kind] + 1;
}

/** Compares rows by their key columns, as stored. */
function byKeys(columns: readonly Column[]) {
  const keys = columns.flatMap((column, index) => (column.key ? [index] : []));
  return (one: readonly number[], other: readonly number[]): number => {
    for (const key of keys) {
      const difference = (one[key] ?? 0) - (other[key] ?? 0);
      if (difference !== 0) return difference;
    }
    return 0;
  };
}

function storedRows(table: TableData, pool: WrittenPool): number[][] {
  const { name, columns, rows } = table;
  if (rows.length > mostRows || rows.length * columns.length > mostCells) {
    throw beyond(`table ${name}`, 0, `${rows.length} rows of ${columns.length} columns`);
  }
  return rows.map((row, index) => {
    if (row.length !== columns.length) {
      throw invalid(`table ${name}`, index, `a row of ${row.length} cells in ${columns.length} columns`);
    }
    return columns.map((column, at) => storedCell(table, index, column, row[at] ?? null, pool));
  });
}

function assertDistinct(
  table: TableData,
  sorted: readonly { readonly row: number; readonly cells: number[] }[],
): void {
  const compare = byKeys(table.columns);
  for (const [index, { row, cells }] of sorted.entries()) {
    const next = sorted[index + 1];
    if (next === undefined || compare(cells, next.cells) !== 0) continue;
    const keys = table.columns.flatMap((column, at) => (column.key ? [shown(table.rows[row]?.[at])] : []));
    throw invalid(`table ${table.name}`, next.row, `a second row has the key ${keys.join(', ')}`);
  }
}

/**
 * Content of a table's stream.
 * @throws HoldfastError `msi.invalid` for a cell that is not what its column holds, or two rows with the same keys;
 * `msi.limit`
 */
export function writeRows(table: TableData, pool: WrittenPool): Uint8Array {
  const { name, columns } = table;
  const compare = byKeys(columns);
  const sorted = storedRows(table, pool)
    .map((cells, row) => ({ row, cells }))
    .sort((one, other) => compare(one.cells, other.cells));
  assertDistinct(table, sorted);
  const width = columns.reduce((sum, column) => sum + cellBytes(column, pool.referenceBytes), 0);
  const length = width * sorted.length;
  if (length > mostBytes(name))
    throw beyond(`table ${name}`, 0, `${length} bytes, of at most ${mostBytes(name)}`);
  const bytes = new Uint8Array(length);
  const view = viewOf(bytes);
  let at = 0;
  for (const [index, column] of columns.entries()) {
    const cell = cellBytes(column, pool.referenceBytes);
    for (const { cells } of sorted) {
      const value = cells[index] ?? 0;
      if (cell === 4) view.setUint32(at, value, true);
      else view.setUint16(at, value & 0xffff, true);
      if (cell === 3) view.setUint8(at + 2, value >>> 16);
      at += cell;
    }
  }
  return bytes;
}
