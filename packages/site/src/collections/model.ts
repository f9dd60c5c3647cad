/** Collections: named sets of clients, by direct members and by query. */
import {
  type CollectionPreview,
  type CollectionSummary,
  type CollectionWrite,
  HoldfastError,
  type MembershipQuery,
} from '@holdfast/contract';
import type { Kysely } from 'kysely';
import { audit } from '../audit/model.ts';
import { findClient, summariesOf } from '../clients/store.ts';
import type { SiteContext } from '../context.ts';
import { deploymentsOf, removeWithdrawn } from '../deployments/store.ts';
import type { CollectionRow, Schema } from '../store/schema.ts';
import { deleteSetting, putSetting, settingsUnder } from '../store/settings.ts';
import { announceMemberships, evaluateClient, findByQuery, reevaluateCollection } from './membership.ts';
import {
  addDirect,
  deleteCollection,
  findCollectionNamed,
  getCollection,
  getCollectionSummary,
  insertCollection,
  removeDirect,
  updateCollection,
} from './store.ts';

const previewSample = 20;

/** A collection whose members are being evaluated is noted, so that a site that stops meanwhile finishes at its start. */
const unfinished = (collectionId: string) => `membership/${collectionId}`;

/** Makes the built-in collection of all clients where it is missing, and finishes evaluations that were cut off. */
export async function prepareCollections(context: SiteContext): Promise<void> {
  const allClients = {
    id: context.entropy.uuid(),
    name: 'All clients',
    description: 'Every client of the site',
    query: null,
    builtIn: 1,
    createdAt: context.clock.now(),
  };
  await context.store.transaction().execute(async (transaction) => {
    const existing = await transaction
      .selectFrom('collection')
      .select('id')
      .where('builtIn', '=', 1)
      .executeTakeFirst();
    if (existing) return;
    await insertCollection(transaction, allClients);
    await putSetting(transaction, unfinished(allClients.id), '');
  });
  for (const key of await settingsUnder(context.store, unfinished(''))) {
    await evaluate(context, key.slice(unfinished('').length));
  }
}

async function evaluate(context: SiteContext, collectionId: string): Promise<void> {
  await reevaluateCollection(context, collectionId);
  await deleteSetting(context.store, unfinished(collectionId));
}

async function refuseTakenName(db: Kysely<Schema>, name: string, ownId?: string): Promise<void> {
  const named = await findCollectionNamed(db, name);
  if (named && named.id !== ownId)
    throw new HoldfastError('conflict', `A collection is named ${name} already.`);
}

function refuseBuiltIn(collection: CollectionRow): void {
  if (collection.builtIn === 1) {
    throw new HoldfastError('conflict', `${collection.name} is built in and always holds every client.`);
  }
}

/** @throws HoldfastError `conflict` where the name is taken */
export async function createCollection(
  context: SiteContext,
  actor: string,
  request: CollectionWrite,
): Promise<CollectionSummary> {
  const row = {
    id: context.entropy.uuid(),
    name: request.name,
    description: request.description ?? '',
    query: request.query ? JSON.stringify(request.query) : null,
    builtIn: 0,
    createdAt: context.clock.now(),
  };
  await context.store.transaction().execute(async (transaction) => {
    await refuseTakenName(transaction, row.name);
    await insertCollection(transaction, row);
    await putSetting(transaction, unfinished(row.id), '');
    await audit(context, transaction, {
      actor,
      action: 'collection.create',
      target: `${row.name} ${row.id}`,
    });
  });
  await evaluate(context, row.id);
  return getCollectionSummary(context.store, row.id);
}

/** @throws HoldfastError `not-found`, `conflict` */
export async function changeCollection(
  context: SiteContext,
  actor: string,
  id: string,
  request: CollectionWrite,
): Promise<CollectionSummary> {
  await context.store.transaction().execute(async (transaction) => {
    refuseBuiltIn(await getCollection(transaction, id));
    await refuseTakenName(transaction, request.name, id);
    await updateCollection(transaction, id, {
      name: request.name,
      description: request.description ?? '',
      query: request.query ? JSON.stringify(request.query) : null,
    });
    await putSetting(transaction, unfinished(id), '');
    await audit(context, transaction, {
      actor,
      action: 'collection.change',
      target: `${request.name} ${id}`,
    });
  });
  await evaluate(context, id);
  return getCollectionSummary(context.store, id);
}

/** @throws HoldfastError `not-found`; `conflict` where it is built in or something is deployed to it */
export async function removeCollection(context: SiteContext, actor: string, id: string): Promise<void> {
  await context.store.transaction().execute(async (transaction) => {
    const collection = await getCollection(transaction, id);
    refuseBuiltIn(collection);
    if ((await deploymentsOf(transaction, { collectionId: id })) > 0) {
      throw new HoldfastError('conflict', `${collection.name} still has deployments; withdraw them first.`);
    }
    await removeWithdrawn(transaction, { collectionId: id });
    await deleteCollection(transaction, id);
    await audit(context, transaction, {
      actor,
      action: 'collection.delete',
      target: `${collection.name} ${id}`,
    });
  });
  // The withdrawn deployments of it went with it.
  context.live.publish({ kind: 'deployment', id: '*' });
  context.live.publish({ kind: 'collection', id });
}

/** Puts a client in, or takes it out, as a direct member. @throws HoldfastError `not-found`, `conflict` */
export async function changeDirectMember(
  context: SiteContext,
  actor: string,
  change: { collectionId: string; clientId: string; member: boolean },
): Promise<void> {
  const { collectionId, clientId, member } = change;
  const changed = await context.store.transaction().execute(async (transaction) => {
    const collection = await getCollection(transaction, collectionId);
    refuseBuiltIn(collection);
    const client = await findClient(transaction, clientId);
    if (!client) throw new HoldfastError('not-found', `There is no client ${clientId}.`);
    await (member ? addDirect : removeDirect)(transaction, collectionId, clientId);
    await audit(context, transaction, {
      actor,
      action: member ? 'collection.member-add' : 'collection.member-remove',
      target: `${collection.name} ${collectionId}: ${client.hostName} ${clientId}`,
    });
    return evaluateClient(transaction, clientId);
  });
  announceMemberships(context, changed);
}

/** What a query would find now. */
export async function previewQuery(context: SiteContext, query: MembershipQuery): Promise<CollectionPreview> {
  const found = await findByQuery(context.reader, query, previewSample);
  return { members: found.members, sample: await summariesOf(context.reader, found.sample) };
}
