/** Rows of repairs: the machines that one is for, its package, and the repairs whose time is over. */
import type { Kysely } from 'kysely';
import { deleteCollection } from '../collections/store.ts';
import { removeWithdrawn } from '../deployments/store.ts';
import type { Schema } from '../store/schema.ts';

/** Whose client is repaired: one machine, or the members that a collection has now. */
export type RepairTarget = { readonly clientId: string } | { readonly collectionId: string };

/** Ids of clients that are not revoked; those of the target. */
function targeted(db: Kysely<Schema>, target: RepairTarget) {
  const clients = db.selectFrom('client').where('client.revokedAt', 'is', null);
  return 'clientId' in target
    ? clients.where('client.id', '=', target.clientId)
    : clients.where('client.id', 'in', (members) =>
        members
          .selectFrom('collectionMember')
          .select('collectionMember.clientId')
          .where('collectionMember.collectionId', '=', target.collectionId),
      );
}

/** How many machines of the target are of each platform. */
export async function countPlatforms(
  db: Kysely<Schema>,
  target: RepairTarget,
): Promise<{ platform: string; clients: number }[]> {
  const rows = await targeted(db, target)
    .select((eb) => ['client.platform', eb.fn.countAll<number>().as('clients')])
    .groupBy('client.platform')
    .orderBy('client.platform')
    .execute();
  return rows.map(({ platform, clients }) => ({ platform, clients: Number(clients) }));
}

/** Puts the target's machines of one platform into a collection, as direct members. */
export async function fillCollection(
  db: Kysely<Schema>,
  collectionId: string,
  target: RepairTarget,
  platform: string,
): Promise<void> {
  for (const table of ['collectionDirect', 'collectionMember'] as const) {
    await db
      .insertInto(table)
      .columns(['collectionId', 'clientId'])
      .expression(
        targeted(db, target)
          .where('client.platform', '=', platform)
          .select((eb) => [eb.val(collectionId).as('collectionId'), 'client.id as clientId']),
      )
      .execute();
  }
}

export async function findPackageNamed(
  db: Kysely<Schema>,
  { name, version, publisher }: { name: string; version: string; publisher: string },
): Promise<string | undefined> {
  const row = await db
    .selectFrom('package')
    .select('id')
    .where('name', '=', name)
    .where('version', '=', version)
    .where('publisher', '=', publisher)
    .executeTakeFirst();
  return row?.id;
}

export type OldRepair = {
  readonly deploymentId: string;
  readonly programId: string;
  readonly collectionId: string;
};

/** Repairs of packages with this name and publisher that were deployed before a time. */
export async function repairsBefore(
  db: Kysely<Schema>,
  { name, publisher }: { name: string; publisher: string },
  before: number,
): Promise<OldRepair[]> {
  return await db
    .selectFrom('deployment')
    .innerJoin('program', 'program.id', 'deployment.programId')
    .innerJoin('package', 'package.id', 'program.packageId')
    .select(['deployment.id as deploymentId', 'deployment.programId', 'deployment.collectionId'])
    .where('package.name', '=', name)
    .where('package.publisher', '=', publisher)
    .where('deployment.createdAt', '<', before)
    .execute();
}

/** Removes a withdrawn repair with the collection and the program that were made for it alone. */
export async function removeRepair(
  db: Kysely<Schema>,
  { collectionId, programId }: OldRepair,
): Promise<void> {
  await removeWithdrawn(db, { collectionId });
  await deleteCollection(db, collectionId);
  await db.deleteFrom('program').where('id', '=', programId).execute();
}
