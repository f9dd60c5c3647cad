/** Numbered migrations: each is applied once, all that are missing in one transaction. */
import { HoldfastError } from '@holdfast/contract';
import { type Kysely, sql } from 'kysely';
import type { DatabaseKind, Migration } from './migration.ts';
import { firstLight } from './migrations/0001-first-light.ts';
import { settings } from './migrations/0002-settings.ts';
import { clientLife } from './migrations/0003-client-life.ts';
import { clientUpgrades } from './migrations/0004-client-upgrades.ts';
import { threeWires } from './migrations/0005-three-wires.ts';
import { clientSystems } from './migrations/0006-client-systems.ts';
import { takeovers } from './migrations/0007-takeovers.ts';
import type { Schema } from './schema.ts';

/** In order of their numbers; never changed once released, only added to. */
export const migrations: readonly Migration[] = [
  firstLight,
  settings,
  clientLife,
  clientUpgrades,
  threeWires,
  clientSystems,
  takeovers,
];

/** Any number, the same for every site server: who holds PostgreSQL's advisory lock of it migrates. */
const migrationLock = 4_829_810;

type MigrationRow = { number: number };

/** Numbers of the migrations that were applied; none where there is no table of them yet. */
async function appliedNumbers(db: Kysely<Schema>): Promise<Set<number>> {
  const { rows } = await sql<MigrationRow>`select "number" from "migration"`.execute(db);
  return new Set(rows.map((row) => row.number));
}

/** @throws HoldfastError `database.newer` */
function missing(known: readonly Migration[], applied: ReadonlySet<number>): readonly Migration[] {
  const newest = known.at(-1)?.number ?? 0;
  const highest = Math.max(0, ...applied);
  if (highest > newest) {
    throw new HoldfastError(
      'database.newer',
      `The database was written by a newer version of Holdfast (migration ${highest}; this one knows ${newest}).`,
    );
  }
  return known.filter(({ number }) => !applied.has(number));
}

/** @throws HoldfastError `database.newer` when the database was written by a later version */
export async function migrate(
  store: Kysely<Schema>,
  kind: DatabaseKind,
  now: number,
  known: readonly Migration[] = migrations,
): Promise<void> {
  // Looked at without a lock first: a database that is up to date is not written to, whoever else uses it.
  const catalogue =
    kind === 'sqlite'
      ? sql`select name from sqlite_master where name = 'migration'`
      : sql`select 1 where to_regclass('"migration"') is not null`;
  const { rows: tables } = await catalogue.execute(store);
  if (tables.length > 0 && missing(known, await appliedNumbers(store)).length === 0) return;
  await store.transaction().execute(async (transaction) => {
    const run = async (statement: string) => {
      await sql.raw(statement).execute(transaction);
    };
    if (kind === 'postgres') await sql`select pg_advisory_xact_lock(${migrationLock})`.execute(transaction);
    await run(
      'create table if not exists "migration" ("number" integer primary key, "name" text not null, "appliedAt" bigint not null)',
    );
    for (const migration of missing(known, await appliedNumbers(transaction))) {
      await migration.up({ kind, run });
      await sql`insert into "migration" ("number", "name", "appliedAt") values (${migration.number}, ${migration.name}, ${now})`.execute(
        transaction,
      );
    }
  });
}
