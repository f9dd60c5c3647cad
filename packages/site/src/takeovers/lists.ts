/** Takeovers and where each of their members stands, for administrators. */
import {
  HoldfastError,
  type Page,
  type StatusDetails,
  statusEntry,
  statusText,
  type TakeoverDetail,
  type TakeoverMember,
  type TakeoverMode,
  type TakeoverRule,
  type TakeoverSummary,
} from '@holdfast/contract';
import { type Kysely, type Selectable, sql } from 'kysely';
import {
  after,
  before,
  byName,
  byTime,
  contains,
  defaultPageLimit,
  type PageRequest,
  pageOf,
  totalOf,
} from '../store/pages.ts';
import type { Schema } from '../store/schema.ts';
import type { TakeoverTable } from '../store/schema-takeovers.ts';
import { meantClients } from './meant.ts';
import { stateOf } from './words.ts';

type Row = Selectable<TakeoverTable>;

/** Members of a takeover, each with its last word where there is one. */
function members(db: Kysely<Schema>) {
  return meantClients(db)
    .leftJoin('takeoverMember', (join) =>
      join
        .onRef('takeoverMember.takeoverId', '=', 'takeover.id')
        .onRef('takeoverMember.clientId', '=', 'client.id'),
    )
    .where('client.revokedAt', 'is', null);
}

async function statesOf(db: Kysely<Schema>, ids: readonly string[]) {
  const states = new Map<string, Record<string, number>>();
  if (ids.length === 0) return states;
  const rows = await members(db)
    .select((eb) => ['takeover.id', 'takeoverMember.code', eb.fn.countAll<number>().as('clients')])
    .where('takeover.id', 'in', ids)
    .groupBy(['takeover.id', 'takeoverMember.code'])
    .execute();
  for (const { id, code, clients } of rows) {
    const counts = states.get(id) ?? {};
    const state = stateOf(code);
    counts[state] = (counts[state] ?? 0) + Number(clients);
    states.set(id, counts);
  }
  return states;
}

function summaryOf(row: Row, states: Record<string, number> = {}): TakeoverSummary {
  const { rule: _rule, platform, mode, ...others } = row;
  return {
    ...others,
    platform: platform as TakeoverSummary['platform'],
    mode: mode as TakeoverMode,
    states,
  };
}

/** @throws HoldfastError `not-found` */
export async function findTakeover(db: Kysely<Schema>, id: string): Promise<Row> {
  const row = await db.selectFrom('takeover').selectAll().where('id', '=', id).executeTakeFirst();
  if (!row) throw new HoldfastError('not-found', `There is no takeover ${id}.`);
  return row;
}

/** @throws HoldfastError `not-found` */
export async function getTakeover(db: Kysely<Schema>, id: string): Promise<TakeoverDetail> {
  const row = await findTakeover(db, id);
  const states = await statesOf(db, [id]);
  return { ...summaryOf(row, states.get(id)), rule: JSON.parse(row.rule) as TakeoverRule };
}

/** Newest first. */
export async function listTakeovers(
  db: Kysely<Schema>,
  request: PageRequest,
): Promise<Page<TakeoverSummary>> {
  const limit = request.limit ?? defaultPageLimit;
  const place = byTime.read(request.cursor);
  const filtered = db
    .selectFrom('takeover')
    .$if(!!request.search, (query) =>
      query.where(contains(['name', 'collectionName'], request.search ?? '')),
    );
  const rows = await filtered
    .selectAll()
    .$if(place !== undefined, (query) => query.where(before(['createdAt', 'id'], place ?? [0, ''])))
    .orderBy('createdAt', 'desc')
    .orderBy('id', 'desc')
    .limit(limit + 1)
    .execute();
  const states = await statesOf(
    db,
    rows.map(({ id }) => id),
  );
  return pageOf(
    { rows, limit, total: Number(await totalOf(filtered)) },
    {
      order: byTime,
      place: (row) => [row.createdAt, row.id],
      item: (row) => summaryOf(row, states.get(row.id)),
    },
  );
}

/** By host name. @throws HoldfastError `not-found` */
export async function listTakeoverMembers(
  db: Kysely<Schema>,
  id: string,
  request: PageRequest,
): Promise<Page<TakeoverMember>> {
  await findTakeover(db, id);
  const limit = request.limit ?? defaultPageLimit;
  const place = byName.read(request.cursor);
  const filtered = members(db)
    .where('takeover.id', '=', id)
    .$if(!!request.search, (query) => query.where(contains(['client.hostName'], request.search ?? '')));
  const rows = await filtered
    .select(['client.id as clientId', 'client.hostName', 'takeoverMember.code', 'takeoverMember.at'])
    .select(sql<string | null>`"takeoverMember"."details"`.as('details'))
    .$if(place !== undefined, (query) =>
      query.where(after(['client.hostName', 'client.id'], place ?? ['', ''])),
    )
    .orderBy('client.hostName')
    .orderBy('client.id')
    .limit(limit + 1)
    .execute();
  return pageOf(
    { rows, limit, total: Number(await totalOf(filtered)) },
    {
      order: byName,
      place: (row) => [row.hostName, row.clientId],
      item: ({ code, details, ...row }) => ({ ...row, state: stateOf(code), text: textOf(code, details) }),
    },
  );
}

function textOf(code: number | null, details: string | null): string | null {
  if (code === null || details === null || !statusEntry(code)) return null;
  return statusText({ code, details: JSON.parse(details) as StatusDetails });
}
