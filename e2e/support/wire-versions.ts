/** A client of the wire that takes versions by word alone: what a trial tells its site, step by step. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import {
  type ClientFacts,
  type Envelope,
  mpPaths,
  type PolicyIndex,
  type StatusMessage,
  type StatusName,
  statusCode,
  statusEntry,
} from '@holdfast/contract';
import type { LifeSite } from './life-site.ts';
import { enrolWireClient, someFacts, type WireClient } from './wire-client.ts';

export type VersionedClient = WireClient & {
  readonly hostName: string;
  /** Sends one message about its version, or about a deployment. */
  tell(name: StatusName, details: StatusMessage['details'], deploymentId?: string): Promise<void>;
  /** Its facts name another version from now on. */
  becomes(clientVersion: string): Promise<void>;
  /** What its policy index says now; who signed it is not looked at. */
  index(): Promise<PolicyIndex>;
  /**
   * All that a healthy version does, from its order to its blessing.
   * @param onTrial called once it is on trial
   */
  takes(upgradeId: string, version: string, previous: string, onTrial?: () => Promise<void>): Promise<void>;
};

export async function enrolVersioned(
  { site, token }: Pick<LifeSite, 'site' | 'token'>,
  about: Partial<ClientFacts> & Pick<ClientFacts, 'hostName'>,
): Promise<VersionedClient> {
  const client = await enrolWireClient(site.managementPointUrl, token, about);
  const stream = randomUUID();
  let seq = 0;
  const one: VersionedClient = {
    ...client,
    hostName: about.hostName,
    async tell(name, details, deploymentId) {
      seq += 1;
      const code = statusCode(name);
      const severity = statusEntry(code)?.severity ?? 'info';
      const message: StatusMessage = {
        ...{ seq, at: Date.now(), code, severity, details },
        ...(deploymentId === undefined ? {} : { deploymentId }),
      };
      await client.status({ stream, oldest: 1, messages: [message] });
    },
    async becomes(clientVersion) {
      const { status, body } = await client.post(mpPaths.facts, { ...someFacts, ...about, clientVersion });
      assert.equal(status, 204, body);
    },
    async index() {
      const { status, body } = await client.get(mpPaths.policy);
      assert.equal(status, 200, body);
      return JSON.parse((JSON.parse(body) as Envelope).payload) as PolicyIndex;
    },
    async takes(upgradeId, version, previous, onTrial) {
      const details = { upgradeId, version, previous };
      const before = new Set((await one.index()).assignments.map(({ deploymentId }) => deploymentId));
      await one.tell('version-on-trial', details);
      await onTrial?.();
      await one.becomes(version);
      const proof = (await one.index()).assignments.find(({ deploymentId }) => !before.has(deploymentId));
      assert.ok(proof, 'a version on trial has a deployment that proves it');
      await one.tell('software-verified', { package: 'proof' }, proof.deploymentId);
      assert.ok((await one.index()).client?.blessing, 'the site has blessed it');
      await one.tell('version-blessed', details);
    },
  };
  return one;
}
