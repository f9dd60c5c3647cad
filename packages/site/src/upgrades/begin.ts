/** A ring begins: whoever needs no order any more is left out, and the orders of all others stand from now on. */
import type { VersionOrder } from '@holdfast/contract';
import type { Kysely } from 'kysely';
import type { ClientUpgradeRow, Schema } from '../store/schema.ts';
import { waysTo } from './ways.ts';

/** Answers the clients of the ring. */
export async function beginRing(
  db: Kysely<Schema>,
  upgrade: ClientUpgradeRow,
  ring: number,
  now: number,
): Promise<readonly string[]> {
  const { id: upgradeId, version } = upgrade;
  const members = await db
    .selectFrom('clientUpgradeMember as member')
    .innerJoin('client', 'client.id', 'member.clientId')
    .select(['member.clientId', 'member.version', 'client.platform', 'client.architecture'])
    .select(['client.clientVersion', 'client.wire', 'client.revokedAt'])
    .where('member.upgradeId', '=', upgradeId)
    .where('member.ring', '=', ring)
    .where('member.state', '=', 'waiting')
    .execute();
  const ways = await waysTo(db, { action: upgrade.action as VersionOrder['action'], version });
  for (const member of members) {
    const way = member.revokedAt === null ? ways.of(member) : { leftOut: 'its certificate is revoked' };
    if ('version' in way && way.version === member.version) continue;
    await db
      .updateTable('clientUpgradeMember')
      .set('version' in way ? way : { state: 'skipped', reason: way.leftOut })
      .where('upgradeId', '=', upgradeId)
      .where('clientId', '=', member.clientId)
      .execute();
  }
  await db
    .updateTable('clientUpgradeRing')
    .set({ startedAt: now })
    .where('upgradeId', '=', upgradeId)
    .where('ring', '=', ring)
    .execute();
  const reason = `Ring ${ring} has begun.`;
  await db
    .updateTable('clientUpgrade')
    .set({ ring, reason, changedAt: now })
    .where('id', '=', upgradeId)
    .execute();
  return members.map(({ clientId }) => clientId);
}
