/** The audit: who changed what. Written in the transaction of the change, so that neither is ever without the other. */
import type { Kysely } from 'kysely';
import type { SiteContext } from '../context.ts';
import type { Schema } from '../store/schema.ts';
import { insertAudit } from './store.ts';

/** Verb and object, as lists and searches show them. */
export type AuditAction =
  | 'administrator.create'
  | 'api-key.create'
  | 'api-key.delete'
  | 'client.os-changed'
  | 'client.repair'
  | 'client.revoke'
  | 'client.succeed'
  | 'client.succeed-refused'
  | 'collection.create'
  | 'collection.change'
  | 'collection.delete'
  | 'collection.member-add'
  | 'collection.member-remove'
  | 'deployment.create'
  | 'deployment.withdraw'
  | 'package.create'
  | 'package.delete'
  | 'program.create'
  | 'release.add'
  | 'release.delete'
  | 'release.trust'
  | 'takeover.change'
  | 'takeover.create'
  | 'takeover.withdraw'
  | 'token.create'
  | 'token.revoke'
  | 'upgrade.create'
  | 'upgrade.pause'
  | 'upgrade.resume'
  | 'upgrade.stop'
  | 'upgrade.withdraw'
  | 'wires.oldest';

/**
 * @param transaction the one that makes the change
 * @param target name and id of the object, for people
 */
export async function audit(
  context: Pick<SiteContext, 'clock'>,
  transaction: Kysely<Schema>,
  entry: { actor: string; action: AuditAction; target: string },
): Promise<void> {
  await insertAudit(transaction, { at: context.clock.now(), ...entry });
}
