/** What the policy index of a client says of foreign agents. */
import { mostTakeovers, type PolicyIndex, type TakeoverMode, type TakeoverRule } from '@holdfast/contract';
import type { Kysely } from 'kysely';
import type { Schema } from '../store/schema.ts';
import { meantClients } from './meant.ts';

/** Absent where there is nothing to say: the index is then the very text that it was before. */
export type TakeoverPart = Pick<PolicyIndex, 'takeovers'>;

/** The oldest rules first, as many as a client may have. */
export async function takeoverPart(db: Kysely<Schema>, clientId: string): Promise<TakeoverPart> {
  const rows = await meantClients(db)
    .select(['takeover.id', 'takeover.mode', 'takeover.rule'])
    .where('collectionMember.clientId', '=', clientId)
    .where('takeover.withdrawnAt', 'is', null)
    .orderBy('takeover.createdAt')
    .orderBy('takeover.id')
    .limit(mostTakeovers)
    .execute();
  if (rows.length === 0) return {};
  // As they were checked when they were stored.
  const takeovers = rows.map(({ id, mode, rule }) => ({
    takeoverId: id,
    mode: mode as TakeoverMode,
    rule: JSON.parse(rule) as TakeoverRule,
  }));
  return { takeovers };
}
