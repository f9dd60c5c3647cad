/** What administrators see of clients and do to them. */
import { HoldfastError } from '@holdfast/contract';
import { audit } from '../audit/model.ts';
import type { SiteContext } from '../context.ts';
import { findClient, markClientRevoked } from './store.ts';

/** From the next request on, no certificate of this client is accepted. @throws HoldfastError `not-found` */
export async function revokeClient(context: SiteContext, actor: string, id: string): Promise<void> {
  const client = await context.store.transaction().execute(async (transaction) => {
    const row = await findClient(transaction, id);
    if (!row) throw new HoldfastError('not-found', `There is no client ${id}.`);
    if (row.revokedAt !== null) return row;
    await markClientRevoked(transaction, id, context.clock.now());
    await audit(context, transaction, { actor, action: 'client.revoke', target: `${row.hostName} ${id}` });
    return row;
  });
  const known = context.clients.get(id);
  context.clients.set({ id, revoked: true, lastSeenAt: known?.lastSeenAt ?? client.lastSeenAt });
  context.live.publish({ kind: 'client', id });
}
