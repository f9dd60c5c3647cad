/** Rows of enrolment tokens. */
import type { Page, TokenSummary } from '@holdfast/contract';
import type { Insertable, Kysely } from 'kysely';
import {
  before,
  byTime,
  contains,
  defaultPageLimit,
  type PageRequest,
  pageOf,
  totalOf,
} from '../store/pages.ts';
import type { Schema } from '../store/schema.ts';

const columns = ['id', 'label', 'maxUses', 'uses', 'createdAt', 'expiresAt', 'revokedAt'] as const;

export async function insertToken(db: Kysely<Schema>, token: Insertable<Schema['token']>): Promise<void> {
  await db.insertInto('token').values(token).execute();
}

export function findToken(db: Kysely<Schema>, id: string): Promise<TokenSummary | undefined> {
  return db.selectFrom('token').select(columns).where('id', '=', id).executeTakeFirst();
}

export async function markTokenRevoked(db: Kysely<Schema>, id: string, at: number): Promise<void> {
  await db.updateTable('token').set({ revokedAt: at }).where('id', '=', id).execute();
}

export async function listTokens(db: Kysely<Schema>, request: PageRequest): Promise<Page<TokenSummary>> {
  const limit = request.limit ?? defaultPageLimit;
  const place = byTime.read(request.cursor);
  const filtered = db
    .selectFrom('token')
    .$if(!!request.search, (query) => query.where(contains(['label'], request.search ?? '')));
  const rows = await filtered
    .select(columns)
    .$if(place !== undefined, (query) => query.where(before(['createdAt', 'id'], place ?? [0, ''])))
    .orderBy('createdAt', 'desc')
    .orderBy('id', 'desc')
    .limit(limit + 1)
    .execute();
  return pageOf(
    { rows, limit, total: await totalOf(filtered) },
    { order: byTime, place: (row) => [row.createdAt, row.id], item: (row) => row },
  );
}
