/** Pages of lists by keyset: the cursor names the last row of a page, so that any depth costs the same. */
import { HoldfastError, type Page } from '@holdfast/contract';
import { type RawBuilder, type SelectQueryBuilder, type SqlBool, sql } from 'kysely';
import Type, { type Static, type TSchema } from 'typebox';
import { Compile } from 'typebox/compile';

export type PageRequest = {
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
  readonly search?: string | undefined;
};

/** The site answers at most this many rows at once where nothing is asked for. */
export const defaultPageLimit = 100;

/** How a list is ordered, and so what its cursor holds. */
export type Order<Place> = {
  write(place: Place): string;
  /** @throws HoldfastError `request.invalid` */
  read(cursor: string | undefined): Place | undefined;
};

function order<Schema extends TSchema>(schema: Schema): Order<Static<Schema>> {
  const validator = Compile(schema);
  return {
    write: (place) => Buffer.from(JSON.stringify(place)).toString('base64url'),
    read(cursor) {
      if (cursor === undefined) return undefined;
      const place = parseJson(Buffer.from(cursor, 'base64url').toString());
      if (validator.Check(place)) return place as Static<Schema>;
      throw new HoldfastError('request.invalid', 'The cursor is not one of this list.', {
        details: { field: 'cursor' },
      });
    },
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // Not a cursor: the caller says so.
  }
}

/** By name, then by id where names are equal. */
export const byName = order(Type.Tuple([Type.String(), Type.String()]));
/** Newest first: by time, then by id. */
export const byTime = order(Type.Tuple([Type.Integer(), Type.String()]));
/** Newest first: by a number that rises with every row. */
export const byNumber = order(Type.Tuple([Type.Integer()]));

/** Rows after the place, ascending. The columns must be in the list's ORDER BY. */
export function after(
  columns: readonly [string, string],
  place: readonly [string, string],
): RawBuilder<SqlBool> {
  return sql<SqlBool>`(${sql.ref(columns[0])}, ${sql.ref(columns[1])}) > (${place[0]}, ${place[1]})`;
}

/** Rows before the place, descending. */
export function before(
  columns: readonly [string, string],
  place: readonly [number, string],
): RawBuilder<SqlBool> {
  return sql<SqlBool>`(${sql.ref(columns[0])}, ${sql.ref(columns[1])}) < (${place[0]}, ${place[1]})`;
}

/** Whether one of the columns contains the text, whatever its case. */
export function contains(columns: readonly string[], search: string): RawBuilder<SqlBool> {
  const pattern = `%${search.replace(/[\\%_]/g, '\\$&')}%`;
  const each = columns.map(
    (column) => sql<SqlBool>`lower(${sql.ref(column)}) like lower(${pattern}) escape '\\'`,
  );
  return sql<SqlBool>`(${sql.join(each, sql` or `)})`;
}

/** How many rows a query finds. */
export async function totalOf<Tables, Used extends keyof Tables, Columns>(
  found: SelectQueryBuilder<Tables, Used, Columns>,
): Promise<number> {
  const { total } = await found
    .clearSelect()
    .select((eb) => eb.fn.countAll<number>().as('total'))
    .$castTo<{ total: number }>()
    .executeTakeFirstOrThrow();
  return total;
}

/**
 * A page out of rows of which one more than the limit was read.
 * @param place the cursor's place of a row
 */
export function pageOf<Row, Item, Place>(
  read: { rows: readonly Row[]; limit: number; total: number },
  list: { order: Order<Place>; place: (row: Row) => Place; item: (row: Row) => Item },
): Page<Item> {
  const rows = read.rows.slice(0, read.limit);
  const last = rows.at(-1);
  const more = read.rows.length > read.limit && last !== undefined;
  return {
    items: rows.map(list.item),
    total: read.total,
    next: more ? list.order.write(list.place(last)) : null,
  };
}
