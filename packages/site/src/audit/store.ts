/** Rows of the audit. */
import type { AuditRow, Page } from '@holdfast/contract';
import type { Kysely } from 'kysely';
import { byNumber, contains, defaultPageLimit, type PageRequest, pageOf, totalOf } from '../store/pages.ts';
import type { Schema } from '../store/schema.ts';

export async function insertAudit(db: Kysely<Schema>, row: Omit<AuditRow, 'id'>): Promise<void> {
  await db.insertInto('audit').values(row).execute();
}

export async function listAudit(db: Kysely<Schema>, request: PageRequest): Promise<Page<AuditRow>> {
  const limit = request.limit ?? defaultPageLimit;
  const place = byNumber.read(request.cursor);
  const filtered = db
    .selectFrom('audit')
    .$if(!!request.search, (query) =>
      query.where(contains(['actor', 'action', 'target'], request.search ?? '')),
    );
  const rows = await filtered
    .selectAll()
    .$if(place !== undefined, (query) => query.where('id', '<', place?.[0] ?? 0))
    .orderBy('id', 'desc')
    .limit(limit + 1)
    .execute();
  return pageOf(
    { rows, limit, total: await totalOf(filtered) },
    { order: byNumber, place: (row) => [row.id], item: (row) => row },
  );
}
