/** Machines that speak the wires of older generations, for tests. */
import assert from 'node:assert/strict';
import { createHash, randomUUID } from 'node:crypto';
import {
  type ClientDetail,
  type ClientFactsV1,
  type DeploymentDetail,
  EnrolResponseV1,
  mpPaths,
  mpPathsV1,
  type PackageDetail,
  type PolicyIndex,
  PolicyV1,
  type Program,
  statusCode,
} from '@holdfast/contract';
import { Compile } from 'typebox/compile';
import type { ConsoleSite } from './console-site.ts';
import { type Answer, ask, facts, machine, type TestClient, type TestSite, tokenFor } from './site.ts';
import { allClients } from './upgrades.ts';

const { bootId: _boot, osEpoch: _epoch, ...oldFacts } = facts;
export const factsV1: ClientFactsV1 = { ...oldFacts, clientVersion: '1.0' };

const enrolledCheck = Compile(EnrolResponseV1);
const policyCheck = Compile(PolicyV1);

export const enrolmentV1 = (token: string, requestId = randomUUID(), hostName = factsV1.hostName) => ({
  token,
  requestId,
  facts: { ...factsV1, hostName },
});

/** A client of the first generation, with the id and the secret that it was given. */
export function firstGeneration(site: TestSite, id: string, secret: string) {
  const stream = randomUUID();
  let seq = 0;
  const headers = { authorization: `Bearer ${secret}` };
  return {
    id,
    secret,
    headers,
    checkIn: (tag?: string): Promise<Answer> =>
      ask(site, mpPathsV1.policy, { headers: { ...headers, ...(tag ? { 'if-none-match': tag } : {}) } }),
    async policy(): Promise<PolicyV1> {
      const answer = await this.checkIn();
      assert.equal(answer.status, 200, answer.text);
      assert.ok(policyCheck.Check(answer.json), answer.text);
      return answer.json;
    },
    content: (hash: string): Promise<Answer> => ask(site, `${mpPathsV1.content}/${hash}`, { headers }),
    tell(name: 'program-started' | 'program-succeeded', deploymentId: string): Promise<Answer> {
      seq += 1;
      const details = { package: 'one 1', action: 'install', command: 'x', exitCode: 0 };
      const message = { seq, at: 1, code: statusCode(name), severity: 'info', deploymentId, details };
      return ask(site, mpPathsV1.status, { headers, body: { stream, oldest: 1, messages: [message] } });
    },
  };
}
export type FirstGeneration = ReturnType<typeof firstGeneration>;

export async function enrolV1(site: TestSite, hostName?: string): Promise<FirstGeneration> {
  const { token } = await tokenFor(site);
  const answer = await ask(site, mpPathsV1.enrol, { body: enrolmentV1(token, undefined, hostName) });
  assert.equal(answer.status, 200, answer.text);
  assert.ok(enrolledCheck.Check(answer.json), answer.text);
  return firstGeneration(site, answer.json.clientId, answer.json.secret);
}

/** A program of a package with one file, for all clients. */
export async function deployToAll(
  site: ConsoleSite,
  name: string,
  change: { readonly platform?: 'linux' | 'windows'; readonly purpose?: 'required' | 'available' } = {},
): Promise<{ readonly deploymentId: string; readonly sha256: string }> {
  const bytes = Buffer.from(name);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  await site.context.content.add(
    (async function* () {
      yield bytes;
    })(),
  );
  const files = [{ path: 'setup.sh', size: bytes.length, sha256 }];
  const software = await site.call<PackageDetail>('POST', '/packages', { name, version: '1', files });
  const program = await site.call<Program>('POST', `/packages/${software.body.id}/programs`, {
    name: 'install',
    platform: change.platform ?? 'linux',
    install: `sh {content}/setup.sh ${name}`,
    detection: [{ kind: 'file', path: '/a' }],
    exitCodes: [],
    maxRunMinutes: 5,
  });
  assert.equal(program.status, 201, program.text);
  const deployed = await site.call<DeploymentDetail>('POST', '/deployments', {
    programId: program.body.id,
    collectionId: await allClients(site),
    purpose: change.purpose ?? 'required',
  });
  assert.equal(deployed.status, 201, deployed.text);
  return { deploymentId: deployed.body.id, sha256 };
}

export const detailOf = async (site: ConsoleSite, id: string): Promise<ClientDetail> =>
  (await site.call<ClientDetail>('GET', `/clients/${id}`)).body;

/** The policy index that a client gets at this path. */
export async function indexOn(site: ConsoleSite, path: string, identity: TestClient): Promise<PolicyIndex> {
  const answer = await ask(site.site, path, { identity });
  assert.equal(answer.status, 200, answer.text);
  return JSON.parse(answer.json.payload) as PolicyIndex;
}

/** Today's client on the machine of an older one; with a key that it has already, or a new one. */
export async function successor(
  site: ConsoleSite,
  former: { readonly id: string; readonly secret: string },
  key?: TestClient,
): Promise<{ readonly answer: Answer; readonly identity: TestClient }> {
  const { token } = await tokenFor(site.site);
  const made = key ?? (await machine.identities.create('client'));
  const succeeds = { clientId: former.id, secret: former.secret };
  const body = { token, certificateRequest: made.request, facts, succeeds };
  const answer = await ask(site.site, mpPaths.enrol, { body });
  return { answer, identity: { ...made, id: former.id, certificate: answer.json?.certificate } };
}
