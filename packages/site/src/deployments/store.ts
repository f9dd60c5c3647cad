/** Rows of deployments, and the counts of where they stand. */
import { type DeploymentClient, type DeploymentSummary, HoldfastError, type Page } from '@holdfast/contract';
import { type Kysely, sql } from 'kysely';
import { standing } from '../status/standing.ts';
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
import type { DeploymentRow, Schema } from '../store/schema.ts';

/** @throws HoldfastError `not-found` */
export async function getDeployment(db: Kysely<Schema>, id: string): Promise<DeploymentRow> {
  const row = await db.selectFrom('deployment').selectAll().where('id', '=', id).executeTakeFirst();
  if (!row) throw new HoldfastError('not-found', `There is no deployment ${id}.`);
  return row;
}

export async function insertDeployment(
  db: Kysely<Schema>,
  row: DeploymentRow,
  assignment: { hash: string; body: string },
): Promise<void> {
  await db.insertInto('assignment').values(assignment).execute();
  await db.insertInto('deployment').values(row).execute();
}

export async function markWithdrawn(db: Kysely<Schema>, id: string, at: number): Promise<void> {
  await db.updateTable('deployment').set({ withdrawnAt: at }).where('id', '=', id).execute();
}

/** What a deployment belongs to. */
type Owner = { readonly packageId: string } | { readonly collectionId: string };

function ofOwner(db: Kysely<Schema>, owner: Owner) {
  const deployments = db.selectFrom('deployment');
  return 'collectionId' in owner
    ? deployments.where('deployment.collectionId', '=', owner.collectionId)
    : deployments.where('deployment.programId', 'in', (programs) =>
        programs.selectFrom('program').select('program.id').where('program.packageId', '=', owner.packageId),
      );
}

/** How many deployments of a package, or to a collection, are not withdrawn. */
export async function deploymentsOf(db: Kysely<Schema>, owner: Owner): Promise<number> {
  return await totalOf(ofOwner(db, owner).where('deployment.withdrawnAt', 'is', null));
}

/** Removes withdrawn deployments with their assignments; status messages and the audit keep their story. */
export async function removeWithdrawn(db: Kysely<Schema>, owner: Owner): Promise<void> {
  const rows = await ofOwner(db, owner)
    .where('deployment.withdrawnAt', 'is not', null)
    .select(['deployment.id', 'deployment.assignmentHash'])
    .execute();
  for (const { id, assignmentHash } of rows) {
    await db.deleteFrom('deploymentState').where('deploymentId', '=', id).execute();
    await db.deleteFrom('deployment').where('id', '=', id).execute();
    await db.deleteFrom('assignment').where('hash', '=', assignmentHash).execute();
  }
}

function described(db: Kysely<Schema>) {
  return db
    .selectFrom('deployment')
    .innerJoin('program', 'program.id', 'deployment.programId')
    .innerJoin('package', 'package.id', 'program.packageId')
    .innerJoin('collection', 'collection.id', 'deployment.collectionId');
}

const describedColumns = [
  'deployment.id',
  'deployment.programId',
  'deployment.collectionId',
  'deployment.intent',
  'deployment.purpose',
  'deployment.createdAt',
  'deployment.availableAt',
  'deployment.deadlineAt',
  'deployment.withdrawnAt',
  'package.id as packageId',
  'package.name as packageName',
  'package.version as packageVersion',
  'program.name as programName',
  'collection.name as collectionName',
] as const;

type DescribedRow = Omit<DeploymentSummary, 'intent' | 'purpose' | 'targeted' | 'states'> & {
  intent: string;
  purpose: string;
};

/**
 * What was heard of deployments from clients that are still in their collections. Everyone is in the built-in
 * collection: nothing is looked up there, which is where it would cost most.
 */
export function standings(db: Kysely<Schema>) {
  return db
    .selectFrom('deploymentState')
    .innerJoin('deployment', 'deployment.id', 'deploymentState.deploymentId')
    .innerJoin('collection', 'collection.id', 'deployment.collectionId')
    .where((eb) =>
      eb.or([
        eb('collection.builtIn', '=', 1),
        eb.exists(
          eb
            .selectFrom('collectionMember')
            .select('collectionMember.clientId')
            .whereRef('collectionMember.collectionId', '=', 'deployment.collectionId')
            .whereRef('collectionMember.clientId', '=', 'deploymentState.clientId'),
        ),
      ]),
    );
}

/** Adds how many clients are targeted and how many of them stand where; two queries for all of the rows. */
async function withCounts(db: Kysely<Schema>, rows: readonly DescribedRow[]): Promise<DeploymentSummary[]> {
  if (rows.length === 0) return [];
  const collections = [...new Set(rows.map((row) => row.collectionId))];
  const members = await db
    .selectFrom('collectionMember')
    .select((eb) => ['collectionId', eb.fn.countAll<number>().as('count')])
    .where('collectionId', 'in', collections)
    .groupBy('collectionId')
    .execute();
  const states = await standings(db)
    .select((eb) => [
      'deploymentState.deploymentId',
      'deploymentState.state',
      eb.fn.countAll<number>().as('count'),
    ])
    .where(
      'deploymentState.deploymentId',
      'in',
      rows.map((row) => row.id),
    )
    .groupBy(['deploymentState.deploymentId', 'deploymentState.state'])
    .execute();
  return rows.map((row) => {
    const targeted = Number(members.find((member) => member.collectionId === row.collectionId)?.count ?? 0);
    const heard = states.filter((state) => state.deploymentId === row.id);
    return {
      ...row,
      intent: row.intent as DeploymentSummary['intent'],
      purpose: row.purpose as DeploymentSummary['purpose'],
      targeted,
      states: countStates(targeted, heard),
    };
  });
}

/** Clients of which nothing was heard count as waiting. */
export function countStates(
  targeted: number,
  heard: readonly { state: string; count: number }[],
): Record<string, number> {
  const states: Record<string, number> = {};
  let silent = targeted;
  for (const { state, count } of heard) {
    states[state] = (states[state] ?? 0) + Number(count);
    silent -= Number(count);
  }
  if (silent > 0) states.waiting = (states.waiting ?? 0) + silent;
  return states;
}

/** @throws HoldfastError `not-found` */
export async function getDeploymentDetail(db: Kysely<Schema>, id: string): Promise<DeploymentSummary> {
  const rows = await described(db).select(describedColumns).where('deployment.id', '=', id).execute();
  const [detail] = await withCounts(db, rows);
  if (!detail) throw new HoldfastError('not-found', `There is no deployment ${id}.`);
  return detail;
}

/** Deployments, newest first; searches the names of package, program and collection. */
export async function listDeployments(
  db: Kysely<Schema>,
  request: PageRequest,
): Promise<Page<DeploymentSummary>> {
  const limit = request.limit ?? defaultPageLimit;
  const place = byTime.read(request.cursor);
  const filtered = described(db).$if(!!request.search, (query) =>
    query.where(contains(['package.name', 'program.name', 'collection.name'], request.search ?? '')),
  );
  const rows = await filtered
    .select(describedColumns)
    .$if(place !== undefined, (query) =>
      query.where(before(['deployment.createdAt', 'deployment.id'], place ?? [0, ''])),
    )
    .orderBy('deployment.createdAt', 'desc')
    .orderBy('deployment.id', 'desc')
    .limit(limit + 1)
    .execute();
  const page = pageOf(
    { rows, limit, total: await totalOf(filtered) },
    { order: byTime, place: (row) => [row.createdAt, row.id], item: (row) => row },
  );
  return { ...page, items: await withCounts(db, page.items) };
}

/** The clients of a deployment by host name, each with where it stands. */
export async function listDeploymentClients(
  db: Kysely<Schema>,
  deployment: Pick<DeploymentRow, 'id' | 'collectionId'>,
  request: PageRequest & { readonly state?: string | undefined },
): Promise<Page<DeploymentClient>> {
  const limit = request.limit ?? defaultPageLimit;
  const place = byName.read(request.cursor);
  const filtered = db
    .selectFrom('collectionMember')
    .innerJoin('client', 'client.id', 'collectionMember.clientId')
    .leftJoin('deploymentState', (join) =>
      join
        .on('deploymentState.deploymentId', '=', deployment.id)
        .onRef('deploymentState.clientId', '=', 'collectionMember.clientId'),
    )
    .where('collectionMember.collectionId', '=', deployment.collectionId)
    .$if(!!request.search, (query) => query.where(contains(['client.hostName'], request.search ?? '')))
    .$if(request.state !== undefined, (query) =>
      query.where(
        sql<string>`coalesce(${sql.ref('deploymentState.state')}, 'waiting')`,
        '=',
        request.state ?? '',
      ),
    );
  const rows = await filtered
    .select([
      'client.id as clientId',
      'client.hostName',
      'deploymentState.state',
      'deploymentState.code',
      'deploymentState.details',
      'deploymentState.at',
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
      item: ({ clientId, hostName, at, ...row }) => ({ clientId, hostName, at, ...standing(row) }),
    },
  );
}
