/** Who is in a collection, kept up to date when facts, queries or direct members change. */
import { type ClientFacts, HoldfastError, type MembershipQuery } from '@holdfast/contract';
import { matches } from '@holdfast/rollout';
import { type Kysely, sql } from 'kysely';
import type { SiteContext } from '../context.ts';
import { databaseKindOf } from '../store/database.ts';
import type { Schema } from '../store/schema.ts';
import { endOfTurn } from '../store/turn.ts';
import { queryOf } from './store.ts';

/** Clients that are looked at in one transaction, and so in one turn of the event loop. */
const batchClients = 500;

const attributes = [
  'id',
  'hostName',
  'platform',
  'osName',
  'osVersion',
  'architecture',
  'clientVersion',
] as const;
type Attributes = { id: string; platform: string } & Omit<Parameters<typeof matches>[1], 'platform'>;

/** The attributes stand in columns of their own, so that no facts are parsed. */
function queryFinds(query: MembershipQuery | null, client: Attributes): boolean {
  return (
    query !== null && matches(query, { ...client, platform: client.platform as ClientFacts['platform'] })
  );
}

export type Membership = { collectionId: string; clientId: string };

async function write(db: Kysely<Schema>, change: { join: Membership[]; leave: Membership[] }): Promise<void> {
  if (change.join.length > 0) {
    await db
      .insertInto('collectionMember')
      .values(change.join)
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }
  for (const [collectionId, left] of Map.groupBy(change.leave, (membership) => membership.collectionId)) {
    await db
      .deleteFrom('collectionMember')
      .where('collectionId', '=', collectionId)
      .where(
        'clientId',
        'in',
        left.map((membership) => membership.clientId),
      )
      .execute();
  }
}

/** Any number, the same for every site server: who holds PostgreSQL's advisory lock of it evaluates memberships. */
const membershipLock = 4_829_811;

/**
 * Facts and queries that change at the same moment would each be evaluated against the other's old state. SQLite
 * has one writer at a time anyhow.
 */
async function oneAtATime(transaction: Kysely<Schema>): Promise<void> {
  if (databaseKindOf(transaction) !== 'postgres') return;
  await sql`select pg_advisory_xact_lock(${membershipLock})`.execute(transaction);
}

/**
 * Looks at every client anew for one collection, in batches that each stand on their own: a batch reads the
 * collection as it is then, so two of these at once end with the newest query.
 */
export async function reevaluateCollection(context: SiteContext, collectionId: string): Promise<void> {
  let last: string | undefined = '';
  while (last !== undefined) {
    const from: string = last;
    const batch = await context.store
      .transaction()
      .execute((transaction) => reevaluateBatch(transaction, collectionId, from));
    if (batch.changed.length > 0) context.policy.invalidate(batch.changed);
    last = batch.last;
    // SQLite answers at once: without this, nothing else would be served until the last batch.
    await endOfTurn();
  }
  context.live.publish({ kind: 'collection', id: collectionId });
}

async function reevaluateBatch(
  db: Kysely<Schema>,
  collectionId: string,
  from: string,
): Promise<{ last: string | undefined; changed: string[] }> {
  await oneAtATime(db);
  const collection = await db
    .selectFrom('collection')
    .select(['query', 'builtIn'])
    .where('id', '=', collectionId)
    .executeTakeFirst();
  const clients = await db
    .selectFrom('client')
    .select(attributes)
    .where('id', '>', from)
    .orderBy('id')
    .limit(batchClients)
    .execute();
  const last = clients.at(-1)?.id;
  if (!collection || last === undefined) return { last: undefined, changed: [] };
  const inBatch = async (table: 'collectionDirect' | 'collectionMember') => {
    const rows = await db
      .selectFrom(table)
      .select('clientId')
      .where('collectionId', '=', collectionId)
      .where('clientId', '>', from)
      .where('clientId', '<=', last)
      .execute();
    return new Set(rows.map((row) => row.clientId));
  };
  const [direct, members] = [await inBatch('collectionDirect'), await inBatch('collectionMember')];
  const query = queryOf(collection);
  const belongs = (client: Attributes) =>
    collection.builtIn === 1 || direct.has(client.id) || queryFinds(query, client);
  const change: { join: Membership[]; leave: Membership[] } = { join: [], leave: [] };
  for (const client of clients) {
    if (belongs(client) === members.has(client.id)) continue;
    change[members.has(client.id) ? 'leave' : 'join'].push({ collectionId, clientId: client.id });
  }
  await write(db, change);
  return { last, changed: [...change.join, ...change.leave].map((membership) => membership.clientId) };
}

/**
 * Puts a client into the collections that its row and the direct memberships say, in the transaction that made or
 * changed the row: a site that stops between the two would leave it outside for ever. Answers what changed, to be
 * told by `announceMemberships` once it is committed.
 */
export async function evaluateClient(transaction: Kysely<Schema>, clientId: string): Promise<Membership[]> {
  await oneAtATime(transaction);
  const client = await transaction
    .selectFrom('client')
    .select(attributes)
    .where('id', '=', clientId)
    .executeTakeFirst();
  if (!client) throw new HoldfastError('not-found', `There is no client ${clientId}.`);
  const collections = await transaction.selectFrom('collection').select(['id', 'query', 'builtIn']).execute();
  const of = async (table: 'collectionDirect' | 'collectionMember') => {
    const rows = await transaction
      .selectFrom(table)
      .select('collectionId')
      .where('clientId', '=', clientId)
      .execute();
    return new Set(rows.map((row) => row.collectionId));
  };
  const [direct, member] = [await of('collectionDirect'), await of('collectionMember')];
  const change: { join: Membership[]; leave: Membership[] } = { join: [], leave: [] };
  for (const collection of collections) {
    const belongs =
      collection.builtIn === 1 || direct.has(collection.id) || queryFinds(queryOf(collection), client);
    if (belongs === member.has(collection.id)) continue;
    change[belongs ? 'join' : 'leave'].push({ collectionId: collection.id, clientId });
  }
  await write(transaction, change);
  return [...change.join, ...change.leave];
}

/** What is to be done once memberships are committed: policy is looked at again, and consoles are told. */
export function announceMemberships(context: SiteContext, changed: readonly Membership[]): void {
  if (changed.length === 0) return;
  context.policy.invalidate([...new Set(changed.map(({ clientId }) => clientId))]);
  for (const { collectionId } of changed) context.live.publish({ kind: 'collection', id: collectionId });
}

/** How many clients a query finds, and the ids of the first of them. Nothing is changed. */
export async function findByQuery(
  reader: Kysely<Schema>,
  query: MembershipQuery,
  sampleSize: number,
): Promise<{ members: number; sample: string[] }> {
  const sample: string[] = [];
  let members = 0;
  let last: string | undefined = '';
  while (last !== undefined) {
    const clients: Attributes[] = await reader
      .selectFrom('client')
      .select(attributes)
      .where('id', '>', last)
      .orderBy('id')
      .limit(batchClients)
      .execute();
    for (const client of clients) {
      if (!queryFinds(query, client)) continue;
      members += 1;
      if (sample.length < sampleSize) sample.push(client.id);
    }
    last = clients.at(-1)?.id;
  }
  return { members, sample };
}

/** The policy of every member is looked at again at its next check-in. */
export async function invalidateMembers(context: SiteContext, collectionId: string): Promise<void> {
  let last: string | undefined = '';
  try {
    while (last !== undefined) {
      const members: { clientId: string }[] = await membersAfter(context.reader, collectionId, last);
      if (members.length > 0) context.policy.invalidate(members.map((member) => member.clientId));
      last = members.at(-1)?.clientId;
    }
  } catch (thrown) {
    // What was committed must reach its clients, whether or not it can be read now who they are.
    context.policy.invalidate('all');
    throw thrown;
  }
}

function membersAfter(db: Kysely<Schema>, collectionId: string, last: string) {
  return db
    .selectFrom('collectionMember')
    .select('clientId')
    .where('collectionId', '=', collectionId)
    .where('clientId', '>', last)
    .orderBy('clientId')
    .limit(batchClients)
    .execute();
}
