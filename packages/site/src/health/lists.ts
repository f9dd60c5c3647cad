/** Lists and counts of the health of clients. */
import type {
  HealthCheck,
  HealthClient,
  HealthFinding,
  HealthHistoryRow,
  HealthOverview,
  HealthReport,
  HealthState,
  Page,
} from '@holdfast/contract';
import type { Kysely } from 'kysely';
import {
  after,
  byName,
  byNumber,
  contains,
  defaultPageLimit,
  type PageRequest,
  pageOf,
  totalOf,
} from '../store/pages.ts';
import type { Schema } from '../store/schema.ts';
import { evaluated, inHealthState, stateOf } from './store.ts';

export async function listHistory(
  db: Kysely<Schema>,
  clientId: string,
  request: Omit<PageRequest, 'search'>,
): Promise<Page<HealthHistoryRow>> {
  const limit = request.limit ?? defaultPageLimit;
  const place = byNumber.read(request.cursor);
  const filtered = db.selectFrom('healthHistory').where('clientId', '=', clientId);
  const rows = await filtered
    .selectAll()
    .$if(place !== undefined, (query) => query.where('id', '<', place?.[0] ?? 0))
    .orderBy('id', 'desc')
    .limit(limit + 1)
    .execute();
  return pageOf(
    { rows, limit, total: await totalOf(filtered) },
    {
      order: byNumber,
      place: (row) => [row.id],
      item: ({ clientId: _id, findings, occasion, ...row }) => ({
        ...row,
        occasion: occasion as HealthReport['occasion'],
        findings: JSON.parse(findings) as HealthFinding[],
      }),
    },
  );
}

export type HealthQuery = PageRequest & {
  readonly state?: HealthState | undefined;
  /** Only clients of which this check failed or was remedied. */
  readonly check?: HealthCheck | undefined;
};

/** Clients by host name, each with how it is. @param now milliseconds since 1970 */
export async function listHealth(
  db: Kysely<Schema>,
  request: HealthQuery,
  now: number,
): Promise<Page<HealthClient>> {
  const { check, search, state } = request;
  const limit = request.limit ?? defaultPageLimit;
  const place = byName.read(request.cursor);
  const filtered = evaluated(db)
    .$if(!!search, (query) => query.where(contains(['client.hostName'], search ?? '')))
    .$if(state !== undefined, (query) => query.where((eb) => inHealthState(eb, state ?? 'well', now)))
    .$if(check !== undefined, (query) =>
      query.where('client.id', 'in', (findings) =>
        findings
          .selectFrom('healthFinding')
          .select('healthFinding.clientId')
          .where('healthFinding.check', '=', check ?? '')
          .where('healthFinding.state', 'in', ['failed', 'remedied']),
      ),
    );
  const rows = await filtered
    .select([
      'client.id as clientId',
      'client.hostName',
      'client.platform',
      'client.clientVersion',
      'client.enrolledAt',
      'client.lastSeenAt',
      'health.receivedAt',
      'health.failed',
      'health.remedied',
    ])
    .$if(place !== undefined, (query) =>
      query.where(after(['client.hostName', 'client.id'], place ?? ['', ''])),
    )
    .orderBy('client.hostName')
    .orderBy('client.id')
    .limit(limit + 1)
    .execute();
  return pageOf(
    { rows, limit, total: await totalOf(filtered) },
    {
      order: byName,
      place: (row) => [row.hostName, row.clientId],
      item: ({ enrolledAt, platform, failed, remedied, ...row }) => ({
        ...row,
        platform: platform as HealthClient['platform'],
        state: stateOf({ failed, remedied, heardAt: row.receivedAt ?? enrolledAt }, now),
        failed: failed ?? 0,
        remedied: remedied ?? 0,
      }),
    },
  );
}

const healthStates = ['well', 'remedied', 'failed', 'silent', 'unknown'] as const;

/** How many clients are in each state. @param now milliseconds since 1970 */
export async function countHealth(db: Kysely<Schema>, now: number): Promise<HealthOverview['clients']> {
  const row = await evaluated(db)
    .select((eb) => [
      eb.fn.countAll<number>().as('total'),
      ...healthStates.map((state) =>
        eb.fn
          .count<number>(
            eb
              .case()
              .when(inHealthState(eb, state, now))
              .then(1)
              .end(),
          )
          .as(state),
      ),
    ])
    .executeTakeFirstOrThrow();
  const counts = row as Record<(typeof healthStates)[number] | 'total', number>;
  return {
    total: Number(counts.total),
    well: Number(counts.well),
    remedied: Number(counts.remedied),
    failed: Number(counts.failed),
    silent: Number(counts.silent),
    unknown: Number(counts.unknown),
  };
}

/** Names of the counts of a check, by state of the finding. */
const stateNames = {
  ok: 'ok',
  remedied: 'remedied',
  failed: 'failed',
  'not-applicable': 'notApplicable',
} as const;

/** The newest findings of all clients that are not revoked, by check. */
export async function countFindings(db: Kysely<Schema>): Promise<HealthOverview['checks']> {
  const rows = await db
    .selectFrom('healthFinding')
    .innerJoin('client', 'client.id', 'healthFinding.clientId')
    .where('client.revokedAt', 'is', null)
    .select((eb) => [
      'healthFinding.check',
      'healthFinding.component',
      'healthFinding.state',
      eb.fn.countAll<number>().as('count'),
    ])
    .groupBy(['healthFinding.check', 'healthFinding.component', 'healthFinding.state'])
    .orderBy('healthFinding.check')
    .orderBy('healthFinding.component')
    .execute();
  const checks: HealthOverview['checks'] = [];
  for (const { check, component, state, count } of rows) {
    const last = checks.at(-1);
    const same = last?.check === check && last.component === component ? last : undefined;
    const counted = same ?? {
      check: check as HealthCheck,
      component,
      ok: 0,
      remedied: 0,
      failed: 0,
      notApplicable: 0,
    };
    if (same === undefined) checks.push(counted);
    counted[stateNames[state as HealthFinding['state']]] = Number(count);
  }
  return checks;
}
