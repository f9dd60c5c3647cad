/** The wires that a site answers: all of them, until an administrator ends the old ones. */
import {
  currentWire,
  HoldfastError,
  type SiteWires,
  type SiteWiresChange,
  type Wire,
} from '@holdfast/contract';
import type { Kysely } from 'kysely';
import { audit } from '../audit/model.ts';
import { countWires } from '../clients/store.ts';
import type { SiteContext } from '../context.ts';
import type { Schema } from '../store/schema.ts';
import { putSetting } from '../store/settings.ts';
import { oldestSetting, type WireGate } from './gate.ts';

export async function siteWires(db: Kysely<Schema>, gate: WireGate): Promise<SiteWires> {
  return { oldest: gate.oldest(), wires: await countWires(db) };
}

/** Clients that would be heard of no more. @throws HoldfastError `conflict` */
async function refuseCutOff(db: Kysely<Schema>, oldest: Wire): Promise<void> {
  const counts = await countWires(db);
  const cutOff = counts.reduce((sum, { wire, clients }) => sum + (wire < oldest ? clients : 0), 0);
  if (cutOff === 0) return;
  const happened =
    cutOff === 1
      ? `1 client spoke a wire below ${oldest} last: nothing would reach it any more.`
      : `${cutOff} clients spoke a wire below ${oldest} last: nothing would reach them any more.`;
  throw new HoldfastError('conflict', happened, { details: { clients: cutOff } });
}

/**
 * From the next request on, older wires are refused, or answered again.
 * @throws HoldfastError `conflict` where it would cut clients off and nobody said that it may
 */
export async function changeOldestWire(
  context: Pick<SiteContext, 'clients' | 'clock' | 'live' | 'store' | 'wires'>,
  actor: string,
  { oldest, cutOff }: SiteWiresChange,
): Promise<SiteWires> {
  // Who spoke a moment ago counts too.
  await context.clients.flush();
  await context.store.transaction().execute(async (transaction) => {
    if (cutOff !== true) await refuseCutOff(transaction, oldest);
    await putSetting(transaction, oldestSetting, String(oldest));
    const target = oldest === currentWire ? `${oldest} only` : `${oldest} and newer`;
    await audit(context, transaction, { actor, action: 'wires.oldest', target });
  });
  context.wires.set(oldest);
  return await siteWires(context.store, context.wires);
}
