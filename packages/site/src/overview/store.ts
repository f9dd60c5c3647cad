/** Counts of the start page. */
import type { Overview } from '@holdfast/contract';
import type { Kysely } from 'kysely';
import { countStates, standings } from '../deployments/store.ts';
import { countHealth } from '../health/lists.ts';
import type { Schema } from '../store/schema.ts';

const day = 86_400_000;

/** Withdrawn deployments count nowhere. @param now milliseconds since 1970 */
export async function readOverview(db: Kysely<Schema>, now: number): Promise<Overview> {
  const count = async (query: { executeTakeFirstOrThrow(): Promise<{ count: number }> }) =>
    Number((await query.executeTakeFirstOrThrow()).count);
  const clients = db.selectFrom('client').select((eb) => eb.fn.countAll<number>().as('count'));
  const active = db.selectFrom('deployment').where('deployment.withdrawnAt', 'is', null);
  const targets = active.innerJoin(
    'collectionMember',
    'collectionMember.collectionId',
    'deployment.collectionId',
  );
  const heard = await standings(db)
    .where('deployment.withdrawnAt', 'is', null)
    .select((eb) => ['deploymentState.state', eb.fn.countAll<number>().as('count')])
    .groupBy('deploymentState.state')
    .execute();
  const { silent, failed } = await countHealth(db, now);
  const targeted = await count(targets.select((eb) => eb.fn.countAll<number>().as('count')));
  return {
    clients: {
      total: await count(clients),
      seenLastDay: await count(clients.where('lastSeenAt', '>', now - day).where('revokedAt', 'is', null)),
      revoked: await count(clients.where('revokedAt', 'is not', null)),
      silent,
      unhealthy: failed,
    },
    packages: await count(db.selectFrom('package').select((eb) => eb.fn.countAll<number>().as('count'))),
    deployments: await count(active.select((eb) => eb.fn.countAll<number>().as('count'))),
    states: countStates(targeted, heard),
  };
}
