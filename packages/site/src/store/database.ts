/** Opens the site's database: SQLite in the data folder, or PostgreSQL when an address is given. */
import { HoldfastError } from '@holdfast/contract';
import {
  type DatabaseConnection,
  type Dialect,
  type Driver,
  Kysely,
  PostgresAdapter,
  SqliteDialect,
} from 'kysely';
import { codedDatabaseError } from './failures.ts';
import { migrate } from './migrate.ts';
import type { DatabaseKind } from './migration.ts';
import { postgresDialect } from './postgres.ts';
import { readerDialect } from './reader.ts';
import type { Schema } from './schema.ts';
import { openSqlite } from './sqlite.ts';

export type OpenedStore = {
  readonly kind: DatabaseKind;
  readonly store: Kysely<Schema>;
  /** Read only and, with SQLite, on a thread of its own. */
  readonly reader: Kysely<Schema>;
  close(): Promise<void>;
};

export function databaseKindOf(store: Kysely<Schema>): DatabaseKind {
  return store.getExecutor().adapter instanceof PostgresAdapter ? 'postgres' : 'sqlite';
}

/** Failures of the connection itself come out coded, whichever statement met them. */
function codedDialect(dialect: Dialect): Dialect {
  const seen = new WeakSet<DatabaseConnection>();
  const coded = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (thrown) {
      throw codedDatabaseError(thrown);
    }
  };
  function codedDriver(driver: Driver): Driver {
    const { acquireConnection } = driver;
    driver.acquireConnection = async (options) => {
      const connection = await coded(acquireConnection.call(driver, options));
      if (!seen.has(connection)) {
        seen.add(connection);
        const { executeQuery } = connection;
        connection.executeQuery = <R>(...parameters: Parameters<typeof executeQuery>) =>
          coded(
            executeQuery.call<DatabaseConnection, typeof parameters, ReturnType<typeof executeQuery<R>>>(
              connection,
              ...parameters,
            ),
          );
      }
      return connection;
    };
    return driver;
  }
  return {
    createAdapter: () => dialect.createAdapter(),
    createDriver: () => codedDriver(dialect.createDriver()),
    createIntrospector: (database) => dialect.createIntrospector(database),
    createQueryCompiler: () => dialect.createQueryCompiler(),
  };
}

function openDialects(options: { databaseUrl?: string | undefined; file: string }): {
  kind: DatabaseKind;
  store: Kysely<Schema>;
  reader: Kysely<Schema>;
} {
  const { databaseUrl, file } = options;
  if (databaseUrl === undefined) {
    const store = new Kysely<Schema>({
      dialect: new SqliteDialect({ database: openSqlite(file, { readOnly: false }) }),
    });
    return { kind: 'sqlite', store, reader: new Kysely<Schema>({ dialect: readerDialect(file) }) };
  }
  if (!/^postgres(ql)?:\/\//.test(databaseUrl)) {
    throw new HoldfastError(
      'site.config-invalid',
      'The database URL (database in site.yaml, or DATABASE_URL) must begin with postgres://.',
    );
  }
  const store = new Kysely<Schema>({ dialect: codedDialect(postgresDialect(databaseUrl)) });
  return { kind: 'postgres', store, reader: store };
}

/**
 * Opens the store and brings its tables up to date.
 * @throws HoldfastError `database.unavailable`, `database.read-only`, `database.newer`, `site.config-invalid`
 */
export async function openStore(options: {
  databaseUrl?: string | undefined;
  /** SQLite's file; not used with a database URL. */
  file: string;
  /** Milliseconds since 1970, noted beside each migration that is applied. */
  now: number;
}): Promise<OpenedStore> {
  const { kind, store, reader } = openDialects(options);
  const close = async () => {
    if (reader !== store) await reader.destroy();
    await store.destroy();
  };
  try {
    await migrate(store, kind, options.now);
  } catch (thrown) {
    await close();
    throw thrown;
  }
  return { kind, store, reader, close };
}
