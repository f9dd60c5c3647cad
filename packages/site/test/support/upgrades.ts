/** A site with releases that have archives, and clients that take its orders as real ones would, or go wrong in a named way. */
import assert from 'node:assert/strict';
import { createHash, createPublicKey, randomUUID } from 'node:crypto';
import {
  Assignment,
  type ClientFacts,
  type ClientRelease,
  type ClientUpgradeDetail,
  type CollectionSummary,
  mpPaths,
  type Page,
  PolicyIndex,
  type StatusName,
  statusCode,
  unseal,
  type VersionArchive,
} from '@holdfast/contract';
import { Compile } from 'typebox/compile';
import type { ConsoleSite } from './console-site.ts';
import { releaseKey, signed, uploaded } from './releases.ts';
import { ask, facts, type TestClient } from './site.ts';

const key = releaseKey();
const indexCheck = Compile(PolicyIndex);
const assignmentCheck = Compile(Assignment);

export type Places = readonly (readonly ['linux' | 'windows', 'x64' | 'arm64'])[];

/** Adds a release with a small stand-in for each archive. */
export async function addRelease(
  site: ConsoleSite,
  version: string,
  change: Partial<ClientRelease> & { readonly places?: Places } = {},
): Promise<VersionArchive[]> {
  const { places = [['linux', 'x64']], ...release } = change;
  const archives: VersionArchive[] = [];
  for (const [platform, architecture] of places) {
    const name = `holdfast-version-${version}-${platform}-${architecture}.tar.gz`;
    const { size, sha256 } = await uploaded(site.context, Buffer.from(name));
    archives.push({ platform, architecture, name, size, sha256, needs: { launcher: 1, node: 22 } });
  }
  const packages = [await uploaded(site.context, Buffer.from(`package ${version}`))];
  const request = signed(key, { version, packages, archives, ...release });
  const answer = await site.call('POST', '/client-releases', { ...request, trust: request.release.keyId });
  assert.equal(answer.status, 201, answer.text);
  return archives;
}

export async function allClients(site: ConsoleSite): Promise<string> {
  const { body } = await site.call<Page<CollectionSummary>>('GET', '/collections');
  return body.items.find((collection) => collection.builtIn)?.id ?? '';
}

export async function order(
  site: ConsoleSite,
  change: Readonly<Record<string, unknown>>,
  query = '',
): Promise<{ status: number; body: ClientUpgradeDetail; text: string }> {
  const collectionId = await allClients(site);
  const body = { action: 'upgrade', collectionId, settleSeconds: 0, ...change };
  return await site.call<ClientUpgradeDetail>('POST', `/client-upgrades${query}`, body);
}

/** A client over mutual TLS that speaks for a version. */
export function speaking(site: ConsoleSite, identity: TestClient, about: Partial<ClientFacts> = {}) {
  const stream = randomUUID();
  let seq = 0;
  return {
    id: identity.id,
    /** The policy index as it was signed. */
    async index(): Promise<PolicyIndex> {
      const answer = await ask(site.site, mpPaths.policy, { identity });
      assert.equal(answer.status, 200, answer.text);
      const policyKey = createPublicKey(site.context.trust.policyKey);
      const index: unknown = JSON.parse(unseal('holdfast/policy-index', answer.json, policyKey));
      assert.ok(indexCheck.Check(index), JSON.stringify(index));
      return index;
    },
    async say(
      name: StatusName,
      details: Readonly<Record<string, string | number>>,
      deploymentId?: string,
    ): Promise<void> {
      seq += 1;
      const about = deploymentId === undefined ? {} : { deploymentId };
      const message = { seq, at: 1, code: statusCode(name), severity: 'info', details, ...about };
      const body = { clientId: identity.id, stream, oldest: 1, messages: [message] };
      const answer = await ask(site.site, mpPaths.status, { identity, body });
      assert.equal(answer.status, 200, answer.text);
    },
    async becomes(clientVersion: string): Promise<void> {
      const body = { ...facts, ...about, clientVersion };
      const answer = await ask(site.site, mpPaths.facts, { identity, body });
      assert.equal(answer.status, 204, answer.text);
    },
    async assignment(hash: string): Promise<Assignment> {
      const answer = await ask(site.site, `${mpPaths.assignments}/${hash}`, { identity });
      assert.equal(createHash('sha256').update(answer.bytes).digest('hex'), hash);
      assert.ok(assignmentCheck.Check(answer.json), answer.text);
      return answer.json;
    },
    async content(hash: string): Promise<string> {
      const answer = await ask(site.site, `${mpPaths.content}/${hash}`, { identity });
      assert.equal(answer.status, 200);
      return answer.text;
    },
  };
}
export type SpeakingClient = ReturnType<typeof speaking>;
