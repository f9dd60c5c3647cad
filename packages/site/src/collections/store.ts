/** Rows of collections and their members. */
import {
  type CollectionMember,
  type CollectionSummary,
  HoldfastError,
  type MembershipQuery,
  type Page,
} from '@holdfast/contract';
import type { Kysely } from 'kysely';
import { listClients } from '../clients/store.ts';
import {
  after,
  byName,
  contains,
  defaultPageLimit,
  type PageRequest,
  pageOf,
  totalOf,
} from '../store/pages.ts';
import type { CollectionRow, Schema } from '../store/schema.ts';

export function queryOf(row: Pick<CollectionRow, 'query'>): MembershipQuery | null {
  return row.query === null ? null : (JSON.parse(row.query) as MembershipQuery);
}

/** @throws HoldfastError `not-found` */
export async function getCollection(db: Kysely<Schema>, id: string): Promise<CollectionRow> {
  const row = await db.selectFrom('collection').selectAll().where('id', '=', id).executeTakeFirst();
  if (!row) throw new HoldfastError('not-found', `There is no collection ${id}.`);
  return row;
}

/** A collection with this name, whatever its case. */
export function findCollectionNamed(db: Kysely<Schema>, name: string): Promise<{ id: string } | undefined> {
  return db
    .selectFrom('collection')
    .select('id')
    .where((eb) => eb(eb.fn<string>('lower', ['name']), '=', eb.fn<string>('lower', [eb.val(name)])))
    .executeTakeFirst();
}

function summaries(db: Kysely<Schema>) {
  return db.selectFrom('collection').select((eb) => [
    'collection.id',
    'collection.name',
    'collection.description',
    'collection.query',
    'collection.builtIn',
    eb
      .selectFrom('collectionDirect')
      .select((count) => count.fn.countAll<number>().as('count'))
      .whereRef('collectionDirect.collectionId', '=', 'collection.id')
      .as('directMembers'),
    eb
      .selectFrom('collectionMember')
      .select((count) => count.fn.countAll<number>().as('count'))
      .whereRef('collectionMember.collectionId', '=', 'collection.id')
      .as('members'),
  ]);
}

type SummaryRow = Pick<CollectionRow, 'id' | 'name' | 'description' | 'query' | 'builtIn'> & {
  directMembers: number | null;
  members: number | null;
};

function collectionSummary(row: SummaryRow): CollectionSummary {
  return {
    ...row,
    query: queryOf(row),
    builtIn: row.builtIn === 1,
    directMembers: Number(row.directMembers),
    members: Number(row.members),
  };
}

/** @throws HoldfastError `not-found` */
export async function getCollectionSummary(db: Kysely<Schema>, id: string): Promise<CollectionSummary> {
  const row = await summaries(db).where('collection.id', '=', id).executeTakeFirst();
  if (!row) throw new HoldfastError('not-found', `There is no collection ${id}.`);
  return collectionSummary(row);
}

export async function listCollections(
  db: Kysely<Schema>,
  request: PageRequest,
): Promise<Page<CollectionSummary>> {
  const limit = request.limit ?? defaultPageLimit;
  const place = byName.read(request.cursor);
  const named = contains(['collection.name'], request.search ?? '');
  const rows = await summaries(db)
    .$if(!!request.search, (query) => query.where(named))
    .$if(place !== undefined, (query) =>
      query.where(after(['collection.name', 'collection.id'], place ?? ['', ''])),
    )
    .orderBy('collection.name')
    .orderBy('collection.id')
    .limit(limit + 1)
    .execute();
  const counted = db.selectFrom('collection').$if(!!request.search, (query) => query.where(named));
  return pageOf(
    { rows, limit, total: await totalOf(counted) },
    { order: byName, place: (row) => [row.name, row.id], item: collectionSummary },
  );
}

/** Members by host name, each with whether it was put in by hand. */
export async function listMembers(
  db: Kysely<Schema>,
  collectionId: string,
  request: PageRequest,
): Promise<Page<CollectionMember>> {
  const page = await listClients(db, { ...request, collectionId });
  const ids = page.items.map(({ id }) => id);
  if (ids.length === 0) return { ...page, items: [] };
  const rows = await db
    .selectFrom('collectionDirect')
    .select('clientId')
    .where('collectionId', '=', collectionId)
    .where('clientId', 'in', ids)
    .execute();
  const direct = new Set(rows.map(({ clientId }) => clientId));
  return { ...page, items: page.items.map((client) => ({ ...client, direct: direct.has(client.id) })) };
}

export async function insertCollection(db: Kysely<Schema>, row: CollectionRow): Promise<void> {
  await db.insertInto('collection').values(row).execute();
}

export async function updateCollection(
  db: Kysely<Schema>,
  id: string,
  change: Pick<CollectionRow, 'name' | 'description' | 'query'>,
): Promise<void> {
  await db.updateTable('collection').set(change).where('id', '=', id).execute();
}

export async function deleteCollection(db: Kysely<Schema>, id: string): Promise<void> {
  await db.deleteFrom('collectionMember').where('collectionId', '=', id).execute();
  await db.deleteFrom('collectionDirect').where('collectionId', '=', id).execute();
  await db.deleteFrom('collection').where('id', '=', id).execute();
}

export async function addDirect(db: Kysely<Schema>, collectionId: string, clientId: string): Promise<void> {
  await db
    .insertInto('collectionDirect')
    .values({ collectionId, clientId })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

export async function removeDirect(
  db: Kysely<Schema>,
  collectionId: string,
  clientId: string,
): Promise<void> {
  await db
    .deleteFrom('collectionDirect')
    .where('collectionId', '=', collectionId)
    .where('clientId', '=', clientId)
    .execute();
}
