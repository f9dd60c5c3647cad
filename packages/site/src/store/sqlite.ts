/** node:sqlite behind the database type that Kysely's SQLite dialect wants. */
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import type { SqliteDatabase, SqliteStatement } from 'kysely';
import { codedDatabaseError } from './failures.ts';

/** Prepared statements that are kept. Lists with filters make many texts; beyond this the oldest goes. */
const statementLimit = 500;
/** Milliseconds that a statement waits for another process (a backup, a second command). */
const busyTimeout = 5_000;

function parameterOf(value: unknown): SQLInputValue {
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (value === undefined || value === null) return null;
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint') return value;
  if (value instanceof Uint8Array) return value;
  if (value instanceof Date) return value.toISOString();
  throw new TypeError(`SQLite cannot take a parameter of type ${typeof value}`);
}

function coded<T>(work: () => T): T {
  try {
    return work();
  } catch (thrown) {
    throw codedDatabaseError(thrown);
  }
}

function statementOf(prepared: StatementSync): SqliteStatement {
  return {
    reader: prepared.columns().length > 0,
    all: (parameters) => coded(() => prepared.all(...parameters.map(parameterOf))),
    run: (parameters) => coded(() => prepared.run(...parameters.map(parameterOf))),
    iterate: (parameters) => prepared.iterate(...parameters.map(parameterOf)),
  };
}

/**
 * A full disk and other failures of the file end the transaction by themselves (sqlite.org/lang_transaction.html,
 * section 3.2). To end it once more would be an error, which would hide the one that tells why.
 */
function rollbackOf(database: DatabaseSync): SqliteStatement {
  const run = () => {
    if (database.isTransaction) coded(() => database.exec('rollback'));
    return { changes: 0, lastInsertRowid: 0 };
  };
  return { reader: false, all: () => [], run, iterate: () => [].values() };
}

/** Opens a database file. @throws HoldfastError `database.unavailable`, `database.read-only` */
export function openSqlite(file: string, options: { readOnly: boolean }): SqliteDatabase {
  return coded(() => {
    const database = new DatabaseSync(file, {
      readOnly: options.readOnly,
      timeout: busyTimeout,
      enableForeignKeyConstraints: true,
    });
    if (!options.readOnly) {
      database.exec('pragma journal_mode = wal');
      database.exec('pragma synchronous = full');
    }
    const statements = new Map<string, SqliteStatement>();
    return {
      close: () => {
        statements.clear();
        database.close();
      },
      prepare(sql) {
        const known = statements.get(sql);
        if (known) return known;
        if (sql === 'rollback') return rollbackOf(database);
        // A transaction that turns from reading to writing late cannot wait for another writer: take the lock at once.
        const statement = coded(() =>
          statementOf(database.prepare(sql === 'begin' ? 'begin immediate' : sql)),
        );
        const [oldest] = statements.keys();
        if (statements.size >= statementLimit && oldest !== undefined) statements.delete(oldest);
        statements.set(sql, statement);
        return statement;
      },
    };
  });
}
