/**
 * A known client on another operating system: upgraded in place, or installed anew with its state kept. It stays the same
 * client, and what was known of the system before counts no more until it is heard again (fleetdm/fleet#47259).
 */
import { type ClientFacts, statusCode } from '@holdfast/contract';
import type { Kysely } from 'kysely';
import { audit } from '../audit/model.ts';
import type { SiteContext } from '../context.ts';
import type { NewStatusMessage, Schema } from '../store/schema.ts';
import { factsOf, findClient } from './store.ts';

const changedCode = statusCode('os-changed');

/** Milliseconds between two entries of one client in the audit: one that goes to and fro does not fill it. */
const auditPauseMs = 60 * 60_000;

const nameOf = ({ osName, osVersion }: ClientFacts) =>
  (osName.includes(osVersion) ? osName : `${osName} ${osVersion}`).replaceAll('\u0000', '\ufffd');

/** Before new facts of a client take the place of the old ones, in the same transaction. */
export async function takeSystem(
  context: Pick<SiteContext, 'clock'>,
  transaction: Kysely<Schema>,
  clientId: string,
  facts: ClientFacts,
): Promise<void> {
  const row = await findClient(transaction, clientId);
  const before = row && factsOf(row);
  // A client of the first generation said nothing of its system: there is none that it can have changed from.
  if (!before || before.osEpoch === '' || before.osEpoch === facts.osEpoch) return;
  const now = context.clock.now();
  const [from, to] = [nameOf(before), nameOf(facts)];
  const auditedAt = await auditChange(
    context,
    transaction,
    `${row.hostName} ${clientId} ${from} -> ${to}`,
    clientId,
  );
  const change = {
    at: now,
    auditedAt,
    fromName: from,
    fromEpoch: before.osEpoch,
    toName: to,
    toEpoch: facts.osEpoch,
  };
  await transaction
    .insertInto('clientSystemChange')
    .values({ clientId, ...change })
    .onConflict((conflict) => conflict.column('clientId').doUpdateSet(change))
    .execute();
  // A client that has said so before its facts came has told of its deployments since.
  if (await isTold(transaction, clientId, facts.osEpoch)) return;
  const details = JSON.stringify({ from, to });
  await transaction
    .updateTable('deploymentState')
    .set({ state: 'waiting', code: changedCode, at: now, details })
    .where('clientId', '=', clientId)
    .execute();
}

/** @returns when this client's last change went into the audit */
async function auditChange(
  context: Pick<SiteContext, 'clock'>,
  transaction: Kysely<Schema>,
  target: string,
  clientId: string,
): Promise<number> {
  const last = await transaction
    .selectFrom('clientSystemChange')
    .select('auditedAt')
    .where('clientId', '=', clientId)
    .executeTakeFirst();
  const now = context.clock.now();
  if (last && now - last.auditedAt < auditPauseMs) return last.auditedAt;
  await audit(context, transaction, { actor: 'site', action: 'client.os-changed', target });
  return now;
}

/** Whether the last change that the client itself told of led to this system. */
async function isTold(db: Kysely<Schema>, clientId: string, epoch: string): Promise<boolean> {
  const told = await db
    .selectFrom('statusMessage')
    .select('details')
    .where('clientId', '=', clientId)
    .where('code', '=', changedCode)
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
  if (!told) return false;
  const details = JSON.parse(told.details) as Record<string, unknown>;
  return details.toEpoch === epoch;
}

/**
 * The client's own word of a change, in the order of its messages: what it told of its deployments before is of the old
 * system, also where it comes late.
 * @param messages new ones, their states stored already
 */
export async function dropStatesBefore(
  db: Kysely<Schema>,
  messages: readonly NewStatusMessage[],
): Promise<void> {
  for (const { clientId, stream, seq, code, at, details } of messages) {
    if (code !== changedCode) continue;
    await db
      .updateTable('deploymentState')
      .set({ state: 'waiting', code, at, details, stream, seq })
      .where('clientId', '=', clientId)
      .where((eb) => eb.or([eb('stream', 'is distinct from', stream), eb('seq', '<', seq)]))
      .execute();
  }
}
