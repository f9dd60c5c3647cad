/** Becoming a client, with every way in which a token, a site or a connection can be wrong. */
import assert from 'node:assert/strict';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { HoldfastError, mpPaths } from '@holdfast/contract';
import { enrolled, rig } from './support/rig.ts';

test('a client enrols with a token; its private key lies in a file only its owner can read', async (t) => {
  const { client, site, state } = await rig(t);
  const { clientId } = await client().enrol(`  ${site.token()}\n`);
  assert.equal(client().status().clientId, clientId);
  const [key] = (await readdir(join(state, 'keys'))).filter((name) => name.endsWith('.key'));
  assert.equal((await stat(join(state, 'keys', key ?? ''))).mode & 0o777, 0o600);
});

test('the token is sent only over TLS that was verified against the signed authorities', async (t) => {
  const { client, site } = await rig(t);
  await client().enrol(site.token());
  for (const request of site.requests) {
    const verified = request.tls.authorities !== 'none-yet';
    assert.equal(JSON.stringify(request).includes(site.token()), request.url.endsWith(mpPaths.enrol));
    if (request.url.endsWith(mpPaths.enrol)) assert.ok(verified);
  }
});

for (const code of ['token.expired', 'token.used', 'token.revoked'] as const) {
  test(`a token that is refused as ${code} leaves the client as it was`, async (t) => {
    const { client, site } = await rig(t);
    site.spoilToken(code);
    await assert.rejects(client().enrol(site.token()), { code });
    assert.equal(client().status().clientId, null);
  });
}

test('a wrong token is refused: malformed, unknown, of another key, of another site', async (t) => {
  const { client, site } = await rig(t);
  await assert.rejects(client().enrol('HF1.oops'), { code: 'token.malformed' });
  await assert.rejects(client().enrol(site.token({ secret: 'B'.repeat(43) })), { code: 'token.unknown' });
  await assert.rejects(client().enrol(site.token({ policyKey: 'ab'.repeat(32) })), {
    code: 'site.untrusted',
  });
  await assert.rejects(client().enrol(site.token({ siteCode: 'XYZ' })), { code: 'site.untrusted' });
});

test('a site whose trust is not signed by the key of the token is not believed', async (t) => {
  const { client, site } = await rig(t);
  site.bend((_, path) => {
    if (path !== mpPaths.trust) return undefined;
    const answer = { ...JSON.parse(site.index()), payloadType: 'holdfast/site-trust' };
    const policyKey = site.keys.publicKey.export({ type: 'spki', format: 'pem' }).toString();
    return { status: 200, body: JSON.stringify({ policyKey, trust: answer }) };
  });
  await assert.rejects(client().enrol(site.token()), { code: 'site.untrusted' });
  assert.ok(site.requests.every((request) => request.method === 'GET'));
});

test('an enrolment whose answer was lost is repeated with the same key and gives the same client', async (t) => {
  const world = await rig(t);
  const { site } = world;
  const mend = site.bend((request, path) => {
    if (path !== mpPaths.enrol) return undefined;
    mend();
    // The site has done its part; the answer is lost.
    void site.network.request(request);
    throw new HoldfastError('network.unreachable', 'The connection was cut.');
  });
  await assert.rejects(world.client().enrol(site.token()), { code: 'network.unreachable' });
  site.spoilToken('token.used');
  const client = await world.restart();
  const { clientId } = await client.enrol(site.token());
  assert.deepEqual([...site.clients.values()], [clientId]);
});

test('a certificate is renewed with a new key when less than a third of its life is left', async (t) => {
  const { client, site, clock, state } = await enrolled(t);
  site.setSerial(1);
  const before = await readdir(join(state, 'keys'));
  clock.advance(59 * 86_400_000);
  await client().cycle();
  assert.ok(!site.names().includes('certificate-renewed'));
  clock.advance(2 * 86_400_000);
  const report = await client().cycle();
  assert.deepEqual(report.problems, []);
  assert.ok(site.names().includes('certificate-renewed'));
  assert.notDeepEqual(await readdir(join(state, 'keys')), before);
  assert.equal(client().status().certificateExpiresAt, clock.now() + 90 * 86_400_000);
});

test('a revoked client keeps all it has, waits long, and can be enrolled again', async (t) => {
  const world = await enrolled(t);
  const { site, client } = world;
  site.deploy(world.app());
  await client().cycle();
  const mend = site.bend(() => site.error('certificate.revoked'));
  const report = await client().cycle();
  assert.deepEqual(
    report.problems.map((problem) => problem.code),
    ['certificate.revoked'],
  );
  assert.equal(client().status().deployments[0]?.state, 'succeeded');
  mend();
  await client().enrol(site.token());
  const after = await client().cycle();
  assert.equal(after.checkIn, 'applied');
  assert.equal(client().status().outbox, 0);
  assert.equal(client().status().deployments[0]?.state, 'succeeded');
});

test('a client that is not enrolled says so by doing nothing, and asks the site for nothing', async (t) => {
  const { client, site } = await rig(t);
  const report = await client().cycle();
  assert.equal(report.checkIn, null);
  assert.equal(site.requests.length, 0);
});

test('a client whose journal is damaged keeps it aside, stays the client it was, and finds its software again', async (t) => {
  const world = await enrolled(t);
  const { site, state } = world;
  site.deploy(world.app());
  await world.client().cycle();
  const { clientId } = world.client().status();
  const path = join(state, 'client.journal');
  const bytes = await readFile(path);
  bytes.writeUInt8(bytes.readUInt8(20) ^ 1, 20);
  await writeFile(path, bytes);
  site.newStream();
  const client = await world.restart();
  const report = await client.cycle();
  assert.deepEqual(report.problems, []);
  assert.equal(client.status().clientId, clientId);
  assert.ok(await stat(`${path}.damaged`));
  assert.deepEqual(
    site.names().filter((name) => name === 'client-fault' || name === 'program-started'),
    ['program-started', 'client-fault'],
  );
  assert.equal(site.names().at(-1), 'software-verified');
});

test('a site with new authorities is believed when its policy key signed them, and not before', async (t) => {
  const { client, site } = await enrolled(t);
  site.setSerial(1);
  site.bend((request, path) => {
    if (path === mpPaths.trust || request.tls.authorities[0] === 'new authority') return undefined;
    throw new HoldfastError('network.tls', 'The certificate of the site is not of a known authority.');
  });
  const mend = site.bend((_, path) => (path === mpPaths.trust ? { status: 200, body: '{}' } : undefined));
  const refused = await client().cycle();
  assert.deepEqual(
    refused.problems.map((problem) => problem.code),
    ['network.tls', 'site.untrusted'],
  );
  mend();
  site.setAuthorities('new authority', 5);
  await client().cycle();
  assert.equal((await client().cycle()).checkIn, 'applied');
});
