/** All tables of a database, read in one snapshot and written in one transaction, whichever tables there are. */
import { DatabaseSync } from 'node:sqlite';
import { HoldfastError } from '@holdfast/contract';
import { Kysely, SqliteDialect, sql, type Transaction } from 'kysely';
import { codedDatabaseError } from './failures.ts';
import type { DatabaseKind } from './migration.ts';
import { postgresDialect } from './postgres.ts';
import type { Schema } from './schema.ts';
import { openSqlite } from './sqlite.ts';

export type DatabasePlace = {
  /** postgres://… ; SQLite where undefined. */
  readonly databaseUrl?: string | undefined;
  /** SQLite's file. */
  readonly file: string;
};

export type Row = Readonly<Record<string, unknown>>;

/** A database as it was at one moment. */
export type Snapshot = {
  /** Names of all tables, those that others refer to first. */
  readonly tables: readonly string[];
  rows(table: string): AsyncIterable<Row>;
};

/** Rows that PostgreSQL sends at once. */
const fetchRows = 500;
/** Parameters of one insert; SQLite's limit is 32,766. */
const insertParameters = 10_000;
/** Milliseconds that SQLite waits for a writer. */
const busyTimeout = 5_000;

type Reference = { readonly child: string; readonly parent: string };

/** Parents before children; the rest by name. */
function inOrder(tables: readonly string[], references: readonly Reference[]): string[] {
  const ordered: string[] = [];
  const visited = new Set<string>();
  const visit = (table: string) => {
    if (visited.has(table)) return;
    visited.add(table);
    for (const { child, parent } of references) if (child === table) visit(parent);
    ordered.push(table);
  };
  for (const table of [...tables].sort()) visit(table);
  return ordered;
}

const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;

async function sqliteSnapshot<T>(file: string, work: (snapshot: Snapshot) => Promise<T>): Promise<T> {
  let database: DatabaseSync;
  try {
    database = new DatabaseSync(file, { readOnly: true, timeout: busyTimeout });
  } catch (thrown) {
    throw codedDatabaseError(thrown);
  }
  try {
    database.exec('begin');
    const names = database
      .prepare(
        "select name from sqlite_schema where type = 'table' and name not like 'sqlite\\_%' escape '\\'",
      )
      .all()
      .map((row) => String(row.name));
    const references = names.flatMap((child) =>
      database
        .prepare(`pragma foreign_key_list(${quoted(child)})`)
        .all()
        .map((row) => ({ child, parent: String(row.table) })),
    );
    return await work({
      tables: inOrder(names, references),
      async *rows(table) {
        yield* database.prepare(`select * from ${quoted(table)}`).iterate();
      },
    });
  } catch (thrown) {
    throw codedDatabaseError(thrown);
  } finally {
    database.close();
  }
}

async function postgresTables(db: Kysely<Schema>): Promise<string[]> {
  const names = await sql<{ name: string }>`
    select table_name as name from information_schema.tables
    where table_schema = current_schema() and table_type = 'BASE TABLE'`.execute(db);
  const references = await sql<Reference>`
    select c.relname as child, p.relname as parent from pg_constraint k
    join pg_class c on c.oid = k.conrelid join pg_class p on p.oid = k.confrelid
    where k.contype = 'f' and k.connamespace = current_schema()::regnamespace`.execute(db);
  return inOrder(
    names.rows.map((row) => row.name),
    references.rows,
  );
}

async function postgresSnapshot<T>(url: string, work: (snapshot: Snapshot) => Promise<T>): Promise<T> {
  const store = new Kysely<Schema>({ dialect: postgresDialect(url) });
  let cursors = 0;
  try {
    return await store
      .transaction()
      .setIsolationLevel('repeatable read')
      .setAccessMode('read only')
      .execute(async (db) =>
        work({
          tables: await postgresTables(db),
          async *rows(table) {
            // Left half read it stays open until the transaction ends: each reading has a name of its own.
            cursors += 1;
            const cursor = sql.id(`backup${cursors}`);
            await sql`declare ${cursor} no scroll cursor for select * from ${sql.table(table)}`.execute(db);
            for (;;) {
              const { rows } = await sql<Row>`fetch ${sql.lit(fetchRows)} from ${cursor}`.execute(db);
              yield* rows;
              if (rows.length < fetchRows) break;
            }
            await sql`close ${cursor}`.execute(db);
          },
        }),
      );
  } catch (thrown) {
    throw codedDatabaseError(thrown);
  } finally {
    await store.destroy();
  }
}

/**
 * Reads in one transaction, beside whatever writes meanwhile.
 * @throws HoldfastError `database.unavailable`
 */
export function withSnapshot<T>(place: DatabasePlace, work: (snapshot: Snapshot) => Promise<T>): Promise<T> {
  return place.databaseUrl === undefined
    ? sqliteSnapshot(place.file, work)
    : postgresSnapshot(place.databaseUrl, work);
}

/** Opens a database to restore into. */
export function openTarget(place: DatabasePlace): { kind: DatabaseKind; store: Kysely<Schema> } {
  return place.databaseUrl === undefined
    ? {
        kind: 'sqlite',
        store: new Kysely<Schema>({
          dialect: new SqliteDialect({ database: openSqlite(place.file, { readOnly: false }) }),
        }),
      }
    : { kind: 'postgres', store: new Kysely<Schema>({ dialect: postgresDialect(place.databaseUrl) }) };
}

/** What a restore writes through. */
export type TableWriter = {
  readonly tables: ReadonlySet<string>;
  /** Removes what the making of the tables has put into this one. */
  clear(table: string): Promise<void>;
  write(table: string, rows: readonly Row[]): Promise<void>;
  /** Has the policy of every client signed anew, under a serial above this one. */
  raisePolicySerials(above: number): Promise<void>;
};

async function targetTables(db: Kysely<Schema>, kind: DatabaseKind): Promise<string[]> {
  if (kind === 'postgres') return postgresTables(db);
  const { rows } = await sql<{ name: string }>`
    select name from sqlite_schema where type = 'table' and name not like 'sqlite\\_%' escape '\\'`.execute(
    db,
  );
  return rows.map((row) => row.name);
}

/** Values as either database takes them; what is JSON in one is text in the other. */
function parameter(value: unknown): unknown {
  if (typeof value === 'object' && value !== null && !(value instanceof Date) && !Buffer.isBuffer(value)) {
    return JSON.stringify(value);
  }
  return value;
}

async function insert(db: Kysely<Schema>, table: string, rows: readonly Row[]): Promise<void> {
  const columns = Object.keys(rows[0] ?? {});
  const perStatement = Math.max(1, Math.floor(insertParameters / Math.max(1, columns.length)));
  for (let start = 0; start < rows.length; start += perStatement) {
    const values = rows
      .slice(start, start + perStatement)
      .map((row) => sql`(${sql.join(columns.map((column) => parameter(row[column])))})`);
    await sql`insert into ${sql.table(table)} (${sql.join(columns.map((column) => sql.ref(column)))})
      values ${sql.join(values)}`.execute(db);
  }
}

/** Numbers that PostgreSQL hands out itself go on above those that were restored. */
async function advanceSequences(db: Kysely<Schema>): Promise<void> {
  const { rows } = await sql<{ table: string; column: string }>`
    select table_name as "table", column_name as "column" from information_schema.columns
    where table_schema = current_schema() and (is_identity = 'YES' or column_default like 'nextval(%')`.execute(
    db,
  );
  for (const { table, column } of rows) {
    await sql`select setval(pg_get_serial_sequence(${quoted(table)}, ${column}),
      greatest((select max(${sql.ref(column)}) from ${sql.table(table)}), 1),
      (select count(*) > 0 from ${sql.table(table)}))`.execute(db);
  }
}

/**
 * Writes tables in one transaction: all of them, or nothing.
 * @throws HoldfastError `site.exists` where the database has a site already
 */
export async function withWriter(
  target: { kind: DatabaseKind; store: Kysely<Schema> },
  work: (writer: TableWriter) => Promise<void>,
): Promise<void> {
  const { kind, store } = target;
  await store.transaction().execute(async (db: Transaction<Schema>) => {
    if (kind === 'sqlite') await sql`pragma defer_foreign_keys = on`.execute(db);
    const site = await db.selectFrom('site').select('siteCode').executeTakeFirst();
    if (site) throw new HoldfastError('site.exists', `The database holds site ${site.siteCode} already.`);
    await work({
      tables: new Set(await targetTables(db, kind)),
      async clear(table) {
        await sql`delete from ${sql.table(table)}`.execute(db);
      },
      write: (table, rows) => insert(db, table, rows),
      async raisePolicySerials(above) {
        await db
          .updateTable('client')
          .set(({ eb }) => ({
            policySerial: eb
              .case()
              .when('policySerial', '<', above)
              .then(above)
              .else(eb.ref('policySerial'))
              .end(),
            policyTag: null,
          }))
          .execute();
      },
    });
    if (kind === 'postgres') await advanceSequences(db);
  });
}
