/** Rows of upgrades: which there are, their rings and members, and how the members of each ring stand. */
import { HoldfastError, type RingCounts } from '@holdfast/contract';
import type { Kysely } from 'kysely';
import type { ClientUpgradeMemberRow, ClientUpgradeRow, Schema } from '../store/schema.ts';

/** Rows of one statement: fourteen parameters each, below what either database takes. */
const rowsPerStatement = 1_000;

/** Orders stand in these states of an upgrade. */
export const ordering: readonly string[] = ['running', 'done'];
/** States of a member that has not come to an end that stays. */
export const unended: readonly string[] = ['waiting', 'ordered', 'on-trial', 'silent'];

/**
 * Takes the upgrade for the rest of the transaction, so that two that change it come one after the other.
 * @throws HoldfastError `not-found`
 */
export async function lockUpgrade(transaction: Kysely<Schema>, id: string): Promise<ClientUpgradeRow> {
  const row = await transaction
    .updateTable('clientUpgrade')
    .set((eb) => ({ ring: eb.ref('ring') }))
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirst();
  if (!row) throw new HoldfastError('not-found', `There is no upgrade ${id}.`);
  return row;
}

/** Upgrades that time alone can change: they run, or a member of theirs is on its way. */
export async function upgradesUnderWay(db: Kysely<Schema>): Promise<string[]> {
  const rows = await db
    .selectFrom('clientUpgrade')
    .select('id')
    .where((eb) =>
      eb.or([
        eb('state', '=', 'running'),
        eb.exists(
          eb
            .selectFrom('clientUpgradeMember as member')
            .select('member.clientId')
            .whereRef('member.upgradeId', '=', 'clientUpgrade.id')
            .where((inner) =>
              inner.or([
                inner('member.state', '=', 'on-trial'),
                inner.and([
                  inner('member.state', 'in', ['waiting', 'ordered']),
                  inner('clientUpgrade.state', '=', 'done'),
                ]),
              ]),
            ),
        ),
      ]),
    )
    .orderBy('id')
    .execute();
  return rows.map(({ id }) => id);
}

export async function setState(
  db: Kysely<Schema>,
  id: string,
  change: Pick<ClientUpgradeRow, 'state' | 'reason' | 'changedAt'>,
): Promise<void> {
  await db.updateTable('clientUpgrade').set(change).where('id', '=', id).execute();
}

export type NewUpgrade = {
  readonly upgrade: ClientUpgradeRow;
  /** Members of each ring; the first one begins at once. */
  readonly rings: readonly number[];
  readonly members: readonly ClientUpgradeMemberRow[];
  readonly proofs: readonly Schema['clientUpgradeProof'][];
};

export async function insertUpgrade(
  db: Kysely<Schema>,
  { upgrade, rings, members, proofs }: NewUpgrade,
): Promise<void> {
  await db.insertInto('clientUpgrade').values(upgrade).execute();
  for (const [index, size] of rings.entries()) {
    const startedAt = index === 0 ? upgrade.createdAt : null;
    await db
      .insertInto('clientUpgradeRing')
      .values({ upgradeId: upgrade.id, ring: index + 1, members: size, startedAt })
      .execute();
  }
  for (let start = 0; start < members.length; start += rowsPerStatement) {
    await db
      .insertInto('clientUpgradeMember')
      .values(members.slice(start, start + rowsPerStatement))
      .execute();
  }
  if (proofs.length > 0)
    await db
      .insertInto('clientUpgradeProof')
      .values([...proofs])
      .execute();
}

export async function saveMember(db: Kysely<Schema>, row: ClientUpgradeMemberRow): Promise<void> {
  const { upgradeId, clientId, ...change } = row;
  await db
    .updateTable('clientUpgradeMember')
    .set(change)
    .where('upgradeId', '=', upgradeId)
    .where('clientId', '=', clientId)
    .execute();
}

export type RingStanding = {
  readonly ring: number;
  readonly members: number;
  readonly startedAt: number | null;
  readonly counts: RingCounts;
  /** When the last member of it ended; undefined where none has. */
  readonly lastEndAt: number | undefined;
};

type MemberGroup = {
  readonly ring: number;
  readonly state: string;
  readonly accepted: number;
  readonly count: number;
  readonly lastEndAt: number | null;
};

function countsOf(members: readonly MemberGroup[]): Pick<RingStanding, 'counts' | 'lastEndAt'> {
  const counts = { waiting: 0, ordered: 0, 'on-trial': 0, blessed: 0, failed: 0, silent: 0, accepted: 0 };
  let lastEndAt: number | undefined;
  for (const row of members) {
    counts[row.accepted === 1 ? 'accepted' : (row.state as keyof RingCounts)] += Number(row.count);
    if (row.lastEndAt !== null) lastEndAt = Math.max(lastEndAt ?? 0, Number(row.lastEndAt));
  }
  return { counts, lastEndAt };
}

/** How each ring of some upgrades stands, in order; members that were left out count nowhere. Two queries for all of them. */
export async function ringsOf(
  db: Kysely<Schema>,
  upgradeIds: readonly string[],
): Promise<(id: string) => RingStanding[]> {
  const rings = await db
    .selectFrom('clientUpgradeRing')
    .select(['upgradeId', 'ring', 'members', 'startedAt'])
    .where('upgradeId', 'in', upgradeIds)
    .orderBy('ring')
    .execute();
  const members = await db
    .selectFrom('clientUpgradeMember')
    .select((eb) => [
      'upgradeId',
      'ring',
      'state',
      'accepted',
      eb.fn.countAll<number>().as('count'),
      eb.fn.max('endedAt').as('lastEndAt'),
    ])
    .where('upgradeId', 'in', upgradeIds)
    .where('state', '!=', 'skipped')
    .groupBy(['upgradeId', 'ring', 'state', 'accepted'])
    .execute();
  const groups = Map.groupBy(members, ({ upgradeId, ring }) => `${upgradeId} ${ring}`);
  return (id) =>
    rings.flatMap(({ upgradeId, ...ring }) =>
      upgradeId === id ? [{ ...ring, ...countsOf(groups.get(`${id} ${ring.ring}`) ?? []) }] : [],
    );
}

export async function ringStandings(db: Kysely<Schema>, upgradeId: string): Promise<RingStanding[]> {
  return (await ringsOf(db, [upgradeId]))(upgradeId);
}

/** Removes the oldest of those that are over, so that a site keeps no more than so many. */
export async function forgetOld(db: Kysely<Schema>, keep: number): Promise<void> {
  const old = await db
    .selectFrom('clientUpgrade')
    .select('id')
    .where('state', 'in', ['done', 'withdrawn'])
    .orderBy('createdAt', 'desc')
    .orderBy('id', 'desc')
    .offset(keep)
    .limit(rowsPerStatement)
    .execute();
  for (const { id } of old) await db.deleteFrom('clientUpgrade').where('id', '=', id).execute();
}

/** How many upgrades to a version are not over. */
export async function openUpgradesTo(db: Kysely<Schema>, version: string): Promise<number> {
  const { count } = await db
    .selectFrom('clientUpgrade')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('version', '=', version)
    .where('state', 'in', ['running', 'paused', 'stopped'])
    .executeTakeFirstOrThrow();
  return Number(count);
}
