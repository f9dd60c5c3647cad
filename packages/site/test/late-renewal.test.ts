/** A client whose certificate has expired gets a new one and nothing else, over real TLS: certificates that really are of the past. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { mpPaths } from '@holdfast/contract';
import { revokeClient } from '../src/clients/model.ts';
import { renewalGraceMs } from '../src/http/peer.ts';
import {
  ask,
  assertCode,
  enrolClient,
  type Identity,
  machine,
  startTestSite,
  type TestSite,
} from './support/site.ts';

const dayMs = 86_400_000;
/** A certificate is for 365 days: one from before this has expired today, for OpenSSL too. */
const longAgoMs = 400 * dayMs;

/** A client that enrolled long ago. */
async function enrolledLongAgo(site: TestSite) {
  site.clock.forward(-longAgoMs);
  const client = await enrolClient(site);
  site.clock.forward(longAgoMs);
  return client;
}

describe('a client whose certificate has expired', () => {
  let site: TestSite;
  before(async () => {
    site = await startTestSite();
  });
  after(() => site[Symbol.asyncDispose]());

  async function renew(identity: Identity) {
    const { request, privateKey } = await machine.identities.create('anything');
    const answer = await ask(site, mpPaths.renew, { identity, body: { certificateRequest: request } });
    return { answer, privateKey };
  }

  test('gets a new one as the client that it was, and is heard with that alone', async () => {
    const client = await enrolledLongAgo(site);
    assertCode(await ask(site, mpPaths.policy, { identity: client }), 403, 'certificate.expired');
    const { answer, privateKey } = await renew(client);
    assert.equal(answer.status, 200, answer.text);
    assert.equal(answer.json.clientId, client.id);
    const renewed = { certificate: answer.json.certificate, privateKey };
    assert.equal((await ask(site, mpPaths.policy, { identity: renewed })).status, 200);
    assertCode(await ask(site, mpPaths.policy, { identity: client }), 403, 'certificate.expired');
  });

  test('gets none once it was revoked', async () => {
    const client = await enrolledLongAgo(site);
    await revokeClient(site.running.context, 'test', client.id);
    assertCode((await renew(client)).answer, 403, 'certificate.revoked');
  });

  test('gets none after another year', async () => {
    const client = await enrolledLongAgo(site);
    site.clock.forward(renewalGraceMs);
    assertCode((await renew(client)).answer, 403, 'certificate.expired');
    site.clock.forward(-renewalGraceMs);
  });

  test('gets none where another authority of the same name signed it, for a client that the site knows', async () => {
    const { id } = await enrolClient(site);
    await using other = await startTestSite();
    const { request, privateKey } = await machine.identities.create('anything');
    other.clock.forward(-longAgoMs);
    const { trust } = other.running.context;
    const { certificate } = await trust.issueClient({ certificateRequest: request, clientId: id });
    assertCode((await renew({ certificate, privateKey })).answer, 401, 'certificate.required');
  });
});
