/** A client whose operating system becomes another one: it stays the same client, and nothing of the old system counts any more. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { mpPaths, type StatusMessage, statusCode } from '@holdfast/contract';
import { clientDetail } from '../src/clients/store.ts';
import { insertDeployment } from './support/deployment.ts';
import {
  ask,
  enrolClient,
  facts,
  machine,
  startTestSite,
  type TestClient,
  type TestSite,
} from './support/site.ts';

const hourMs = 3_600_000;
const bullseye = { ...facts, osName: 'Debian GNU/Linux 11 (bullseye)', osVersion: '11', osEpoch: 'epoch-11' };
const bookworm = { ...facts, osName: 'Debian GNU/Linux 12 (bookworm)', osVersion: '12', osEpoch: 'epoch-12' };
const words = { from: bullseye.osName, to: bookworm.osName };

describe('operating systems of clients', () => {
  let site: TestSite;
  let deploymentId: string;
  let client: TestClient;
  let stream: string;

  before(async () => {
    site = await startTestSite();
    deploymentId = await insertDeployment(site);
  });
  after(() => site[Symbol.asyncDispose]());

  /** A client of its own for each test, on Debian 11. */
  async function newClient() {
    client = await enrolClient(site);
    stream = machine.entropy.uuid();
    await sendFacts(bullseye);
    // The facts that it was enrolled with were of yet another system.
    const { store } = site.running.context;
    await store.deleteFrom('clientSystemChange').execute();
    await store.deleteFrom('audit').where('action', '=', 'client.os-changed').execute();
  }

  async function sendFacts(body: typeof facts) {
    const answer = await ask(site, mpPaths.facts, { identity: client, body });
    assert.equal(answer.status, 204, answer.text);
  }

  async function send(...messages: StatusMessage[]) {
    const body = { clientId: client.id, stream, oldest: 1, messages };
    const answer = await ask(site, mpPaths.status, { identity: client, body });
    assert.equal(answer.status, 200, answer.text);
  }

  const verified = (seq: number): StatusMessage => ({
    seq,
    at: 1_700_000_000_000 + seq,
    code: statusCode('software-verified'),
    severity: 'info',
    deploymentId,
    details: { package: 'p' },
  });
  const changed = (seq: number): StatusMessage => ({
    seq,
    at: 1_700_000_000_000 + seq,
    code: statusCode('os-changed'),
    severity: 'info',
    details: { ...words, fromEpoch: 'epoch-11', toEpoch: 'epoch-12' },
  });

  const detail = () => clientDetail(site.running.context.reader, client.id, site.clock.now());
  async function standing() {
    const { deployments } = await detail();
    const [row] = deployments;
    return [row?.state, row?.text];
  }
  const unknown = [
    'waiting',
    `Nothing heard since: The operating system was changed from ${words.from} to ${words.to}`,
  ];
  const there = ['succeeded', 'p is present: every detection rule holds'];

  const clients = () => site.running.context.store.selectFrom('client').select('id').execute();

  async function audited(): Promise<readonly string[]> {
    const rows = await site.running.context.store
      .selectFrom('audit')
      .select('target')
      .where('action', '=', 'client.os-changed')
      .execute();
    return rows.map(({ target }) => target);
  }

  test('new facts make known when and from what; states count no more until they are heard again', async () => {
    await newClient();
    const before = await clients();
    await send(verified(1));
    assert.equal((await detail()).systemChange, null);
    assert.deepEqual(await standing(), there);
    await sendFacts(bookworm);
    await sendFacts({ ...bookworm, bootId: 'boot-2' });
    const { systemChange } = await detail();
    assert.deepEqual([systemChange?.from, systemChange?.to], [words.from, words.to]);
    assert.ok(Math.abs((systemChange?.at ?? 0) - site.clock.now()) < hourMs);
    assert.deepEqual(await audited(), [`ws-001 ${client.id} ${words.from} -> ${words.to}`]);
    assert.deepEqual(await standing(), unknown);
    await send(changed(2), verified(3));
    assert.deepEqual(await standing(), there);
    assert.equal((await clients()).length, before.length, 'no second client');
    const history = await site.running.context.store.selectFrom('statusMessage').select('seq').execute();
    assert.equal(history.length, 3, 'what was told before stays in the history');
  });

  test('what was told before the change, and comes after the facts, is not of the new system', async () => {
    await newClient();
    await sendFacts(bookworm);
    await send(verified(1));
    await send(changed(2));
    assert.deepEqual(await standing(), unknown);
    await send(verified(4));
    assert.deepEqual(await standing(), there);
    await send(verified(3));
    assert.deepEqual(await standing(), there);
  });

  test('facts that come after the word of the change and what was heard since take nothing back', async () => {
    await newClient();
    await send(verified(1), changed(2), verified(3));
    assert.deepEqual(await standing(), there);
    await sendFacts(bookworm);
    assert.deepEqual(await standing(), there);
    assert.equal((await detail()).systemChange?.from, words.from);
    await sendFacts(bullseye);
    assert.equal((await standing())[0], 'waiting', 'back again, and not a word of it');
  });

  test('one that goes to and fro is in the audit once an hour', async () => {
    await newClient();
    for (const body of [bookworm, bullseye, bookworm, bullseye]) await sendFacts(body);
    assert.equal((await audited()).length, 1);
    site.clock.forward(hourMs);
    for (const body of [bookworm, bullseye]) await sendFacts(body);
    assert.equal((await audited()).length, 2);
  });
});
