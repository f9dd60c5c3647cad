/** Changes of rows, out of a transform's stream: row after row, each behind a mask of the columns that it has. */
import { beyond, invalid } from '../compound/errors.ts';
import { viewOf } from '../compound/header.ts';
import { type Column, cellBytes } from '../database/columns.ts';
import { binaryName } from '../database/schema.ts';
import type { StringPool } from '../database/string-pool.ts';
import { mostCells, mostRows, type Value } from '../database/table.ts';

/** `cells` are in the order of the columns; undefined where the change does not say. Keys are always there. */
export type RowChange = {
  readonly kind: 'insert' | 'update' | 'delete';
  readonly cells: readonly (Value | undefined)[];
};

/** In the mask: this is a whole row, and the upper byte says how many columns of it follow. */
export const wholeRow = 1;
/** Columns that a mask has bits for. */
export const maskColumns = 16;
/** No row is shorter; what is left behind the last one is padding. */
const leastRowBytes = 4;

type Shape = { readonly kind: RowChange['kind']; readonly has: (column: number) => boolean };

/**
 * With the lowest bit set, a row to be added. Otherwise bit n stands for column n, key columns are there without
 * their bits, and a row that has nothing but keys is to be deleted.
 */
function shapeOf(name: string, columns: readonly Column[], mask: number, at: number): Shape {
  const where = `transform of ${name}`;
  if ((mask & wholeRow) !== 0) {
    const count = mask >>> 8;
    if (count > columns.length) throw invalid(where, at, `${count} columns, of ${columns.length}`);
    if (columns.slice(count).some((column) => column.key)) throw invalid(where, at, 'a row without its keys');
    return { kind: 'insert', has: (column) => column < count };
  }
  if (columns.length < maskColumns && mask >>> columns.length !== 0) {
    throw invalid(where, at, `mask ${mask} has columns that do not exist`);
  }
  return {
    kind: mask === 0 ? 'delete' : 'update',
    has: (column) => columns[column]?.key === true || (column < maskColumns && (mask & (1 << column)) !== 0),
  };
}

function cellOf(view: DataView, at: number, column: Column, pool: StringPool, where: string): Value {
  if (column.kind === 'i4') {
    const stored = view.getUint32(at, true);
    return stored === 0 ? null : (stored ^ 0x8000_0000) | 0;
  }
  const word = view.getUint16(at, true);
  if (column.kind !== 'string') return word === 0 ? null : word - 0x8000;
  const reference = word + (pool.referenceBytes === 3 ? view.getUint8(at + 2) * 0x1_0000 : 0);
  if (reference === 0) return null;
  const text = pool.text(reference);
  if (text === undefined) throw invalid(where, at, `text ${reference} does not exist`);
  return text;
}

/**
 * The changes of one table, in their order. A binary cell is the name of its stream.
 * @param columns of the table as it is when the transform is applied
 * @throws HoldfastError `msi.invalid`, `msi.limit`
 */
export function readChanges(
  name: string,
  columns: readonly Column[],
  bytes: Uint8Array,
  pool: StringPool,
): RowChange[] {
  const where = `transform of ${name}`;
  const view = viewOf(bytes);
  const changes: RowChange[] = [];
  for (let at = 0; bytes.length - at >= leastRowBytes; ) {
    if (changes.length === mostRows || changes.length * columns.length > mostCells) {
      throw beyond(where, at, `more than ${changes.length} changes of ${columns.length} columns`);
    }
    const { kind, has } = shapeOf(name, columns, view.getUint16(at, true), at);
    at += 2;
    const cells: (Value | undefined)[] = columns.map(() => undefined);
    for (const [index, column] of columns.entries()) {
      if (!has(index)) continue;
      const width = cellBytes(column, pool.referenceBytes);
      if (at + width > bytes.length) throw invalid(where, at, 'it ends inside a row');
      const value = cellOf(view, at, column, pool, where);
      const isStream = column.kind === 'binary' && value !== null;
      cells[index] = isStream
        ? binaryName(
            name,
            columns,
            cells.map((cell) => cell ?? null),
          )
        : value;
      at += width;
    }
    changes.push({ kind, cells });
  }
  return changes;
}
