/** Enrolment over real TLS: tokens in every state, requests of every kind, repeated and racing ones. */
import assert from 'node:assert/strict';
import { generateKeyPairSync, webcrypto, X509Certificate } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import '../src/trust/reflect.ts';
import { createPublicKey } from 'node:crypto';
import { formatToken, mpPaths, parseToken, sha256, unseal } from '@holdfast/contract';
import { Pkcs10CertificateRequestGenerator } from '@peculiar/x509';
import { revokeClient } from '../src/clients/model.ts';
import { revokeToken } from '../src/tokens/model.ts';
import {
  ask,
  assertCode,
  enrolClient,
  facts,
  machine,
  startTestSite,
  type TestSite,
  tokenFor,
} from './support/site.ts';

describe('enrolment', () => {
  let site: TestSite;
  before(async () => {
    site = await startTestSite();
  });
  after(() => site[Symbol.asyncDispose]());

  const newRequest = async () => (await machine.identities.create('client')).request;
  const enrol = (token: string, certificateRequest: string) =>
    ask(site, mpPaths.enrol, { body: { token, certificateRequest, facts } });
  const usesOf = async (id: string) => {
    const { store } = site.running.context;
    return (await store.selectFrom('token').select('uses').where('id', '=', id).executeTakeFirstOrThrow())
      .uses;
  };

  test('the trust document is signed by the key that the token names', async () => {
    const { token } = await tokenFor(site);
    const { json } = await ask(site, mpPaths.trust);
    const key = createPublicKey(json.policyKey);
    assert.equal(sha256(key.export({ type: 'spki', format: 'der' })), parseToken(token).policyKey);
    const trust = JSON.parse(unseal('holdfast/site-trust', json.trust, key));
    assert.deepEqual(trust.authorities, site.running.context.trust.authorities);
  });

  test('a client gets a certificate for a year that names it and nothing that its request said', async () => {
    const client = await enrolClient(site);
    const certificate = new X509Certificate(client.certificate);
    assert.equal(certificate.subject, `CN=${client.id}`);
    assert.deepEqual(certificate.keyUsage, ['1.3.6.1.5.5.7.3.2']);
    assert.equal(certificate.ca, false);
    const life = Date.parse(certificate.validTo) - site.clock.now();
    assert.ok(Math.abs(life - 365 * 86_400_000) < 60_000);
  });

  test('a token that is no token, and one that the site does not know, are refused', async () => {
    const request = await newRequest();
    assertCode(await enrol('HF1.nonsense', request), 400, 'token.malformed');
    const { token } = await tokenFor(site);
    const wrong = formatToken({ ...parseToken(token), secret: 'A'.repeat(43) });
    assertCode(await enrol(wrong, request), 403, 'token.unknown');
  });

  test('revoked goes before expired, and expired before used', async () => {
    const { id, token } = await tokenFor(site, { lifetimeSeconds: 60 });
    assert.equal((await enrol(token, await newRequest())).status, 200);
    assertCode(await enrol(token, await newRequest()), 403, 'token.used');
    site.clock.forward(61_000);
    assertCode(await enrol(token, await newRequest()), 403, 'token.expired');
    await revokeToken(site.running.context, 'test', id);
    assertCode(await enrol(token, await newRequest()), 403, 'token.revoked');
  });

  test('the same key again is the same client with a new certificate, and no further use', async () => {
    const { id, token } = await tokenFor(site);
    const request = await newRequest();
    const [first, again] = [await enrol(token, request), await enrol(token, request)];
    assert.equal(again.status, 200, again.text);
    assert.equal(first.json.clientId, again.json.clientId);
    assert.notEqual(first.json.certificate, again.json.certificate);
    assert.equal(await usesOf(id), 1);
    await revokeClient(site.running.context, 'test', first.json.clientId);
    assertCode(await enrol(token, request), 403, 'certificate.revoked');
  });

  test('ten requests at once with a token for three uses make exactly three clients', async () => {
    const { id, token } = await tokenFor(site, { maxUses: 3 });
    const requests = await Promise.all(Array.from({ length: 10 }, newRequest));
    const answers = await Promise.all(requests.map((request) => enrol(token, request)));
    assert.equal(answers.filter((answer) => answer.status === 200).length, 3);
    for (const answer of answers) if (answer.status !== 200) assertCode(answer, 403, 'token.used');
    assert.equal(await usesOf(id), 3);
  });

  test('five requests at once with one key make one client and one use', async () => {
    const { id, token } = await tokenFor(site, { maxUses: null });
    const request = await newRequest();
    const answers = await Promise.all(Array.from({ length: 5 }, () => enrol(token, request)));
    for (const answer of answers) assert.equal(answer.status, 200, answer.text);
    assert.equal(new Set(answers.map((answer) => answer.json.clientId)).size, 1);
    assert.equal(await usesOf(id), 1);
  });

  test('a token without a limit enrols as many as like', async () => {
    const { id, token } = await tokenFor(site, { maxUses: null });
    for (let count = 0; count < 4; count += 1)
      assert.equal((await enrol(token, await newRequest())).status, 200);
    assert.equal(await usesOf(id), 4);
  });

  test('requests for other keys, with a wrong signature, or that are none, are refused and use nothing', async () => {
    const { id, token } = await tokenFor(site);
    const p384 = { name: 'ECDSA', namedCurve: 'P-384', hash: 'SHA-384' };
    const rsa = {
      name: 'RSASSA-PKCS1-v1_5',
      modulusLength: 2048,
      publicExponent: new Uint8Array([1, 0, 1]),
      hash: 'SHA-256',
    };
    const requestFor = async (algorithm: typeof p384 | typeof rsa) => {
      const keys = (await webcrypto.subtle.generateKey(algorithm, true, [
        'sign',
        'verify',
      ])) as webcrypto.CryptoKeyPair;
      return (await Pkcs10CertificateRequestGenerator.create({ keys, signingAlgorithm: algorithm })).toString(
        'pem',
      );
    };
    const good = await newRequest();
    const der = Buffer.from(good.replace(/-----[^-]+-----/g, ''), 'base64');
    der[der.length - 5] = (der[der.length - 5] ?? 0) ^ 1;
    const forged = `-----BEGIN CERTIFICATE REQUEST-----\n${der.toString('base64')}\n-----END CERTIFICATE REQUEST-----`;
    const key = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({
      type: 'spki',
      format: 'pem',
    });
    const bad = [
      await requestFor(p384),
      await requestFor(rsa),
      forged,
      String(key),
      'nothing',
      good.slice(0, 200),
    ];
    for (const request of bad) assertCode(await enrol(token, request), 400, 'certificate.request-invalid');
    assert.equal(await usesOf(id), 0);
  });

  test('renewal gives the same client another year, and the old certificate still serves', async () => {
    const client = await enrolClient(site);
    const { request, privateKey } = await machine.identities.create('anything');
    const answer = await ask(site, mpPaths.renew, {
      identity: client,
      body: { certificateRequest: request },
    });
    assert.equal(answer.status, 200, answer.text);
    assert.equal(answer.json.clientId, client.id);
    const renewed = { certificate: answer.json.certificate, privateKey };
    assert.equal((await ask(site, mpPaths.policy, { identity: renewed })).status, 200);
    assert.equal((await ask(site, mpPaths.policy, { identity: client })).status, 200);
    assertCode(
      await ask(site, mpPaths.renew, { body: { certificateRequest: request } }),
      401,
      'certificate.required',
    );
  });

  test('a host name of markup is kept as text and given back as text', async () => {
    const hostName = '<script>alert("x")</script>';
    const client = await enrolClient(site, { hostName });
    const row = await site.running.context.store
      .selectFrom('client')
      .select('hostName')
      .where('id', '=', client.id)
      .executeTakeFirstOrThrow();
    assert.equal(row.hostName, hostName);
  });

  test('an enrolment that fails before its memberships are written leaves neither client nor use behind', async () => {
    const { store } = site.running.context;
    const { id, token } = await tokenFor(site);
    const { request } = await machine.identities.create('client');
    const body = { token, certificateRequest: request, facts };
    const clients = async () => (await store.selectFrom('client').select('id').execute()).length;
    const before = await clients();
    const broken = {
      id: machine.entropy.uuid(),
      name: 'broken',
      description: '',
      query: '{',
      builtIn: 0,
      createdAt: 1,
    };
    await store.insertInto('collection').values(broken).execute();
    assertCode(await ask(site, mpPaths.enrol, { body }), 500, 'internal');
    const uses = async () =>
      (await store.selectFrom('token').select('uses').where('id', '=', id).executeTakeFirst())?.uses;
    assert.deepEqual([await clients(), await uses()], [before, 0]);
    await store.deleteFrom('collection').where('id', '=', broken.id).execute();
    assert.equal((await ask(site, mpPaths.enrol, { body })).status, 200);
    assert.deepEqual([await clients(), await uses()], [before + 1, 1]);
  });

  test('enrolled clients are members of the collection of all clients', async () => {
    const client = await enrolClient(site);
    const rows = await site.running.context.store
      .selectFrom('collectionMember')
      .select('collectionId')
      .where('clientId', '=', client.id)
      .execute();
    assert.equal(rows.length, 1);
  });
});
