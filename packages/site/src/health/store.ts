/** Rows of the health of clients: the newest evaluation whole, the last ones in short, and the counts of all. */
import {
  type ClientHealth,
  type HealthFinding,
  type HealthReport,
  type HealthState,
  healthSilenceDays,
} from '@holdfast/contract';
import { type Expression, type ExpressionBuilder, type Kysely, type SqlBool, sql } from 'kysely';
import type { Schema } from '../store/schema.ts';

/** Evaluations of one client that are kept in short: a month of daily ones. */
export const historyLimit = 32;
const day = 86_400_000;

/** Whoever was heard of (or enrolled) before this time and not since is silent. Milliseconds since 1970. */
const silentBefore = (now: number): number => now - healthSilenceDays * day;

const isSilent = (heardAt: number, now: number): boolean => heardAt < silentBefore(now);

type Counted = { readonly failed: number | null; readonly remedied: number | null };

/** @param now milliseconds since 1970 */
export function stateOf(row: Counted & { heardAt: number }, now: number): HealthState {
  if (isSilent(row.heardAt, now)) return 'silent';
  if (row.failed === null) return 'unknown';
  if (row.failed > 0) return 'failed';
  return (row.remedied ?? 0) > 0 ? 'remedied' : 'well';
}

/** When the health of a client was heard of last; when it was enrolled, where it never was. */
const heardAt = sql<number>`coalesce(${sql.ref('health.receivedAt')}, ${sql.ref('client.enrolledAt')})`;

type Joined = ExpressionBuilder<Schema, 'client' | 'health'>;

/** For queries over clients that have `health` joined to the left. */
export function inHealthState(eb: Joined, state: HealthState, now: number): Expression<SqlBool> {
  if (state === 'silent') return eb(heardAt, '<', silentBefore(now));
  const heard = eb(heardAt, '>=', silentBefore(now));
  if (state === 'unknown') return eb.and([heard, eb('health.failed', 'is', null)]);
  if (state === 'failed') return eb.and([heard, eb('health.failed', '>', 0)]);
  return eb.and([
    heard,
    eb('health.failed', '=', 0),
    eb('health.remedied', state === 'remedied' ? '>' : '=', 0),
  ]);
}

/** Clients that are not revoked, with their newest evaluation where there is one. */
export function evaluated(db: Kysely<Schema>) {
  return db
    .selectFrom('client')
    .leftJoin('health', 'health.clientId', 'client.id')
    .where('client.revokedAt', 'is', null);
}

export type ReceivedHealth = {
  readonly clientId: string;
  /** Clock of the site: that of a machine may be wrong. */
  readonly receivedAt: number;
  readonly report: HealthReport;
};

const countOf = (report: HealthReport, state: HealthFinding['state']): number =>
  report.findings.filter((finding) => finding.state === state).length;

/** Keeps an evaluation as the newest. The same one again, because its answer was lost, is no second one. */
export async function putHealth(db: Kysely<Schema>, received: ReceivedHealth): Promise<void> {
  const { clientId, receivedAt, report } = received;
  const text = JSON.stringify(report);
  const row = {
    clientId,
    receivedAt,
    failed: countOf(report, 'failed'),
    remedied: countOf(report, 'remedied'),
    report: text,
  };
  // Locks the row until the transaction ends: an update that changes nothing does so in both databases.
  const known = await db
    .updateTable('health')
    .set((eb) => ({ failed: eb.ref('failed') }))
    .where('clientId', '=', clientId)
    .returning('report')
    .executeTakeFirst();
  const { clientId: _id, ...change } = row;
  await db
    .insertInto('health')
    .values(row)
    .onConflict((conflict) => conflict.column('clientId').doUpdateSet(change))
    .execute();
  if (known?.report === text) return;
  await putFindings(db, clientId, report.findings);
  await addHistory(db, received, row);
}

async function putFindings(
  db: Kysely<Schema>,
  clientId: string,
  findings: readonly HealthFinding[],
): Promise<void> {
  await db.deleteFrom('healthFinding').where('clientId', '=', clientId).execute();
  if (findings.length === 0) return;
  const rows = findings.map(({ check, component = '', state }, number) => ({
    clientId,
    number,
    check,
    component,
    state,
  }));
  await db.insertInto('healthFinding').values(rows).execute();
}

async function addHistory(
  db: Kysely<Schema>,
  { clientId, receivedAt, report }: ReceivedHealth,
  { failed, remedied }: { failed: number; remedied: number },
): Promise<void> {
  const { evaluatedAt, findings, occasion } = report;
  const notWell = findings.filter(({ state }) => state === 'failed' || state === 'remedied');
  await db
    .insertInto('healthHistory')
    .values({
      clientId,
      receivedAt,
      evaluatedAt,
      occasion,
      failed,
      remedied,
      findings: JSON.stringify(notWell),
    })
    .execute();
  await db
    .deleteFrom('healthHistory')
    .where('clientId', '=', clientId)
    .where('id', '<=', (eb) =>
      eb
        .selectFrom('healthHistory')
        .select('healthHistory.id')
        .where('clientId', '=', clientId)
        .orderBy('id', 'desc')
        .offset(historyLimit)
        .limit(1),
    )
    .execute();
}

/** @param now milliseconds since 1970 */
export async function clientHealth(
  db: Kysely<Schema>,
  client: { id: string; enrolledAt: number },
  now: number,
): Promise<ClientHealth> {
  const row = await db.selectFrom('health').selectAll().where('clientId', '=', client.id).executeTakeFirst();
  const heard = row?.receivedAt ?? client.enrolledAt;
  const counted = { failed: row?.failed ?? null, remedied: row?.remedied ?? null };
  return {
    state: stateOf({ ...counted, heardAt: heard }, now),
    silent: isSilent(heard, now),
    receivedAt: row?.receivedAt ?? null,
    report: row === undefined ? null : (JSON.parse(row.report) as HealthReport),
  };
}
