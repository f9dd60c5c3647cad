/** Takeovers: begun for the members of a collection, changed from looking to acting, withdrawn. */
import {
  HoldfastError,
  type TakeoverChange,
  type TakeoverCreate,
  type TakeoverDetail,
  type TakeoverForeseen,
} from '@holdfast/contract';
import { audit } from '../audit/model.ts';
import { invalidateMembers } from '../collections/membership.ts';
import { getCollection } from '../collections/store.ts';
import type { SiteContext } from '../context.ts';
import { totalOf } from '../store/pages.ts';
import { findTakeover, getTakeover } from './lists.ts';
import { codesOfAgent } from './words.ts';

/** What a takeover would be about. Nothing is stored. @throws HoldfastError `not-found` */
export async function foreseeTakeover(
  { reader }: Pick<SiteContext, 'reader'>,
  { collectionId, rule }: TakeoverCreate,
): Promise<TakeoverForeseen> {
  const collection = await getCollection(reader, collectionId);
  const all = reader
    .selectFrom('collectionMember')
    .innerJoin('client', 'client.id', 'collectionMember.clientId')
    .where('collectionMember.collectionId', '=', collectionId)
    .where('client.revokedAt', 'is', null);
  const fitting = all.where('client.platform', '=', rule.platform);
  const clients = Number(await totalOf(fitting));
  const known = fitting.where((eb) =>
    eb.exists(
      eb
        .selectFrom('takeoverMember')
        .innerJoin('takeover', 'takeover.id', 'takeoverMember.takeoverId')
        .select('takeoverMember.clientId')
        .whereRef('takeoverMember.clientId', '=', 'client.id')
        .where('takeover.name', '=', rule.name)
        .where('takeoverMember.code', 'in', codesOfAgent),
    ),
  );
  return {
    name: rule.name,
    collectionName: collection.name,
    clients,
    leftOut: Number(await totalOf(all)) - clients,
    known: Number(await totalOf(known)),
  };
}

/** @throws HoldfastError `not-found` */
export async function createTakeover(
  context: SiteContext,
  actor: string,
  { collectionId, mode, rule }: TakeoverCreate,
): Promise<TakeoverDetail> {
  const id = context.entropy.uuid();
  await context.store.transaction().execute(async (transaction) => {
    const { name: collectionName } = await getCollection(transaction, collectionId);
    const about = { name: rule.name, platform: rule.platform, mode, rule: JSON.stringify(rule) };
    const made = { createdAt: context.clock.now(), createdBy: actor, withdrawnAt: null };
    await transaction
      .insertInto('takeover')
      .values({ id, ...about, collectionId, collectionName, ...made })
      .execute();
    const target = `${rule.name} (${mode}) on ${collectionName} ${id}`;
    await audit(context, transaction, { actor, action: 'takeover.create', target });
  });
  await invalidateMembers(context, collectionId);
  return await getTakeover(context.store, id);
}

/** @throws HoldfastError `not-found`; `conflict` for one that was withdrawn */
export async function changeTakeover(
  context: SiteContext,
  actor: string,
  id: string,
  { mode }: TakeoverChange,
): Promise<TakeoverDetail> {
  const { collectionId } = await context.store.transaction().execute(async (transaction) => {
    const row = await findTakeover(transaction, id);
    if (row.withdrawnAt !== null) {
      throw new HoldfastError('conflict', `The takeover of ${row.name} was withdrawn.`);
    }
    await transaction.updateTable('takeover').set({ mode }).where('id', '=', id).execute();
    const target = `${row.name} (${mode}) on ${row.collectionName} ${id}`;
    await audit(context, transaction, { actor, action: 'takeover.change', target });
    return row;
  });
  await invalidateMembers(context, collectionId);
  return await getTakeover(context.store, id);
}

/** What is under way is taken back by its client; agents that are gone stay gone. @throws HoldfastError `not-found` */
export async function withdrawTakeover(context: SiteContext, actor: string, id: string): Promise<void> {
  const { collectionId } = await context.store.transaction().execute(async (transaction) => {
    const row = await findTakeover(transaction, id);
    if (row.withdrawnAt !== null) return row;
    const withdrawnAt = context.clock.now();
    await transaction.updateTable('takeover').set({ withdrawnAt }).where('id', '=', id).execute();
    const target = `${row.name} on ${row.collectionName} ${id}`;
    await audit(context, transaction, { actor, action: 'takeover.withdraw', target });
    return row;
  });
  await invalidateMembers(context, collectionId);
}
