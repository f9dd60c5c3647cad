/** PostgreSQL by node-postgres, with whole numbers as numbers. */
import { type Dialect, PostgresDialect } from 'kysely';
import pg from 'pg';

/** Types by OID (pg_type.dat): int8, and numeric as `sum` over int8 answers it. All ours fit into a double. */
const numbers: ReadonlySet<number> = new Set([20, 1700]);
/** Connections of one site server. */
const poolSize = 10;
/** Milliseconds. */
const connectTimeout = 10_000;

export function postgresDialect(databaseUrl: string): Dialect {
  const types = {
    getTypeParser: (oid: number, format?: 'text' | 'binary') =>
      numbers.has(oid) ? Number : pg.types.getTypeParser(oid, format ?? 'text'),
  };
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    max: poolSize,
    connectionTimeoutMillis: connectTimeout,
    types: types as typeof pg.types,
  });
  // An idle connection that breaks is taken out of the pool; the next statement says so if the database is gone.
  pool.on('error', () => undefined);
  // One that breaks while a transaction waits between two statements is nobody's: unheard, it would end the process.
  pool.on('connect', (client) => client.on('error', () => undefined));
  return new PostgresDialect({ pool });
}
