/** The management point over real mutual TLS: policy, content, facts, and the faults of those who ask. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { Agent } from 'node:https';
import { connect } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { mpPaths, statusCode } from '@holdfast/contract';
import { revokeClient } from '../src/clients/model.ts';
import {
  ask,
  assertCode,
  enrolClient,
  facts,
  machine,
  startTestSite,
  type TestClient,
  type TestSite,
} from './support/site.ts';

describe('the management point', () => {
  let site: TestSite;
  let client: TestClient;

  before(async () => {
    site = await startTestSite();
    client = await enrolClient(site);
  });
  after(() => site[Symbol.asyncDispose]());

  const batchOf = (of: Pick<TestClient, 'id'>) => ({
    clientId: of.id,
    stream: machine.entropy.uuid(),
    oldest: 1,
    messages: [
      { seq: 1, at: 1, code: statusCode('client-started'), severity: 'info', details: { version: '1' } },
    ],
  });

  test('a request without a certificate is refused', async () => {
    assertCode(await ask(site, mpPaths.policy), 401, 'certificate.required');
    assertCode(await ask(site, mpPaths.status, { body: batchOf(client) }), 401, 'certificate.required');
  });

  test('a certificate that another authority signed is refused', async () => {
    await using other = await startTestSite();
    const stranger = await enrolClient(other);
    assertCode(await ask(site, mpPaths.policy, { identity: stranger }), 401, 'certificate.required');
  });

  test("the site's own server certificate does not pass for a client's", async () => {
    const server = await site.running.context.trust.server(['localhost']);
    assertCode(await ask(site, mpPaths.policy, { identity: server }), 401, 'certificate.required');
  });

  test('a certificate that has expired is refused', async () => {
    await using old = await startTestSite();
    const expiring = await enrolClient(old);
    old.clock.forward(366 * 86_400_000);
    assertCode(await ask(old, mpPaths.policy, { identity: expiring }), 403, 'certificate.expired');
  });

  test('revocation takes effect at the next request of an open connection', async () => {
    const revoked = await enrolClient(site);
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    assert.equal((await ask(site, mpPaths.policy, { identity: revoked, agent })).status, 200);
    await revokeClient(site.running.context, 'test', revoked.id);
    assertCode(await ask(site, mpPaths.policy, { identity: revoked, agent }), 403, 'certificate.revoked');
    assertCode(
      await ask(site, mpPaths.status, { identity: revoked, body: batchOf(revoked) }),
      403,
      'certificate.revoked',
    );
    agent.destroy();
    await site.restart();
    assertCode(await ask(site, mpPaths.policy, { identity: revoked }), 403, 'certificate.revoked');
  });

  test("messages with another client's id are refused and not stored", async () => {
    const other = await enrolClient(site);
    assertCode(
      await ask(site, mpPaths.status, { identity: client, body: batchOf(other) }),
      403,
      'client.mismatch',
    );
    const rows = await site.running.context.store
      .selectFrom('statusMessage')
      .select('id')
      .where('clientId', '=', other.id)
      .execute();
    assert.equal(rows.length, 0);
  });

  test('unknown fields are refused and not dropped', async () => {
    const batch = { ...batchOf(client), extra: true };
    const answer = await ask(site, mpPaths.status, { identity: client, body: batch });
    assertCode(answer, 400, 'request.invalid');
    assert.match(answer.json.message, /extra/);
    const wrongType = { ...batchOf(client), oldest: '1' };
    assertCode(
      await ask(site, mpPaths.status, { identity: client, body: wrongType }),
      400,
      'request.invalid',
    );
  });

  test('a body that is no JSON, and one of another type, are refused with a code', async () => {
    assertCode(await ask(site, mpPaths.status, { identity: client, raw: '{"a":' }), 400, 'request.invalid');
    const headers = { 'content-type': 'text/plain' };
    assertCode(
      await ask(site, mpPaths.status, { identity: client, raw: 'x', headers }),
      400,
      'request.invalid',
    );
  });

  test('a status message of 10 MB is answered with status.too-large, and the next batch is stored', async () => {
    const raw = JSON.stringify({ ...batchOf(client), filler: 'x'.repeat(10_000_000) });
    assertCode(await ask(site, mpPaths.status, { identity: client, raw }), 413, 'status.too-large');
    const good = await ask(site, mpPaths.status, { identity: client, body: batchOf(client) });
    assert.deepEqual(good.json, { acknowledged: 1 });
  });

  test('a body of exactly 1 MiB is read, and one byte more is too large', async () => {
    const frame = JSON.stringify({ ...batchOf(client), filler: '' });
    const full = (bytes: number) =>
      frame.replace('"filler":""', `"filler":"${'x'.repeat(bytes - frame.length)}"`);
    const limit = 1024 * 1024;
    assertCode(
      await ask(site, mpPaths.status, { identity: client, raw: full(limit) }),
      400,
      'request.invalid',
    );
    assertCode(
      await ask(site, mpPaths.status, { identity: client, raw: full(limit + 1) }),
      413,
      'status.too-large',
    );
  });

  test('new facts are stored as they are, and a host name of markup stays text', async () => {
    const hostName = '<script>alert(1)</script>';
    const body = { ...facts, hostName, osName: 'a\u0000b' };
    const answer = await ask(site, mpPaths.facts, { identity: client, body });
    assert.equal(answer.status, 204, answer.text);
    const row = await site.running.context.reader
      .selectFrom('client')
      .selectAll()
      .where('id', '=', client.id)
      .executeTakeFirstOrThrow();
    assert.equal(row.hostName, hostName);
    assert.deepEqual(JSON.parse(row.facts), body);
  });

  test('facts with a control character in the host name are refused', async () => {
    const body = { ...facts, hostName: 'a\nb' };
    assertCode(await ask(site, mpPaths.facts, { identity: client, body }), 400, 'request.invalid');
  });

  test('a path that does not exist has a code', async () => {
    assertCode(await ask(site, '/mp/v3/nothing', { identity: client }), 404, 'not-found');
    assertCode(
      await ask(site, `${mpPaths.content}/..%2f..%2fkeys`, { identity: client }),
      400,
      'request.invalid',
    );
  });

  test('someone who speaks no TLS is turned away and harms nobody', async () => {
    const url = new URL(site.running.managementPointUrl);
    await new Promise<void>((resolve) => {
      const socket = connect(Number(url.port), url.hostname, () => socket.write('GET / HTTP/1.1\r\n\r\n'));
      socket.on('error', () => undefined);
      socket.on('data', () => undefined);
      socket.once('close', () => resolve());
    });
    assert.equal((await ask(site, mpPaths.trust)).status, 200);
  });

  describe('content', () => {
    const bytes = Buffer.from('0123456789'.repeat(1000));
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const path = `${mpPaths.content}/${sha256}`;
    before(async () => {
      await site.running.context.content.add(
        (async function* () {
          yield bytes;
        })(),
      );
    });

    test('the whole and single ranges are sent', async () => {
      const whole = await ask(site, path, { identity: client });
      assert.equal(whole.status, 200);
      assert.deepEqual(whole.bytes, bytes);
      const cases: [string, number, number][] = [
        ['bytes=0-0', 0, 1],
        ['bytes=5-', 5, 10_000],
        ['bytes=-3', 9_997, 10_000],
        ['bytes=9999-20000', 9_999, 10_000],
        ['bytes=-20000', 0, 10_000],
      ];
      for (const [range, start, end] of cases) {
        const part = await ask(site, path, { identity: client, headers: { range } });
        assert.equal(part.status, 206, range);
        assert.equal(part.headers['content-range'], `bytes ${start}-${end - 1}/10000`);
        assert.deepEqual(part.bytes, bytes.subarray(start, end));
      }
    });

    test('a range outside is refused with the length, and one of another form is not a range', async () => {
      for (const range of ['bytes=10000-', 'bytes=-0', 'bytes=20000-20001']) {
        const answer = await ask(site, path, { identity: client, headers: { range } });
        assertCode(answer, 416, 'content.range-invalid');
        assert.equal(answer.headers['content-range'], 'bytes */10000');
      }
      for (const range of ['bytes=0-1,3-4', 'lines=1-2', 'bytes=5-2']) {
        assert.equal((await ask(site, path, { identity: client, headers: { range } })).status, 200, range);
      }
    });

    test('content that the site does not have, and a stranger, are refused', async () => {
      const missing = `${mpPaths.content}/${'0'.repeat(64)}`;
      assertCode(await ask(site, missing, { identity: client }), 404, 'content.not-found');
      assertCode(await ask(site, path), 401, 'certificate.required');
    });
  });
});
