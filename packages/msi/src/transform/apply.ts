/** A package with a transform applied: a view over both, nothing is written and neither is changed. */
import { HoldfastError } from '@holdfast/contract';
import { invalid } from '../compound/errors.ts';
import type { Column } from '../database/columns.ts';
import type { Database } from '../database/database.ts';
import { columnsColumns, streamsColumns, tablesColumns } from '../database/schema.ts';
import type { PackageStream } from '../database/stored.ts';
import type { Summary } from '../database/summary.ts';
import type { Row, Table } from '../database/table.ts';
import { checkFit, conditionsOf, overlooks, textOf, unfit } from './fit.ts';
import type { Transform } from './open.ts';
import { changeRows } from './rows.ts';
import { type Schema, schemaAfter } from './schema.ts';

/** Tables about the others; they are made from what is known of those. */
const describing: readonly string[] = ['_Tables', '_Columns', '_Streams', '_Storages'];
const properties = { template: 7, lastAuthor: 8 } as const;

type Changed = {
  readonly tables: ReadonlyMap<string, Table>;
  /** Names of streams whose rows are gone. */
  readonly removed: ReadonlySet<string>;
};

function streamsOfRows(columns: readonly Column[], rows: readonly Row[]): string[] {
  return columns.flatMap(({ kind }, index) =>
    kind === 'binary' ? rows.flatMap((row) => (typeof row[index] === 'string' ? [row[index]] : [])) : [],
  );
}

function checkStreams({ name, columns, rows }: Table, known: ReadonlySet<string>): void {
  const missing = streamsOfRows(columns, rows).find((stream) => !known.has(stream));
  if (missing === undefined) return;
  throw invalid(`transform of ${name}`, 0, `stream ${missing} is neither in it nor in the package`);
}

/** Every changed table, now: what does not fit is to be known before anything is done with the rest. */
async function changedTables(
  database: Database,
  transform: Transform,
  schema: Schema,
  overlooked: number,
): Promise<Changed> {
  const tables = new Map<string, Table>();
  const removed = new Set<string>();
  const present = new Set(schema.tables);
  const own = new Set(database.tables);
  const known = new Set([...database.streams, ...transform.streams].map(({ name }) => name));
  const names = new Set([
    ...schema.added,
    ...schema.grown,
    ...transform.tables.filter((name) => !describing.includes(name)),
  ]);
  for (const name of names) {
    if (!present.has(name)) {
      // Rows of a table that the same transform drops are of no interest.
      if (own.has(name) || (overlooked & overlooks.updateMissingRow) !== 0) continue;
      throw unfit(`it changes table ${name}, which is not there`, { table: name });
    }
    const columns = schema.columns(name);
    if (columns.length === 0) throw invalid('transform of _Columns', 0, `table ${name} has no columns`);
    const before = own.has(name) && !schema.added.has(name) ? (await database.table(name)).rows : [];
    const changes = await transform.changes(name, columns);
    const { rows, deleted } = changeRows(name, columns, before, changes, overlooked);
    const table = { name, columns, rows };
    checkStreams(table, known);
    tables.set(name, table);
    for (const stream of streamsOfRows(columns, deleted)) removed.add(stream);
    for (const stream of streamsOfRows(columns, rows)) removed.delete(stream);
  }
  for (const { kind, cells } of await transform.changes('_Streams', streamsColumns)) {
    if (kind === 'delete' && typeof cells[0] === 'string') removed.add(cells[0]);
  }
  return { tables, removed };
}

function streamsAfter(
  database: Database,
  transform: Transform,
  removed: ReadonlySet<string>,
): readonly PackageStream[] {
  const brought = new Map(transform.streams.map((stream) => [stream.name, stream]));
  const kept = database.streams.flatMap((stream) => {
    const other = brought.get(stream.name);
    brought.delete(stream.name);
    return other === undefined ? (removed.has(stream.name) ? [] : [stream]) : [other];
  });
  return [...kept, ...brought.values()];
}

/** Last Saved By of a transform is what the Template of the package becomes (Last Saved By Summary property). */
function summaryAfter(before: Summary, transform: Summary): Summary {
  const template = textOf(transform, properties.lastAuthor);
  if (!template.includes(';')) return before;
  const after = new Map(before).set(properties.template, { kind: 'text', text: template });
  return new Map([...after].sort(([one], [other]) => one - other));
}

/**
 * The package as it is once the transform is applied. All that the transform changes is read and checked now; tables
 * that it leaves alone, and streams, are read when they are asked for.
 * @throws HoldfastError `msi.transform-unfit` where it is for another package, `msi.invalid`, `msi.limit`
 */
export async function applyTransform(database: Database, transform: Transform): Promise<Database> {
  await checkFit(database, transform);
  const summary = await transform.summary();
  const { overlooked } = conditionsOf(summary);
  const schema = await schemaAfter(database, transform, overlooked);
  const { tables, removed } = await changedTables(database, transform, schema, overlooked);
  const present = new Set(schema.tables);
  const streams = streamsAfter(database, transform, removed);
  const own = new Set(transform.streams.map(({ name }) => name));
  const described = new Map<string, () => Table>([
    [
      '_Tables',
      () => ({ name: '_Tables', columns: tablesColumns, rows: schema.tables.map((name) => [name]) }),
    ],
    ['_Columns', () => ({ name: '_Columns', columns: columnsColumns, rows: columnRows(schema) })],
    [
      '_Streams',
      () => ({
        name: '_Streams',
        columns: streamsColumns,
        rows: streams.map(({ name }) => [name, name]),
      }),
    ],
  ]);
  return {
    kind: database.kind,
    codePage: transform.codePage === 0 ? database.codePage : transform.codePage,
    tables: schema.tables,
    streams,
    storages: [...new Set([...database.storages, ...transform.storages])],
    storage: (name) => transform.storage(name) ?? database.storage(name),
    async table(name) {
      const table = described.get(name)?.() ?? tables.get(name);
      if (table !== undefined) return table;
      if (present.has(name)) return database.table(name);
      throw new HoldfastError('not-found', `The package has no table ${name}.`, { details: { table: name } });
    },
    stream(name) {
      if (own.has(name)) return transform.stream(name);
      return removed.has(name) ? undefined : database.stream(name);
    },
    async summary() {
      return summaryAfter(await database.summary(), summary);
    },
  };
}

/** Type words are stored as signed numbers. */
function columnRows({ rawColumns }: Schema): Row[] {
  return [...rawColumns].flatMap(([table, columns]) =>
    columns.map(({ number, name, type }) => [table, number, name, (type << 16) >> 16]),
  );
}
