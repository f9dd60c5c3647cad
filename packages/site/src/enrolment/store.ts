/** Rows of tokens and of their uses, as enrolment reads and counts them. */
import type { Sha256 } from '@holdfast/contract';
import type { Kysely, Selectable } from 'kysely';
import type { Schema } from '../store/schema.ts';

export type TokenRow = Selectable<Schema['token']>;

export function findTokenBySecret(db: Kysely<Schema>, secretHash: Sha256): Promise<TokenRow | undefined> {
  return db.selectFrom('token').selectAll().where('secretHash', '=', secretHash).executeTakeFirst();
}

/** The row locked until the transaction ends: an update that changes nothing locks it in both databases. */
export async function lockToken(transaction: Kysely<Schema>, id: string): Promise<TokenRow | undefined> {
  return await transaction
    .updateTable('token')
    .set((eb) => ({ uses: eb.ref('uses') }))
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirst();
}

/** The client that this key got with this token, if it used it before. */
export async function findTokenUse(
  db: Kysely<Schema>,
  tokenId: string,
  publicKey: Sha256,
): Promise<string | undefined> {
  const use = await db
    .selectFrom('tokenUse')
    .select('clientId')
    .where('tokenId', '=', tokenId)
    .where('publicKey', '=', publicKey)
    .executeTakeFirst();
  return use?.clientId;
}

/** The token that a client was enrolled with last. */
export async function findTokenOfClient(db: Kysely<Schema>, clientId: string): Promise<string | undefined> {
  const use = await db
    .selectFrom('tokenUse')
    .select('tokenId')
    .where('clientId', '=', clientId)
    .orderBy('at', 'desc')
    .limit(1)
    .executeTakeFirst();
  return use?.tokenId;
}

export async function countUse(transaction: Kysely<Schema>, use: Schema['tokenUse']): Promise<void> {
  await transaction.insertInto('tokenUse').values(use).execute();
  await transaction
    .updateTable('token')
    .set((eb) => ({ uses: eb('uses', '+', 1) }))
    .where('id', '=', use.tokenId)
    .execute();
}
