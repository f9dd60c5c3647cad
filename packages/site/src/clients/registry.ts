/** Clients as the management point needs them at every request, in memory: known, revoked, their policy, last seen. */
import { currentWire, type Wire } from '@holdfast/contract';
import type { Clock } from '@holdfast/ports';
import type { Kysely } from 'kysely';
import type { Schema } from '../store/schema.ts';
import { stampSeen } from './enrolled.ts';

export type RegisteredClient = {
  readonly id: string;
  revoked: boolean;
  /** Entity tag of the policy index last signed for it; undefined = it must be built at the next check-in. */
  policyTag: string | undefined;
  /** Milliseconds since 1970, cut to the second: one statement then stamps all clients of a second. */
  lastSeenAt: number | null;
  /** The one that it spoke last. */
  wire: Wire;
};

export type ClientRegistry = {
  get(id: string): RegisteredClient | undefined;
  /** Stamps a check-in; written to the store in batches. */
  seen(client: RegisteredClient, wire: Wire): void;
  /** Adds a client that was just enrolled, or takes up a change of its row. */
  set(client: { id: string; revoked: boolean; lastSeenAt: number | null; wire?: Wire }): void;
  /** Writes the stamps that are not stored yet. */
  flush(): Promise<void>;
  /** All clients: for what concerns every one of them. */
  all(): Iterable<RegisteredClient>;
};

/** Reads all clients once; from then on the registry is told of every change. */
export async function loadRegistry(store: Kysely<Schema>, clock: Clock): Promise<ClientRegistry> {
  const clients = new Map<string, RegisteredClient>();
  let unstored = new Set<RegisteredClient>();
  const rows = await store.selectFrom('client').select(['id', 'revokedAt', 'lastSeenAt', 'wire']).execute();
  for (const { id, revokedAt, lastSeenAt, wire } of rows) {
    const seen = { lastSeenAt, wire: wire as Wire };
    clients.set(id, { id, revoked: revokedAt !== null, policyTag: undefined, ...seen });
  }
  return {
    get: (id) => clients.get(id),
    all: () => clients.values(),
    seen(client, wire) {
      // What was said on another wire may not be what is said on this one.
      if (client.wire !== wire) client.policyTag = undefined;
      client.wire = wire;
      client.lastSeenAt = Math.floor(clock.now() / 1000) * 1000;
      unstored.add(client);
    },
    set({ id, revoked, lastSeenAt, wire = currentWire }) {
      const known = clients.get(id);
      if (known) Object.assign(known, { revoked, lastSeenAt });
      else clients.set(id, { id, revoked, policyTag: undefined, lastSeenAt, wire });
    },
    async flush() {
      if (unstored.size === 0) return;
      const taken = unstored;
      unstored = new Set();
      try {
        await stampSeen(store, taken);
      } catch (thrown) {
        for (const client of taken) unstored.add(client);
        throw thrown;
      }
    },
  };
}
