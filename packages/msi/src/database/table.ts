/** A table: its columns, and its rows out of a stream that stores column after column. */
import { beyond, invalid } from '../compound/errors.ts';
import { viewOf } from '../compound/header.ts';
import { type Column, cellBytes } from './columns.ts';
import type { StringPool } from './string-pool.ts';

/** A cell; null where there is nothing. A binary cell is the name of the stream that holds it. */
export type Value = number | string | null;
export type Row = readonly Value[];

export type Table = {
  readonly name: string;
  readonly columns: readonly Column[];
  /** In stored order. */
  readonly rows: readonly Row[];
};

/** Rows, and cells, of one table that are read; a file system's worth of files fits. */
export const mostRows = 1 << 19;
export const mostCells = 1 << 21;

type Layout = { readonly rows: number; readonly referenceBytes: 2 | 3 };

/**
 * How many rows, and how wide its references are: some databases keep tables from before their references grew,
 * and some streams end in less than four bytes of padding; both are read.
 */
function layoutOf(name: string, columns: readonly Column[], length: number, pool: StringPool): Layout {
  const widthWith = (bytes: number) => columns.reduce((sum, column) => sum + cellBytes(column, bytes), 0);
  const own = widthWith(pool.referenceBytes);
  if (length % own === 0) return { rows: length / own, referenceBytes: pool.referenceBytes };
  const otherBytes = pool.referenceBytes === 2 ? 3 : 2;
  const other = widthWith(otherBytes);
  if (length % other === 0) return { rows: length / other, referenceBytes: otherBytes };
  if (length % own >= 4) {
    throw invalid(`table ${name}`, length, `${length} bytes are no whole number of rows of ${own} bytes`);
  }
  return { rows: Math.floor(length / own), referenceBytes: pool.referenceBytes };
}

type Cell = (row: number) => Value;

function cellReader(
  name: string,
  column: Column,
  view: DataView,
  start: number,
  layout: Layout,
  pool: StringPool,
): Cell {
  if (column.kind === 'i4') {
    return (row) => {
      const stored = view.getUint32(start + row * 4, true);
      return stored === 0 ? null : (stored ^ 0x8000_0000) | 0;
    };
  }
  if (column.kind !== 'string') {
    return (row) => {
      const stored = view.getUint16(start + row * 2, true);
      return stored === 0 ? null : stored - 0x8000;
    };
  }
  const wide = layout.referenceBytes === 3;
  return (row) => {
    const at = start + row * layout.referenceBytes;
    const reference = view.getUint16(at, true) + (wide ? view.getUint8(at + 2) * 0x1_0000 : 0);
    if (reference === 0) return null;
    const text = pool.text(reference);
    if (text === undefined) {
      throw invalid(
        `table ${name}`,
        at,
        `column ${column.name} refers to text ${reference}, which does not exist`,
      );
    }
    return text;
  };
}

/**
 * Rows of a table's stream.
 * @param binaries replaces each binary cell by the name of its stream; it is called with the row as far as it is known
 * @throws HoldfastError `msi.invalid`, `msi.limit`
 */
export function readRows(
  name: string,
  columns: readonly Column[],
  bytes: Uint8Array,
  pool: StringPool,
  binaries: (row: readonly Value[]) => string | null = () => null,
): Row[] {
  if (columns.length === 0) throw invalid(`table ${name}`, 0, 'it has no columns');
  const layout = layoutOf(name, columns, bytes.length, pool);
  if (layout.rows > mostRows || layout.rows * columns.length > mostCells) {
    throw beyond(`table ${name}`, 0, `${layout.rows} rows of ${columns.length} columns`);
  }
  const view = viewOf(bytes);
  const readers: Cell[] = [];
  let start = 0;
  for (const column of columns) {
    readers.push(cellReader(name, column, view, start, layout, pool));
    start += layout.rows * cellBytes(column, layout.referenceBytes);
  }
  const binaryAt = columns.flatMap((column, index) => (column.kind === 'binary' ? [index] : []));
  return Array.from({ length: layout.rows }, (_, row) => {
    const cells = readers.map((read) => read(row));
    if (binaryAt.length > 0) {
      const stream = binaries(cells);
      for (const index of binaryAt) cells[index] = stream;
    }
    return cells;
  });
}
