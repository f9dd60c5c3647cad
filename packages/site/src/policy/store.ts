/** Rows that policy is made of. */
import { HoldfastError, type PolicyIndex, type Sha256 } from '@holdfast/contract';
import type { Kysely } from 'kysely';
import type { Schema } from '../store/schema.ts';

export type SignedPolicy = { policySerial: number; policyIssuedAt: number | null; policyTag: string | null };

export function findSignedPolicy(db: Kysely<Schema>, clientId: string): Promise<SignedPolicy | undefined> {
  return db
    .selectFrom('client')
    .select(['policySerial', 'policyIssuedAt', 'policyTag'])
    .where('id', '=', clientId)
    .executeTakeFirst();
}

export async function saveSignedPolicy(
  db: Kysely<Schema>,
  clientId: string,
  signed: SignedPolicy,
): Promise<void> {
  await db.updateTable('client').set(signed).where('id', '=', clientId).execute();
}

/**
 * What is deployed to the client's collections, not withdrawn and not superseded, in an order that stays.
 *
 * Of several deployments of one program the newest counts, so that "remove it" takes the place of "install it" and
 * the two never fight; only a required one is not superseded by a mere offer. Withdrawing the newest brings the one
 * before it back.
 */
export function assignmentsOf(db: Kysely<Schema>, clientId: string): Promise<PolicyIndex['assignments']> {
  return assigned(db, clientId)
    .select(['deployment.id as deploymentId', 'deployment.assignmentHash as hash'])
    .orderBy('deployment.createdAt')
    .orderBy('deployment.id')
    .execute();
}

/** The exact text of an assignment, if the client has it. */
export async function assignmentBody(
  db: Kysely<Schema>,
  clientId: string,
  hash: Sha256,
): Promise<string | undefined> {
  const row = await assigned(db, clientId)
    .innerJoin('assignment', 'assignment.hash', 'deployment.assignmentHash')
    .select('assignment.body')
    .where('assignment.hash', '=', hash)
    .executeTakeFirst();
  return row?.body;
}

/** The texts of all assignments of a client, the newest first, and its platform. @throws HoldfastError `not-found` */
export async function assignmentBodies(
  db: Kysely<Schema>,
  clientId: string,
): Promise<{ platform: string; bodies: readonly string[] }> {
  const client = await db
    .selectFrom('client')
    .select('platform')
    .where('id', '=', clientId)
    .executeTakeFirst();
  if (!client) throw new HoldfastError('not-found', `There is no client ${clientId}.`);
  const rows = await assigned(db, clientId)
    .innerJoin('assignment', 'assignment.hash', 'deployment.assignmentHash')
    .select('assignment.body')
    .orderBy('deployment.createdAt', 'desc')
    .orderBy('deployment.id', 'desc')
    .execute();
  return { platform: client.platform, bodies: rows.map(({ body }) => body) };
}

function assigned(db: Kysely<Schema>, clientId: string) {
  return db
    .selectFrom('collectionMember')
    .innerJoin('deployment', 'deployment.collectionId', 'collectionMember.collectionId')
    .where('collectionMember.clientId', '=', clientId)
    .where('deployment.withdrawnAt', 'is', null)
    .where((outer) =>
      outer.not(
        outer.exists(
          outer
            .selectFrom('deployment as newer')
            .innerJoin('collectionMember as also', 'also.collectionId', 'newer.collectionId')
            .select('newer.id')
            .where('also.clientId', '=', clientId)
            .where('newer.withdrawnAt', 'is', null)
            .whereRef('newer.programId', '=', 'deployment.programId')
            .where((inner) =>
              inner.or([
                inner('newer.createdAt', '>', inner.ref('deployment.createdAt')),
                inner.and([
                  inner('newer.createdAt', '=', inner.ref('deployment.createdAt')),
                  inner('newer.id', '>', inner.ref('deployment.id')),
                ]),
              ]),
            )
            .where((inner) =>
              inner.or([
                inner('newer.purpose', '=', 'required'),
                inner('deployment.purpose', '=', 'available'),
              ]),
            ),
        ),
      ),
    );
}
