/** Policy: which assignments a client has, as a signed index whose serial only rises. */
import {
  currentWire,
  HoldfastError,
  type PolicyIndex,
  type Sha256,
  type SiteCode,
  sha256,
  type Wire,
} from '@holdfast/contract';
import type { Clock } from '@holdfast/ports';
import type { Kysely } from 'kysely';
import type { ClientRegistry } from '../clients/registry.ts';
import type { Schema } from '../store/schema.ts';
import { type TakeoverPart, takeoverPart } from '../takeovers/policy.ts';
import type { SiteTrustStore } from '../trust/trust.ts';
import { proofBody, type VersionPart, versionPart } from '../upgrades/policy.ts';
import { firstGenerationPolicy } from './first-generation.ts';
import { assignmentBody, assignmentsOf, findSignedPolicy, saveSignedPolicy } from './store.ts';

export type PolicyService = {
  /**
   * The index of a client as it is sent on this wire, and its entity tag: sealed (an Envelope in JSON), and signed anew only
   * if it changed; on wire 1 a PolicyV1.
   */
  index(clientId: string, wire: Wire): Promise<{ tag: string; body: string }>;
  /** The text of an assignment, if it is in the client's own policy. @throws HoldfastError `not-found` */
  assignment(clientId: string, hash: Sha256): Promise<string>;
  /** The policy of these clients (or of all) may have changed: it is looked at again at their next check-in. */
  invalidate(clientIds: readonly string[] | 'all'): void;
};

type Index = { tag: string; body: string };

/** Characters of sealed indexes that are kept; the tag of every client is kept, its body is made again when asked for. */
const keptCharacters = 32 * 1024 * 1024;
/** Times that an index is built anew because policy changed meanwhile; the last one is sent, but not kept as current. */
const buildAttempts = 3;

/** The bodies that were asked for last, as many as fit. */
function recentBodies() {
  const bodies = new Map<string, Index>();
  let characters = 0;
  const drop = (clientId: string) => {
    characters -= bodies.get(clientId)?.body.length ?? 0;
    bodies.delete(clientId);
  };
  return {
    get: (clientId: string) => bodies.get(clientId),
    set(clientId: string, index: Index): void {
      drop(clientId);
      bodies.set(clientId, index);
      characters += index.body.length;
      for (const oldest of bodies.keys()) {
        if (characters <= keptCharacters) break;
        drop(oldest);
      }
    },
  };
}

export function createPolicy(site: {
  readonly siteCode: SiteCode;
  /** Seconds between check-ins. */
  readonly pollSeconds: number;
  readonly clock: Clock;
  readonly store: Kysely<Schema>;
  readonly trust: SiteTrustStore;
  readonly clients: ClientRegistry;
}): PolicyService {
  const { clients, store } = site;
  const bodies = recentBodies();
  /** Clients whose index is being built; true once their policy changed meanwhile. */
  const building = new Map<string, { outdated: boolean; wire: Wire; index: Promise<Index> }>();

  /** The text that is signed: the same fields in the same order give the same text, and so the same signature. */
  function payloadOf(
    clientId: string,
    says: { assignments: PolicyIndex['assignments'] } & VersionPart & TakeoverPart,
    serial: number,
    issuedAt: number,
  ) {
    const { assignments, proof, client, takeovers } = says;
    const index: PolicyIndex = {
      siteCode: site.siteCode,
      clientId,
      serial,
      issuedAt,
      pollSeconds: site.pollSeconds,
      assignments: [...assignments, ...proof].map(({ deploymentId, hash }) => ({ deploymentId, hash })),
      ...(client === undefined ? {} : { client }),
      ...(takeovers === undefined ? {} : { takeovers }),
    };
    return JSON.stringify(index);
  }

  /** What only clients of today's wire understand. */
  const todaysPart = async (clientId: string): Promise<VersionPart & TakeoverPart> => ({
    ...(await versionPart(store, site.trust, clientId)),
    ...(await takeoverPart(store, clientId)),
  });

  /** The index that was signed last if it still says the same; else the next one, its serial stored before it is sent. */
  async function sign(clientId: string, wire: Wire): Promise<Index> {
    const signed = await findSignedPolicy(store, clientId);
    if (!signed) throw new HoldfastError('not-found', `There is no client ${clientId}.`);
    const says = {
      assignments: await assignmentsOf(store, clientId),
      ...(wire === currentWire ? await todaysPart(clientId) : { proof: [] }),
    };
    let payload = payloadOf(clientId, says, signed.policySerial, signed.policyIssuedAt ?? 0);
    let tag = sha256(payload);
    if (tag !== signed.policyTag) {
      const policySerial = signed.policySerial + 1;
      const policyIssuedAt = site.clock.now();
      payload = payloadOf(clientId, says, policySerial, policyIssuedAt);
      tag = sha256(payload);
      await saveSignedPolicy(store, clientId, { policySerial, policyIssuedAt, policyTag: tag });
    }
    return { tag, body: JSON.stringify(site.trust.seal('holdfast/policy-index', payload)) };
  }

  async function plain(clientId: string): Promise<Index> {
    const body = JSON.stringify(await firstGenerationPolicy(site, clientId));
    return { tag: sha256(body), body };
  }

  async function build(clientId: string, wire: Wire): Promise<Index> {
    for (let attempt = 1; ; attempt += 1) {
      const index = await (wire === 1 ? plain(clientId) : sign(clientId, wire));
      const state = building.get(clientId);
      if (!state?.outdated) {
        bodies.set(clientId, index);
        const client = clients.get(clientId);
        // A client that speaks another wire by now has another index.
        if (client?.wire === wire) client.policyTag = index.tag;
        return index;
      }
      if (attempt === buildAttempts) return index;
      state.outdated = false;
    }
  }

  function indexOf(clientId: string, wire: Wire): Promise<Index> {
    const client = clients.get(clientId);
    const kept = bodies.get(clientId);
    if (kept && client?.wire === wire && kept.tag === client.policyTag) return Promise.resolve(kept);
    const running = building.get(clientId);
    if (running?.wire === wire) return running.index;
    // Two that sign at once would give one serial to two indexes: the other wire's is waited for.
    if (running) return running.index.catch(() => undefined).then(() => indexOf(clientId, wire));
    const state = { outdated: false, wire, index: Promise.resolve().then(() => build(clientId, wire)) };
    building.set(clientId, state);
    const done = () => building.delete(clientId);
    state.index.then(done, done);
    return state.index;
  }

  return {
    index: indexOf,
    async assignment(clientId, hash) {
      const body = (await assignmentBody(store, clientId, hash)) ?? (await proofBody(store, clientId, hash));
      if (body === undefined) throw new HoldfastError('not-found', 'The client has no such assignment.');
      return body;
    },
    invalidate(clientIds) {
      for (const id of clientIds === 'all' ? building.keys() : clientIds) {
        const state = building.get(id);
        if (state) state.outdated = true;
      }
      if (clientIds === 'all') {
        for (const client of clients.all()) client.policyTag = undefined;
        return;
      }
      for (const id of clientIds) {
        const client = clients.get(id);
        if (client) client.policyTag = undefined;
      }
    },
  };
}
