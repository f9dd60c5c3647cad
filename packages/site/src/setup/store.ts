/** Rows of set-ups and of their reports, bounded by set-up, by token and altogether. */
import {
  HoldfastError,
  type Page,
  type SetupDetail,
  type SetupReport,
  type SetupState,
  type SetupSummary,
} from '@holdfast/contract';
import type { Kysely } from 'kysely';
import {
  before,
  byTime,
  contains,
  defaultPageLimit,
  type PageRequest,
  pageOf,
  totalOf,
} from '../store/pages.ts';
import type { Schema, SetupRow } from '../store/schema.ts';

/** Reports that are kept of one set-up, set-ups of one token, and set-ups of the site: the newest of each. */
export const setupLimits = { reports: 100, ofToken: 2_000, ofSite: 20_000 } as const;

/** Milliseconds without a word after which a set-up that runs is silent. */
export const silentAfter = 3_600_000;

/** The row locked until the transaction ends: an update that changes nothing locks it in both databases. */
export async function lockSetup(transaction: Kysely<Schema>, id: string): Promise<SetupRow | undefined> {
  return await transaction
    .updateTable('setup')
    .set((eb) => ({ seq: eb.ref('seq') }))
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirst();
}

export async function putSetup(db: Kysely<Schema>, row: SetupRow): Promise<void> {
  const { id: _id, firstHeardAt: _first, ...change } = row;
  await db
    .insertInto('setup')
    .values(row)
    .onConflict((conflict) => conflict.column('id').doUpdateSet(change))
    .execute();
}

/** Adds reports; those that are there already stay as they are. The oldest above the limit go. */
export async function addReports(
  db: Kysely<Schema>,
  setupId: string,
  reports: readonly SetupReport[],
): Promise<void> {
  await db
    .insertInto('setupReport')
    .values(reports.map((report) => ({ setupId, seq: report.seq, report: JSON.stringify(report) })))
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  await db
    .deleteFrom('setupReport')
    .where('setupId', '=', setupId)
    .where('seq', '<=', (eb) =>
      eb
        .selectFrom('setupReport')
        .select('setupReport.seq')
        .where('setupId', '=', setupId)
        .orderBy('seq', 'desc')
        .offset(setupLimits.reports)
        .limit(1),
    )
    .execute();
}

/** Removes the set-ups that were heard of longest ago, where there are more than may be: of one token, or of the site. */
export async function pruneSetups(db: Kysely<Schema>, tokenId: string): Promise<void> {
  for (const [most, ofToken] of [
    [setupLimits.ofToken, true],
    [setupLimits.ofSite, false],
  ] as const) {
    const surplus = await db
      .selectFrom('setup')
      .select('id')
      .$if(ofToken, (query) => query.where('tokenId', '=', tokenId))
      .orderBy('lastHeardAt', 'desc')
      .orderBy('id', 'desc')
      .offset(most)
      .limit(100)
      .execute();
    if (surplus.length === 0) continue;
    const ids = surplus.map(({ id }) => id);
    await db.deleteFrom('setup').where('id', 'in', ids).execute();
  }
}

type Listed = SetupRow & { label: string };

/** @param now milliseconds since 1970 */
function summary({ label, seq: _seq, standing, ...row }: Listed, now: number): SetupSummary {
  const silent = standing === 'running' && row.lastHeardAt < now - silentAfter;
  // Every column was filled from a report that was checked against its schema.
  return { ...row, tokenLabel: label, state: silent ? 'silent' : standing } as SetupSummary;
}

function listed(db: Kysely<Schema>) {
  return db.selectFrom('setup').innerJoin('token', 'token.id', 'setup.tokenId');
}

export type SetupQuery = PageRequest & {
  readonly state?: SetupState | undefined;
  readonly tokenId?: string | undefined;
};

/** Set-ups, those that were heard of last first. @param now milliseconds since 1970 */
export async function listSetups(
  db: Kysely<Schema>,
  request: SetupQuery,
  now: number,
): Promise<Page<SetupSummary>> {
  const { state, tokenId, search } = request;
  const limit = request.limit ?? defaultPageLimit;
  const place = byTime.read(request.cursor);
  const filtered = listed(db)
    .$if(!!search, (query) => query.where(contains(['setup.hostName', 'token.label'], search ?? '')))
    .$if(tokenId !== undefined, (query) => query.where('setup.tokenId', '=', tokenId ?? ''))
    .$if(state !== undefined, (query) =>
      query.where('setup.standing', '=', state === 'silent' ? 'running' : (state ?? '')),
    )
    .$if(state === 'silent', (query) => query.where('setup.lastHeardAt', '<', now - silentAfter))
    .$if(state === 'running', (query) => query.where('setup.lastHeardAt', '>=', now - silentAfter));
  const rows = await filtered
    .selectAll('setup')
    .select('token.label')
    .$if(place !== undefined, (query) =>
      query.where(before(['setup.lastHeardAt', 'setup.id'], place ?? [0, ''])),
    )
    .orderBy('setup.lastHeardAt', 'desc')
    .orderBy('setup.id', 'desc')
    .limit(limit + 1)
    .execute();
  return pageOf(
    { rows, limit, total: await totalOf(filtered) },
    { order: byTime, place: (row) => [row.lastHeardAt, row.id], item: (row) => summary(row, now) },
  );
}

/** @throws HoldfastError `not-found` */
export async function setupDetail(db: Kysely<Schema>, id: string, now: number): Promise<SetupDetail> {
  const row = await listed(db)
    .selectAll('setup')
    .select('token.label')
    .where('setup.id', '=', id)
    .executeTakeFirst();
  if (!row) throw new HoldfastError('not-found', `The site knows no set-up ${id}.`);
  const reports = await db
    .selectFrom('setupReport')
    .select('report')
    .where('setupId', '=', id)
    .orderBy('seq')
    .execute();
  return { ...summary(row, now), reports: reports.map(({ report }) => JSON.parse(report) as SetupReport) };
}
