/** Failures of the two databases, given the codes of the catalogue. */
import { type ErrorCode, HoldfastError } from '@holdfast/contract';

/** SQLite's primary result codes (sqlite.org/rescode.html). */
const sqlite = {
  busy: 5,
  readOnly: 8,
  ioError: 10,
  corrupt: 11,
  full: 13,
  cannotOpen: 14,
  notDatabase: 26,
} as const;
const sqliteUnavailable: ReadonlySet<number> = new Set([
  sqlite.busy,
  sqlite.ioError,
  sqlite.corrupt,
  sqlite.cannotOpen,
  sqlite.notDatabase,
]);
/** Extended codes: SQLITE_CONSTRAINT_FOREIGNKEY, _PRIMARYKEY and _UNIQUE. */
const sqliteConstraints: ReadonlySet<number> = new Set([787, 1555, 2067]);
/** Of PostgreSQL: foreign_key_violation, unique_violation. */
const postgresConstraints: ReadonlySet<string> = new Set(['23503', '23505']);
/** Of PostgreSQL: numeric_value_out_of_range, character_not_in_repertoire (NUL), untranslatable_character. */
const postgresUnstorable: ReadonlySet<string> = new Set(['22003', '22021', '22P05']);

/** What tells database errors apart; also what the reader's thread sends for one. */
export type DatabaseFailure = {
  readonly message: string;
  /** SQLite's extended result code. */
  readonly errcode?: number | undefined;
  /** SQLSTATE of PostgreSQL, or Node's code of a failed connection. */
  readonly code?: string | undefined;
};

export function databaseFailure(thrown: unknown): DatabaseFailure {
  if (!(thrown instanceof Error)) return { message: String(thrown) };
  const errcode = 'errcode' in thrown && typeof thrown.errcode === 'number' ? thrown.errcode : undefined;
  const code = 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : undefined;
  return { message: thrown.message, errcode, code };
}

function sqliteCode(errcode: number): ErrorCode | undefined {
  const primary = errcode & 0xff;
  if (primary === sqlite.readOnly) return 'database.read-only';
  if (primary === sqlite.full) return 'disk.full';
  return sqliteUnavailable.has(primary) ? 'database.unavailable' : undefined;
}

/** Classes and codes of PostgreSQL: postgresql.org/docs/15/errcodes-appendix.html. */
function postgresCode(code: string): ErrorCode | undefined {
  if (code === '25006') return 'database.read-only';
  if (code === '53100') return 'disk.full';
  if (/^(08|28|3D|57P|53)/.test(code)) return 'database.unavailable';
  if (/^E(CONN|HOST|NET|NOTFOUND|PIPE|TIMEDOUT|AI_AGAIN)/.test(code)) return 'database.unavailable';
  return undefined;
}

/** A coded error where the failure is the database's state and not the statement's; else the error as it is. */
export function codedDatabaseError(thrown: unknown): unknown {
  if (thrown instanceof HoldfastError) return thrown;
  const { message, errcode, code } = databaseFailure(thrown);
  let mapped =
    errcode !== undefined ? sqliteCode(errcode) : code !== undefined ? postgresCode(code) : undefined;
  // node-postgres gives these no code.
  if (
    mapped === undefined &&
    /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error)/.test(
      message,
    )
  ) {
    mapped = 'database.unavailable';
  }
  return mapped === undefined
    ? thrown
    : new HoldfastError(mapped, `The database says: ${message}`, { cause: thrown });
}

/** Whether a statement failed because of another row: one of this key that exists already, or one that refers to it. */
export function isConstraintViolation(thrown: unknown): boolean {
  const { errcode, code } = databaseFailure(thrown);
  return errcode === undefined ? postgresConstraints.has(code ?? '') : sqliteConstraints.has(errcode);
}

/** Whether a value was one that this database cannot hold. SQLite holds all of them. */
export function isUnstorable(thrown: unknown): boolean {
  return postgresUnstorable.has(databaseFailure(thrown).code ?? '');
}
