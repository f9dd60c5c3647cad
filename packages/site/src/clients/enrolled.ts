/** Rows of clients as the management point writes them: enrolled, seen, and with new facts. */
import { type ClientFacts, currentWire, type Wire } from '@holdfast/contract';
import type { Kysely } from 'kysely';
import type { Schema } from '../store/schema.ts';

/** Ids in one statement: well below the parameters that either database takes. */
const chunkSize = 1_000;

/** Facts that have columns of their own. PostgreSQL refuses NUL in text, so it is made visible. */
function factColumns(facts: ClientFacts) {
  const text = (value: string) => value.replaceAll('\u0000', '\ufffd');
  return {
    hostName: text(facts.hostName),
    platform: facts.platform,
    osName: text(facts.osName),
    osVersion: text(facts.osVersion),
    architecture: text(facts.architecture),
    clientVersion: text(facts.clientVersion),
    facts: JSON.stringify(facts),
  };
}

export async function insertClient(
  db: Kysely<Schema>,
  client: { id: string; facts: ClientFacts; enrolledAt: number; wire?: Wire },
): Promise<void> {
  await db
    .insertInto('client')
    .values({
      id: client.id,
      ...factColumns(client.facts),
      enrolledAt: client.enrolledAt,
      lastSeenAt: null,
      wire: client.wire ?? currentWire,
      revokedAt: null,
      policySerial: 0,
    })
    .execute();
}

export async function updateFacts(db: Kysely<Schema>, clientId: string, facts: ClientFacts): Promise<void> {
  await db.updateTable('client').set(factColumns(facts)).where('id', '=', clientId).execute();
}

export async function insertCertificate(
  db: Kysely<Schema>,
  certificate: Schema['certificate'],
): Promise<void> {
  await db.insertInto('certificate').values(certificate).execute();
}

/** Stores when clients were last seen, and on which wire: one statement for those of the same second. */
export async function stampSeen(
  db: Kysely<Schema>,
  clients: Iterable<{ readonly id: string; readonly lastSeenAt: number | null; readonly wire: Wire }>,
): Promise<void> {
  const groups = Map.groupBy(clients, ({ lastSeenAt, wire }) => `${lastSeenAt} ${wire}`);
  await db.transaction().execute(async (transaction) => {
    for (const group of groups.values()) {
      const { lastSeenAt = null, wire = currentWire } = group[0] ?? {};
      for (let start = 0; start < group.length; start += chunkSize) {
        const ids = group.slice(start, start + chunkSize).map((client) => client.id);
        await transaction.updateTable('client').set({ lastSeenAt, wire }).where('id', 'in', ids).execute();
      }
    }
  });
}
