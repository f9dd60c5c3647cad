/** Counts of the start page. */
import type { Overview } from '@holdfast/contract';
import type { Kysely } from 'kysely';
import { countWires } from '../clients/store.ts';
import { countStates, standings } from '../deployments/store.ts';
import { countHealth } from '../health/lists.ts';
import { totalOf } from '../store/pages.ts';
import type { Schema } from '../store/schema.ts';

const day = 86_400_000;

/** Withdrawn deployments count nowhere. @param now milliseconds since 1970 */
export async function readOverview(db: Kysely<Schema>, now: number): Promise<Overview> {
  const clients = db.selectFrom('client');
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
  const targeted = await totalOf(targets);
  return {
    clients: {
      total: await totalOf(clients),
      seenLastDay: await totalOf(clients.where('lastSeenAt', '>', now - day).where('revokedAt', 'is', null)),
      revoked: await totalOf(clients.where('revokedAt', 'is not', null)),
      silent,
      unhealthy: failed,
      wires: await countWires(db),
    },
    packages: await totalOf(db.selectFrom('package')),
    deployments: await totalOf(active),
    states: countStates(targeted, heard),
  };
}
