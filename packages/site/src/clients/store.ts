/** Queries about clients. */
import {
  type ClientDetail,
  type ClientFacts,
  type ClientSummary,
  type HealthState,
  HoldfastError,
  type Page,
  type Platform,
  type Wire,
  type WireCount,
  wires,
} from '@holdfast/contract';
import type { Kysely } from 'kysely';
import type { Static } from 'typebox';
import { clientHealth, evaluated, inHealthState } from '../health/store.ts';
import { standing } from '../status/standing.ts';
import {
  after,
  byName,
  contains,
  defaultPageLimit,
  type PageRequest,
  pageOf,
  totalOf,
} from '../store/pages.ts';
import type { ClientRow, Schema } from '../store/schema.ts';

export const clientSummaryColumns = [
  'client.id',
  'client.hostName',
  'client.platform',
  'client.osName',
  'client.osVersion',
  'client.architecture',
  'client.clientVersion',
  'client.wire',
  'client.enrolledAt',
  'client.lastSeenAt',
  'client.revokedAt',
] as const;

export type ClientSummaryRow = Pick<
  ClientRow,
  | 'id'
  | 'hostName'
  | 'platform'
  | 'osName'
  | 'osVersion'
  | 'architecture'
  | 'clientVersion'
  | 'wire'
  | 'enrolledAt'
  | 'lastSeenAt'
  | 'revokedAt'
>;

export function clientSummary(row: ClientSummaryRow): ClientSummary {
  return { ...row, platform: row.platform as Static<typeof Platform>, wire: row.wire as Wire };
}

/** Facts were checked against their schema when the client sent them. */
export function factsOf(row: Pick<ClientRow, 'facts'>): ClientFacts {
  return JSON.parse(row.facts) as ClientFacts;
}

export function findClient(db: Kysely<Schema>, id: string): Promise<ClientRow | undefined> {
  return db.selectFrom('client').selectAll().where('id', '=', id).executeTakeFirst();
}

export async function markClientRevoked(db: Kysely<Schema>, id: string, at: number): Promise<void> {
  await db.updateTable('client').set({ revokedAt: at }).where('id', '=', id).execute();
}

export type ClientsQuery = PageRequest & {
  readonly collectionId?: string | undefined;
  /** Only clients that spoke this wire last. */
  readonly wire?: Wire | undefined;
  /** Only clients that are so, looked at at this time (milliseconds since 1970). */
  readonly health?: { readonly state: HealthState; readonly now: number } | undefined;
};

/** Clients by host name; those of one collection, or in one state of health, where it is named. */
export async function listClients(db: Kysely<Schema>, request: ClientsQuery): Promise<Page<ClientSummary>> {
  const { collectionId, health, search, wire } = request;
  const limit = request.limit ?? defaultPageLimit;
  const place = byName.read(request.cursor);
  const filtered = db
    .selectFrom('client')
    .$if(!!search, (query) => query.where(contains(['client.hostName'], search ?? '')))
    .$if(collectionId !== undefined, (query) =>
      query.where('client.id', 'in', (members) =>
        members
          .selectFrom('collectionMember')
          .select('collectionMember.clientId')
          .where('collectionMember.collectionId', '=', collectionId ?? ''),
      ),
    )
    .$if(wire !== undefined, (query) => query.where('client.wire', '=', wire ?? 0))
    .$if(health !== undefined, (query) =>
      query.where('client.id', 'in', () =>
        evaluated(db)
          .select('client.id')
          .where((eb) => inHealthState(eb, health?.state ?? 'well', health?.now ?? 0)),
      ),
    );
  const rows = await filtered
    .select(clientSummaryColumns)
    .$if(place !== undefined, (query) =>
      query.where(after(['client.hostName', 'client.id'], place ?? ['', ''])),
    )
    .orderBy('client.hostName')
    .orderBy('client.id')
    .limit(limit + 1)
    .execute();
  return pageOf(
    { rows, limit, total: await totalOf(filtered) },
    { order: byName, place: (row) => [row.hostName, row.id], item: clientSummary },
  );
}

/** @param now milliseconds since 1970. @throws HoldfastError `not-found` */
export async function clientDetail(db: Kysely<Schema>, id: string, now: number): Promise<ClientDetail> {
  const row = await findClient(db, id);
  if (!row) throw new HoldfastError('not-found', `There is no client ${id}.`);
  const { facts: _facts, policySerial: _serial, ...summary } = row;
  const certificate = await db
    .selectFrom('certificate')
    .select(['serial', 'expiresAt'])
    .where('clientId', '=', id)
    .orderBy('issuedAt', 'desc')
    .limit(1)
    .executeTakeFirst();
  const collections = await db
    .selectFrom('collectionMember')
    .innerJoin('collection', 'collection.id', 'collectionMember.collectionId')
    .select(['collection.id', 'collection.name'])
    .where('collectionMember.clientId', '=', id)
    .orderBy('collection.name')
    .execute();
  return {
    ...clientSummary(summary),
    facts: factsOf(row),
    systemChange: await lastSystemChange(db, id),
    certificate: certificate ?? { serial: '', expiresAt: 0 },
    health: await clientHealth(db, row, now),
    collections,
    deployments: await clientDeployments(db, id),
  };
}

/** Null where it has been the same system ever since it was enrolled. */
async function lastSystemChange(db: Kysely<Schema>, clientId: string): Promise<ClientDetail['systemChange']> {
  const row = await db
    .selectFrom('clientSystemChange')
    .select(['at', 'fromName as from', 'toName as to'])
    .where('clientId', '=', clientId)
    .executeTakeFirst();
  return row ?? null;
}

async function clientDeployments(db: Kysely<Schema>, id: string): Promise<ClientDetail['deployments']> {
  const rows = await db
    .selectFrom('collectionMember')
    .innerJoin('deployment', 'deployment.collectionId', 'collectionMember.collectionId')
    .innerJoin('program', 'program.id', 'deployment.programId')
    .innerJoin('package', 'package.id', 'program.packageId')
    .leftJoin('deploymentState', (join) =>
      join
        .onRef('deploymentState.deploymentId', '=', 'deployment.id')
        .onRef('deploymentState.clientId', '=', 'collectionMember.clientId'),
    )
    .select([
      'deployment.id as deploymentId',
      'package.name as packageName',
      'package.version as packageVersion',
      'program.name as programName',
      'deployment.intent',
      'deploymentState.state',
      'deploymentState.code',
      'deploymentState.details',
      'deploymentState.at',
    ])
    .where('collectionMember.clientId', '=', id)
    .where('deployment.withdrawnAt', 'is', null)
    .orderBy('deployment.createdAt', 'desc')
    .execute();
  return rows.map(({ state, code, details, intent, ...row }) => ({
    ...row,
    intent: intent as ClientDetail['deployments'][number]['intent'],
    ...standing({ state, code, details }),
  }));
}

/** How many clients that are not revoked spoke each wire last. */
export async function countWires(db: Kysely<Schema>): Promise<WireCount[]> {
  const rows = await db
    .selectFrom('client')
    .select((eb) => ['wire', eb.fn.countAll<number>().as('clients')])
    .where('revokedAt', 'is', null)
    .groupBy('wire')
    .execute();
  return wires.map((wire) => ({
    wire,
    clients: Number(rows.find((row) => row.wire === wire)?.clients ?? 0),
  }));
}

/** These clients, in no promised order. */
export async function summariesOf(db: Kysely<Schema>, ids: readonly string[]): Promise<ClientSummary[]> {
  if (ids.length === 0) return [];
  const rows = await db.selectFrom('client').select(clientSummaryColumns).where('id', 'in', ids).execute();
  return rows.map(clientSummary);
}
