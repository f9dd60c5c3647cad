/** Status messages coming in: stored once, acknowledged without gaps, the newest word on a deployment kept. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  mpPaths,
  type StatusBatch,
  type StatusMessage,
  type StatusName,
  statusCode,
} from '@holdfast/contract';
import { sql } from 'kysely';
import { insertDeployment } from './support/deployment.ts';
import {
  ask,
  assertCode,
  enrolClient,
  machine,
  startTestSite,
  type TestClient,
  type TestSite,
} from './support/site.ts';

describe('status messages', () => {
  let site: TestSite;
  let client: TestClient;
  let deploymentId: string;

  before(async () => {
    site = await startTestSite();
    client = await enrolClient(site);
    deploymentId = await insertDeployment(site);
  });
  after(() => site[Symbol.asyncDispose]());

  const message = (
    seq: number,
    name: StatusName = 'client-started',
    more: Partial<StatusMessage> = {},
  ): StatusMessage => ({
    seq,
    at: 1_700_000_000_000 + seq,
    code: statusCode(name),
    severity: 'info',
    details: { package: 'p' },
    ...more,
  });
  const batch = (stream: string, messages: StatusMessage[], oldest = 1): StatusBatch => ({
    clientId: client.id,
    stream,
    oldest,
    messages,
  });
  const send = (body: StatusBatch) => ask(site, mpPaths.status, { identity: client, body });
  async function acknowledged(body: StatusBatch): Promise<number> {
    const answer = await send(body);
    assert.equal(answer.status, 200, answer.text);
    return answer.json.acknowledged;
  }
  async function numbers(stream: string): Promise<number[]> {
    const rows = await site.running.context.store
      .selectFrom('statusMessage')
      .select('seq')
      .where('stream', '=', stream)
      .orderBy('seq')
      .execute();
    return rows.map((row) => row.seq);
  }
  const streamRow = (stream: string) =>
    site.running.context.store
      .selectFrom('statusStream')
      .selectAll()
      .where('stream', '=', stream)
      .executeTakeFirstOrThrow();
  const stateRow = (id = deploymentId) =>
    site.running.context.store
      .selectFrom('deploymentState')
      .selectAll()
      .where('deploymentId', '=', id)
      .executeTakeFirst();
  const newStream = () => machine.entropy.uuid();

  test('the same batch again is stored once and acknowledged again', async () => {
    const stream = newStream();
    const body = batch(stream, [message(1), message(2), message(3)]);
    assert.equal(await acknowledged(body), 3);
    assert.equal(await acknowledged(body), 3);
    assert.deepEqual(await numbers(stream), [1, 2, 3]);
  });

  test('only the highest number without a gap is acknowledged', async () => {
    const stream = newStream();
    assert.equal(await acknowledged(batch(stream, [message(1), message(4)])), 1);
    assert.equal(await acknowledged(batch(stream, [message(3)])), 1);
    assert.equal(await acknowledged(batch(stream, [message(2)])), 4);
    assert.deepEqual(await numbers(stream), [1, 2, 3, 4]);
  });

  test('numbers that the client no longer has are counted as lost and not waited for', async () => {
    const stream = newStream();
    await acknowledged(batch(stream, [message(1), message(5)]));
    assert.equal(await acknowledged(batch(stream, [message(7)], 7)), 7);
    const row = await streamRow(stream);
    assert.deepEqual({ lost: row.lost, highest: row.highest }, { lost: 4, highest: 7 });
    assert.equal(await acknowledged(batch(stream, [message(8)], 7)), 8);
    assert.equal((await streamRow(stream)).lost, 4);
  });

  test('messages in any order within a batch are taken', async () => {
    const stream = newStream();
    assert.equal(await acknowledged(batch(stream, [message(3), message(1), message(2), message(2)])), 3);
  });

  test('a gap of more numbers than are read at once closes', async () => {
    const stream = newStream();
    for (let from = 2; from <= 2_402; from += 400) {
      const messages = Array.from({ length: 400 }, (_, index) => message(from + index));
      assert.equal(await acknowledged(batch(stream, messages)), 0);
    }
    assert.equal(await acknowledged(batch(stream, [message(1)])), 2_801);
  });

  test('a message older than the oldest that the client says it has is refused', async () => {
    assertCode(await send(batch(newStream(), [message(1)], 2)), 400, 'request.invalid');
  });

  test('limits of a batch: 500 messages are taken, 501 and none are refused', async () => {
    const stream = newStream();
    const many = (count: number) => Array.from({ length: count }, (_, index) => message(index + 1));
    assert.equal(await acknowledged(batch(stream, many(500))), 500);
    assertCode(await send(batch(stream, many(501))), 400, 'request.invalid');
    assertCode(await send(batch(stream, [])), 400, 'request.invalid');
  });

  test('a time far in the future is kept as it is', async () => {
    const stream = newStream();
    const at = 8_640_000_000_000_000;
    await acknowledged(batch(stream, [message(1, 'client-started', { at })]));
    const row = await site.running.context.store
      .selectFrom('statusMessage')
      .select(['at', 'receivedAt'])
      .where('stream', '=', stream)
      .executeTakeFirstOrThrow();
    assert.equal(row.at, at);
    assert.ok(row.receivedAt < at);
  });

  test('the last message of a stream says where a deployment stands, whatever comes late or again', async () => {
    const stream = newStream();
    const started = message(1, 'program-started', { deploymentId, at: 8_640_000_000_000_000 });
    const verified = message(2, 'software-verified', { deploymentId });
    await acknowledged(batch(stream, [verified]));
    assert.equal((await stateRow())?.state, 'succeeded');
    await acknowledged(batch(stream, [started]));
    assert.equal((await stateRow())?.state, 'succeeded', 'an older message came late');
    const anew = newStream();
    await acknowledged(batch(anew, [message(1, 'software-broken', { deploymentId })]));
    assert.equal((await stateRow())?.state, 'broken', 'a new outbox counts anew');
    await acknowledged(batch(stream, [verified]));
    assert.equal((await stateRow())?.state, 'broken', 'a message sent again says nothing new');
  });

  test('a deployment that does not exist gets no state, and its message is kept', async () => {
    const stream = newStream();
    const unknown = machine.entropy.uuid();
    await acknowledged(batch(stream, [message(1, 'software-verified', { deploymentId: unknown })]));
    assert.equal(await stateRow(unknown), undefined);
    assert.deepEqual(await numbers(stream), [1]);
  });

  test('batches of many clients at once are all stored', async () => {
    const clients = await Promise.all(Array.from({ length: 8 }, () => enrolClient(site)));
    const answers = await Promise.all(
      clients.flatMap((each) =>
        [1, 2, 3].map((part) =>
          ask(site, mpPaths.status, {
            identity: each,
            body: { clientId: each.id, stream: deploymentId, oldest: 1, messages: [message(part)] },
          }),
        ),
      ),
    );
    for (const answer of answers) assert.equal(answer.status, 200, answer.text);
    const rows = await site.running.context.store
      .selectFrom('statusStream')
      .select('acknowledged')
      .where('stream', '=', deploymentId)
      .execute();
    assert.deepEqual(
      rows.map((row) => row.acknowledged),
      Array(8).fill(3),
    );
  });

  test('a database that cannot be written answers with a code, and nothing is acknowledged', async () => {
    const stream = newStream();
    const { store } = site.running.context;
    await sql`pragma query_only = on`.execute(store);
    try {
      assertCode(await send(batch(stream, [message(1)])), 503, 'database.read-only');
    } finally {
      await sql`pragma query_only = off`.execute(store);
    }
    assert.equal(await acknowledged(batch(stream, [message(1)])), 1);
    assert.deepEqual(await numbers(stream), [1]);
  });
});
