/** Secrets of clients of the first generation: kept as hashes, and ended when today's client has taken their place. */
import { type FormerClient, HoldfastError, type Sha256, sha256 } from '@holdfast/contract';
import type { Kysely, Selectable } from 'kysely';
import type { Schema } from '../store/schema.ts';

export type SecretRow = Selectable<Schema['clientSecret']>;

/**
 * Milliseconds for which a client of the first generation is still answered after its successor has enrolled: a bootstrap
 * tries for seven days, and until it has done all of its work the old client must not be lost.
 */
const graceTime = 7 * 86_400_000;

/** A new secret of a client takes the place of the one that it had. */
export async function putSecret(
  db: Kysely<Schema>,
  row: Pick<SecretRow, 'clientId' | 'secretHash' | 'issuedAt'>,
): Promise<void> {
  const { secretHash, issuedAt } = row;
  await db
    .insertInto('clientSecret')
    .values({ ...row, succeededBy: null, endsAt: null })
    .onConflict((conflict) => conflict.column('clientId').doUpdateSet({ secretHash, issuedAt }))
    .execute();
}

export function findSecretOf(db: Kysely<Schema>, clientId: string): Promise<SecretRow | undefined> {
  return db.selectFrom('clientSecret').selectAll().where('clientId', '=', clientId).executeTakeFirst();
}

const refused = () => new HoldfastError('secret.refused', 'The site does not know this secret.');

/** The client that has this secret. @param now milliseconds since 1970. @throws HoldfastError `secret.refused` */
export async function clientOfSecret(db: Kysely<Schema>, secret: string, now: number): Promise<string> {
  const row = await db
    .selectFrom('clientSecret')
    .select(['clientId', 'endsAt'])
    .where('secretHash', '=', sha256(secret))
    .executeTakeFirst();
  if (!row) throw refused();
  if (row.endsAt !== null && row.endsAt <= now) {
    throw new HoldfastError('secret.refused', "Today's client has taken the place of this one.");
  }
  return row.clientId;
}

/**
 * Whether somebody who says so was this client. One disk that was copied to many machines has one secret: the first
 * machine that proves it is the client from then on, and the others are refused.
 *
 * @param publicKey fingerprint of the key of today's client
 * @throws HoldfastError `secret.refused`
 */
export async function proveFormer(
  db: Kysely<Schema>,
  { clientId, secret }: FormerClient,
  publicKey: Sha256,
): Promise<void> {
  const row = await findSecretOf(db, clientId);
  if (row?.secretHash !== sha256(secret)) throw refused();
  if (row.succeededBy !== null && row.succeededBy !== publicKey) {
    throw new HoldfastError('secret.refused', 'Another machine has proved by this secret to be the client.');
  }
}

/** The key has the place of the client of the first generation; of two at once, one. @throws HoldfastError `secret.refused` */
export async function succeed(
  transaction: Kysely<Schema>,
  former: FormerClient,
  by: { readonly publicKey: Sha256; readonly at: number },
): Promise<void> {
  await transaction
    .updateTable('clientSecret')
    .set({ succeededBy: by.publicKey, endsAt: by.at + graceTime })
    .where('clientId', '=', former.clientId)
    .where('succeededBy', 'is', null)
    .execute();
  await proveFormer(transaction, former, by.publicKey);
}
