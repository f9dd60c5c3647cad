/** Many clients over the real store and the real orchestrator, without a network: their world survives the site's. */
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import {
  type PayloadType,
  type StatusMessage,
  type StatusName,
  seal,
  sha256,
  statusCode,
} from '@holdfast/contract';
import type { Kysely } from 'kysely';
import { insertClient, updateFacts } from '../../src/clients/enrolled.ts';
import { insertRelease } from '../../src/releases/store.ts';
import { createStatusIngest } from '../../src/status/ingest.ts';
import type { Schema } from '../../src/store/schema.ts';
import { driveUpgrades, noteProved } from '../../src/upgrades/drive.ts';
import { createUpgrade, type UpgradeContext } from '../../src/upgrades/model.ts';
import { versionPart } from '../../src/upgrades/policy.ts';
import { facts, machine } from './site.ts';

/** What becomes of a client with the new version. */
export type Nature = 'healthy' | 'fails' | 'falls-silent';

/** A client with what it would have on its disk: plain data, so that a world can be copied. */
type Client = {
  id: string;
  nature: Nature;
  version: string;
  /** Orders that it has begun with. */
  taken: string[];
  proofs: string[];
  blessed: string[];
  isSilent: boolean;
  seq: number;
  outbox: StatusMessage[];
};
export type World = { now: number; clients: Client[] };

const { privateKey } = generateKeyPairSync('ed25519');
const trust = {
  seal: (payloadType: PayloadType, payload: string) => seal(payloadType, payload, privateKey),
};
const collectionId = '00000000-0000-4000-8000-000000000001';
export const target = '2.0.0';
const rowsPerStatement = 500;

/** Fills an empty store with clients of version 1.0.0 and a release 2.0.0. */
export async function settle(store: Kysely<Schema>, natures: readonly Nature[]): Promise<World> {
  const world: World = { now: 1_800_000_000_000, clients: [] };
  await store.transaction().execute(async (db) => {
    const collection = { name: 'fleet', description: '', query: null, builtIn: 0, createdAt: 1 };
    await db
      .insertInto('collection')
      .values({ id: collectionId, ...collection })
      .execute();
    for (const [index, nature] of natures.entries()) {
      const id = `00000000-0000-4000-9000-${String(index).padStart(12, '0')}`;
      await insertClient(db, {
        id,
        facts: { ...facts, hostName: `host-${index}`, clientVersion: '1.0.0' },
        enrolledAt: 1,
      });
      const client = { id, nature, version: '1.0.0', isSilent: false, seq: 0 };
      world.clients.push({ ...client, taken: [], proofs: [], blessed: [], outbox: [] });
    }
    for (let start = 0; start < natures.length; start += rowsPerStatement) {
      const ids = world.clients.slice(start, start + rowsPerStatement).map(({ id }) => id);
      const members = ids.map((clientId) => ({ collectionId, clientId }));
      await db.insertInto('collectionMember').values(members).execute();
    }
    const file = { size: 1, sha256: sha256('archive') };
    await db
      .insertInto('content')
      .values({ ...file, createdAt: 1 })
      .execute();
    const place = { platform: 'linux', architecture: 'x64', ...file } as const;
    const release = {
      version: target,
      floor: '1.0.0',
      releasedAt: 1,
      packages: [{ kind: 'tar.gz' as const, name: 'package', ...place }],
      archives: [{ name: 'archive', needs: { launcher: 1, node: 22 }, ...place }],
    };
    const envelope = seal('holdfast/client-release', JSON.stringify(release), privateKey);
    await insertRelease(db, release, { envelope, addedAt: 1 });
  });
  return world;
}

/** A site over a store, and the clients of a world beside it. */
export function fleetSite(store: Kysely<Schema>, world: World) {
  let touched = new Set(world.clients.map(({ id }) => id));
  const byId = new Map(world.clients.map((client) => [client.id, client]));
  const context: UpgradeContext = {
    store,
    entropy: machine.entropy,
    clock: { now: () => world.now, monotonic: () => world.now, sleep: async () => {} },
    content: { add: async () => ({ sha256: sha256(''), size: 0, known: true }) },
    live: { publish: () => {} },
    policy: {
      invalidate(ids) {
        for (const id of ids === 'all' ? byId.keys() : ids) touched.add(id);
      },
    },
  };
  const ingest = createStatusIngest(context);

  function say(client: Client, name: StatusName, details: StatusMessage['details'], deploymentId?: string) {
    client.seq += 1;
    const about = deploymentId === undefined ? {} : { deploymentId };
    const base = { seq: client.seq, at: world.now, severity: 'info' as const };
    client.outbox.push({ ...base, code: statusCode(name), details, ...about });
  }

  /** One check-in: what the client does with what its index says. */
  async function checkIn(client: Client): Promise<void> {
    const { client: said, proof } = await versionPart(store, trust, client.id);
    const { order, blessing } = said ?? {};
    if (!order || client.isSilent) return;
    const details = { upgradeId: order.upgradeId, version: order.version, previous: '1.0.0' };
    if (!client.taken.includes(order.upgradeId)) {
      client.taken.push(order.upgradeId);
      client.isSilent = client.nature === 'falls-silent';
      if (client.isSilent) return;
      say(client, 'version-on-trial', details);
      if (client.nature === 'fails') {
        say(client, 'version-reverted', { ...details, starts: 3, cause: 'died', reason: 'it ended' });
        return;
      }
      client.version = order.version;
      await store.transaction().execute(async (db) => {
        await updateFacts(db, client.id, { ...facts, hostName: 'host', clientVersion: client.version });
        context.policy.invalidate(await noteProved(db, { clientId: client.id }, world.now));
      });
    }
    for (const { deploymentId } of proof) {
      if (client.proofs.includes(deploymentId)) continue;
      client.proofs.push(deploymentId);
      say(client, 'software-verified', {}, deploymentId);
    }
    if (!blessing || client.blessed.includes(order.upgradeId)) return;
    client.blessed.push(order.upgradeId);
    say(client, 'version-blessed', details);
  }

  return {
    context,
    order: (change: { dryRun?: boolean } = {}) =>
      createUpgrade(
        context,
        'test',
        { action: 'upgrade', version: target, collectionId, settleSeconds: 0, spreadSeconds: 0 },
        { dryRun: change.dryRun ?? false },
      ),
    /** Those whose policy may have changed check in; all that can speak were seen. */
    async checkIns(): Promise<void> {
      const due = [...touched];
      touched = new Set();
      await store.updateTable('client').set({ lastSeenAt: world.now }).where('id', 'in', loud(due)).execute();
      for (const id of due) await checkIn(byId.get(id) as Client);
      world.now += 60_000;
    },
    /** Outboxes go to the site; `committed` runs when it has them, and before the clients know. */
    async deliver(committed: () => Promise<void> = async () => {}): Promise<void> {
      const senders = world.clients.filter(({ outbox }) => outbox.length > 0);
      for (let start = 0; start < senders.length; start += 64) {
        const group = senders.slice(start, start + 64);
        const answers = await Promise.all(
          group.map(({ id, outbox }) =>
            ingest.add({ clientId: id, stream: id, oldest: outbox[0]?.seq ?? 1, messages: outbox }),
          ),
        );
        await committed();
        for (const [index, client] of group.entries()) {
          assert.equal(answers[index]?.acknowledged, client.seq);
          client.outbox = [];
        }
      }
    },
    drive: () => driveUpgrades(context),
  };

  /** SQLite takes so many parameters. */
  function loud(ids: readonly string[]): string[] {
    return ids.filter((id) => !byId.get(id)?.isSilent);
  }
}
export type FleetSite = ReturnType<typeof fleetSite>;

/** Clients that were ever led to the version. */
export const tookOrder = (world: World): number =>
  world.clients.filter(({ taken }) => taken.length > 0).length;
