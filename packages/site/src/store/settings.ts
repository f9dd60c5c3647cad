/** Small values that the site keeps for itself, by key. */
import type { Kysely } from 'kysely';
import type { Schema } from './schema.ts';

export async function getSetting(db: Kysely<Schema>, key: string): Promise<string | undefined> {
  const row = await db.selectFrom('setting').select('value').where('key', '=', key).executeTakeFirst();
  return row?.value;
}

export async function putSetting(db: Kysely<Schema>, key: string, value: string): Promise<void> {
  await db
    .insertInto('setting')
    .values({ key, value })
    .onConflict((conflict) => conflict.column('key').doUpdateSet({ value }))
    .execute();
}

/** Keeps what is there; answers the value that counts, and whether it is this one. */
export async function addSetting(
  db: Kysely<Schema>,
  key: string,
  value: string,
): Promise<{ value: string; added: boolean }> {
  const result = await db
    .insertInto('setting')
    .values({ key, value })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  const added = Number(result.numInsertedOrUpdatedRows ?? 0) > 0;
  return { value: added ? value : ((await getSetting(db, key)) ?? value), added };
}

export async function deleteSetting(db: Kysely<Schema>, key: string): Promise<void> {
  await db.deleteFrom('setting').where('key', '=', key).execute();
}

/** Keys that start with these characters. */
export async function settingsUnder(db: Kysely<Schema>, prefix: string): Promise<string[]> {
  const rows = await db
    .selectFrom('setting')
    .select('key')
    .where('key', '>=', prefix)
    .where('key', '<', `${prefix}\uffff`)
    .execute();
  return rows.map((row) => row.key);
}
