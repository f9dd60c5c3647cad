/** Versions and upgrades from the clients' side: which version how many have, and what was ordered of one of them. */
import {
  type ClientVersions,
  HoldfastError,
  type Page,
  type UpgradeMemberState,
  type UpgradeOfClient,
  type UpgradeState,
  type VersionOrder,
} from '@holdfast/contract';
import type { Kysely } from 'kysely';
import { findClient } from '../clients/store.ts';
import { before, byTime, defaultPageLimit, type PageRequest, pageOf, totalOf } from '../store/pages.ts';
import type { Schema } from '../store/schema.ts';

/** Versions are what clients say: one that says a new one each time must not make the answer long. */
const mostVersions = 100;

/** How many clients that are not revoked say that they have each version, those of most clients first. */
export async function countVersions(db: Kysely<Schema>): Promise<ClientVersions> {
  const present = db.selectFrom('client').where('revokedAt', 'is', null);
  const rows = await present
    .select((eb) => ['clientVersion', eb.fn.countAll<number>().as('clients')])
    .groupBy('clientVersion')
    .orderBy('clients', 'desc')
    .orderBy('clientVersion')
    .limit(mostVersions)
    .execute();
  return {
    items: rows.map(({ clientVersion, clients }) => ({ version: clientVersion, clients: Number(clients) })),
    total: Number(await totalOf(present)),
  };
}

/**
 * What was ordered of a client, newest first.
 * @throws HoldfastError `not-found`
 */
export async function upgradesOfClient(
  db: Kysely<Schema>,
  clientId: string,
  { cursor, limit = defaultPageLimit }: PageRequest,
): Promise<Page<UpgradeOfClient>> {
  if (!(await findClient(db, clientId))) {
    throw new HoldfastError('not-found', `There is no client ${clientId}.`);
  }
  const place = byTime.read(cursor);
  const own = db
    .selectFrom('clientUpgradeMember as member')
    .innerJoin('clientUpgrade as upgrade', 'upgrade.id', 'member.upgradeId')
    .where('member.clientId', '=', clientId);
  const rows = await own
    .select(['upgrade.action', 'upgrade.version as target', 'upgrade.collectionName', 'upgrade.createdAt'])
    .select(['upgrade.state as upgradeState', 'member.upgradeId', 'member.ring', 'member.state'])
    .select(['member.version', 'member.cause', 'member.reason', 'member.accepted', 'member.orderedAt'])
    .select(['member.heardAt', 'member.trialAt', 'member.proofAt', 'member.provedAt', 'member.endedAt'])
    .$if(place !== undefined, (query) =>
      query.where(before(['upgrade.createdAt', 'upgrade.id'], place ?? [0, ''])),
    )
    .orderBy('upgrade.createdAt', 'desc')
    .orderBy('upgrade.id', 'desc')
    .limit(limit + 1)
    .execute();
  return pageOf(
    { rows, limit, total: Number(await totalOf(own)) },
    {
      order: byTime,
      place: (row) => [row.createdAt, row.upgradeId],
      item: ({ accepted, ...row }) => ({
        ...row,
        action: row.action as VersionOrder['action'],
        upgradeState: row.upgradeState as UpgradeState,
        state: row.state as UpgradeMemberState,
        accepted: accepted === 1,
      }),
    },
  );
}
