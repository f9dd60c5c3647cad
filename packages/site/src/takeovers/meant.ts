/** The clients that takeovers are meant for: members of their collection, now and later, that are of their platform. */
import type { Kysely } from 'kysely';
import type { Schema } from '../store/schema.ts';

export function meantClients(db: Kysely<Schema>) {
  return db
    .selectFrom('takeover')
    .innerJoin('collectionMember', 'collectionMember.collectionId', 'takeover.collectionId')
    .innerJoin('client', (join) =>
      join
        .onRef('client.id', '=', 'collectionMember.clientId')
        .onRef('client.platform', '=', 'takeover.platform'),
    );
}
