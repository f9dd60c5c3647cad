/** Upgrades as administrators see them: the list, one in full, and its members. */
import {
  type ClientUpgradeDetail,
  type ClientUpgradeSummary,
  HoldfastError,
  type Page,
  type Platform,
  type RingRules,
  type UpgradeMember,
  type UpgradeMemberState,
  type UpgradeState,
} from '@holdfast/contract';
import type { Kysely } from 'kysely';
import {
  after,
  before,
  byName,
  byTime,
  contains,
  defaultPageLimit,
  type PageRequest,
  pageOf,
} from '../store/pages.ts';
import type { ClientUpgradeRow, Schema } from '../store/schema.ts';
import { type RingStanding, ringsOf } from './store.ts';

const membersIn = ({ counts }: RingStanding): number =>
  Object.values(counts).reduce((sum, count) => sum + count, 0);

/** Adds the rings, and how many members there are; three queries for all of the rows. */
async function counted(
  db: Kysely<Schema>,
  rows: readonly ClientUpgradeRow[],
): Promise<ClientUpgradeSummary[]> {
  if (rows.length === 0) return [];
  const ids = rows.map(({ id }) => id);
  const ringsFor = await ringsOf(db, ids);
  const skipped = await db
    .selectFrom('clientUpgradeMember')
    .select((eb) => ['upgradeId', eb.fn.countAll<number>().as('count')])
    .where('upgradeId', 'in', ids)
    .where('state', '=', 'skipped')
    .groupBy('upgradeId')
    .execute();
  return rows.map((row) => {
    const rings = ringsFor(row.id);
    const { rules: _rules, spreadSeconds: _spread, ...summary } = row;
    return {
      ...summary,
      rings: rings.length,
      members: rings.reduce((sum, ring) => sum + membersIn(ring), 0),
      skipped: Number(skipped.find(({ upgradeId }) => upgradeId === row.id)?.count ?? 0),
      ringList: rings.map(({ lastEndAt: _last, ...ring }) => ring),
      action: row.action as ClientUpgradeSummary['action'],
      state: row.state as UpgradeState,
    };
  });
}

/** Upgrades, newest first; searches versions, collections and who ordered them. */
export async function listUpgrades(
  db: Kysely<Schema>,
  request: PageRequest,
): Promise<Page<ClientUpgradeSummary>> {
  const limit = request.limit ?? defaultPageLimit;
  const place = byTime.read(request.cursor);
  const filtered = db
    .selectFrom('clientUpgrade')
    .$if(!!request.search, (query) =>
      query.where(contains(['version', 'collectionName', 'createdBy'], request.search ?? '')),
    );
  const rows = await filtered
    .selectAll()
    .$if(place !== undefined, (query) => query.where(before(['createdAt', 'id'], place ?? [0, ''])))
    .orderBy('createdAt', 'desc')
    .orderBy('id', 'desc')
    .limit(limit + 1)
    .execute();
  const { total } = await filtered
    .select((eb) => eb.fn.countAll<number>().as('total'))
    .executeTakeFirstOrThrow();
  const page = pageOf(
    { rows, limit, total: Number(total) },
    { order: byTime, place: (row) => [row.createdAt, row.id], item: (row) => row },
  );
  return { ...page, items: await counted(db, page.items) };
}

/** Members in a state, counted by a column. */
async function countedBy(
  db: Kysely<Schema>,
  upgradeId: string,
  state: UpgradeMemberState,
  column: 'cause' | 'reason',
): Promise<Record<string, number>> {
  const rows = await db
    .selectFrom('clientUpgradeMember')
    .select((eb) => [column, eb.fn.countAll<number>().as('count')])
    .where('upgradeId', '=', upgradeId)
    .where('state', '=', state)
    .groupBy(column)
    .orderBy('count', 'desc')
    .limit(100)
    .execute();
  return Object.fromEntries(rows.map((row) => [row[column] ?? '', Number(row.count)]));
}

/** @throws HoldfastError `not-found` */
export async function getUpgrade(db: Kysely<Schema>, id: string): Promise<ClientUpgradeDetail> {
  const row = await db.selectFrom('clientUpgrade').selectAll().where('id', '=', id).executeTakeFirst();
  const [summary] = row ? await counted(db, [row]) : [];
  if (!row || !summary) throw new HoldfastError('not-found', `There is no upgrade ${id}.`);
  return {
    ...summary,
    rules: JSON.parse(row.rules) as RingRules,
    spreadSeconds: row.spreadSeconds,
    causes: await countedBy(db, id, 'failed', 'cause'),
    skippedFor: await countedBy(db, id, 'skipped', 'reason'),
  };
}

export type MembersQuery = PageRequest & {
  readonly state?: UpgradeMemberState | undefined;
  readonly ring?: number | undefined;
};

/** The members of an upgrade by host name. */
export async function listMembers(
  db: Kysely<Schema>,
  upgradeId: string,
  { state, ring, search, cursor, limit = defaultPageLimit }: MembersQuery,
): Promise<Page<UpgradeMember>> {
  const place = byName.read(cursor);
  const filtered = db
    .selectFrom('clientUpgradeMember as member')
    .innerJoin('client', 'client.id', 'member.clientId')
    .where('member.upgradeId', '=', upgradeId)
    .$if(state !== undefined, (query) => query.where('member.state', '=', state ?? ''))
    .$if(ring !== undefined, (query) => query.where('member.ring', '=', ring ?? 0))
    .$if(!!search, (query) => query.where(contains(['client.hostName'], search ?? '')));
  const rows = await filtered
    .select(['member.clientId', 'client.hostName', 'client.platform', 'client.clientVersion'])
    .select(['member.ring', 'member.state', 'member.version', 'member.cause', 'member.reason'])
    .select(['member.accepted', 'member.orderedAt', 'member.heardAt'])
    .$if(place !== undefined, (query) =>
      query.where(after(['client.hostName', 'client.id'], place ?? ['', ''])),
    )
    .orderBy('client.hostName')
    .orderBy('client.id')
    .limit(limit + 1)
    .execute();
  const { total } = await filtered
    .select((eb) => eb.fn.countAll<number>().as('total'))
    .executeTakeFirstOrThrow();
  return pageOf(
    { rows, limit, total: Number(total) },
    {
      order: byName,
      place: (row) => [row.hostName, row.clientId],
      item: ({ accepted, ...row }) => ({
        ...row,
        platform: row.platform as Platform,
        state: row.state as UpgradeMemberState,
        accepted: accepted === 1,
      }),
    },
  );
}
