/** Policy: an index that changes only when it says something else, stays the same over restarts, and is signed. */
import assert from 'node:assert/strict';
import { createPublicKey } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { mpPaths, type PolicyIndex, sha256, unseal } from '@holdfast/contract';
import type { Kysely } from 'kysely';
import type { Schema } from '../src/store/schema.ts';
import {
  ask,
  assertCode,
  enrolClient,
  machine,
  startTestSite,
  type TestClient,
  type TestSite,
} from './support/site.ts';

describe('policy', () => {
  let site: TestSite;
  before(async () => {
    site = await startTestSite();
    const { store } = site.running.context;
    await store
      .insertInto('package')
      .values({ id: 'p', name: 'p', version: '1', publisher: '', createdAt: 1 })
      .execute();
  });
  after(() => site[Symbol.asyncDispose]());

  const store = (): Kysely<Schema> => site.running.context.store;

  /** Two deployments may fall into one millisecond here: each is one later than the one before. */
  let deployedSoFar = 0;

  async function deploy(
    body = `{"text":"${machine.entropy.uuid()}"}`,
    of: { programId?: string; purpose?: 'required' | 'available' } = {},
  ): Promise<{ id: string; hash: string; body: string; programId: string }> {
    const id = machine.entropy.uuid();
    const programId = of.programId ?? machine.entropy.uuid();
    if (of.programId === undefined) {
      const program = { id: programId, packageId: 'p', name: programId, definition: '{}', createdAt: 1 };
      await store().insertInto('program').values(program).execute();
    }
    const hash = sha256(body);
    const collection = await store()
      .selectFrom('collection')
      .select('id')
      .where('builtIn', '=', 1)
      .executeTakeFirstOrThrow();
    await store().insertInto('assignment').values({ hash, body }).execute();
    await store()
      .insertInto('deployment')
      .values({
        id,
        programId,
        collectionId: collection.id,
        intent: 'install',
        purpose: of.purpose ?? 'required',
        availableAt: null,
        deadlineAt: null,
        createdAt: site.clock.now() + deployedSoFar++,
        createdBy: 'test',
        withdrawnAt: null,
        assignmentHash: hash,
      })
      .execute();
    site.running.context.policy.invalidate('all');
    return { id, hash, body, programId };
  }

  async function checkIn(client: TestClient, tag?: string) {
    const headers: Record<string, string> = tag === undefined ? {} : { 'if-none-match': tag };
    const answer = await ask(site, mpPaths.policy, { identity: client, headers });
    const key = createPublicKey(site.running.context.trust.policyKey);
    const index: PolicyIndex | undefined =
      answer.status === 200 ? JSON.parse(unseal('holdfast/policy-index', answer.json, key)) : undefined;
    return { answer, index, tag: String(answer.headers.etag) };
  }

  test('an unchanged check-in is answered with 304 and reads and writes nothing in the store', async () => {
    const client = await enrolClient(site);
    const first = await checkIn(client);
    assert.equal(first.index?.serial, 1);
    assert.equal(first.index?.clientId, client.id);
    assert.equal(first.tag, `"${sha256(first.answer.json.payload)}"`);
    await site.running.context.clients.flush();
    // Held for as long as the transaction runs: whoever needs the store would wait for ever.
    await store()
      .transaction()
      .execute(async () => {
        assert.equal((await checkIn(client, first.tag)).answer.status, 304);
        assert.equal((await checkIn(client, first.tag.slice(1, -1))).answer.status, 304);
      });
    assert.equal((await checkIn(client, '"other"')).answer.status, 200);
  });

  test('a revoked client is refused at its next check-in, also when its policy has not changed', async () => {
    const client = await enrolClient(site);
    const { tag } = await checkIn(client);
    assert.equal((await checkIn(client, tag)).answer.status, 304);
    const registered = site.running.context.clients.get(client.id);
    assert.ok(registered);
    registered.revoked = true;
    const refused = await ask(site, mpPaths.policy, { identity: client, headers: { 'if-none-match': tag } });
    assertCode(refused, 403, 'certificate.revoked');
  });

  test('a new deployment raises the serial and its assignment can be fetched by hash', async () => {
    const client = await enrolClient(site);
    const before = await checkIn(client);
    const deployed = await deploy();
    const changed = await checkIn(client, before.tag);
    assert.equal(changed.answer.status, 200);
    assert.equal(changed.index?.serial, (before.index?.serial ?? 0) + 1);
    assert.deepEqual(changed.index?.assignments.at(-1), { deploymentId: deployed.id, hash: deployed.hash });
    const fetched = await ask(site, `${mpPaths.assignments}/${deployed.hash}`, { identity: client });
    assert.equal(fetched.text, deployed.body);
    await store().updateTable('deployment').set({ withdrawnAt: 1 }).where('id', '=', deployed.id).execute();
    site.running.context.policy.invalidate([client.id]);
    const withdrawn = await checkIn(client, changed.tag);
    assert.equal(withdrawn.index?.serial, (changed.index?.serial ?? 0) + 1);
    assertCode(
      await ask(site, `${mpPaths.assignments}/${deployed.hash}`, { identity: client }),
      404,
      'not-found',
    );
  });

  test("an assignment of a collection that the client is not in is not the client's to read", async () => {
    const client = await enrolClient(site);
    const deployed = await deploy();
    await store().deleteFrom('collectionMember').where('clientId', '=', client.id).execute();
    site.running.context.policy.invalidate([client.id]);
    assertCode(
      await ask(site, `${mpPaths.assignments}/${deployed.hash}`, { identity: client }),
      404,
      'not-found',
    );
    assert.deepEqual((await checkIn(client)).index?.assignments, []);
  });

  test('the newest deployment of a program takes the place of the ones before it, until it is withdrawn', async () => {
    const client = await enrolClient(site);
    const assigned = async () => {
      site.running.context.policy.invalidate([client.id]);
      return (await checkIn(client)).index?.assignments.map(({ deploymentId }) => deploymentId) ?? [];
    };
    const older = await deploy();
    const newer = await deploy(undefined, { programId: older.programId });
    const only = (ids: readonly string[]) => ids.filter((id) => [older.id, newer.id, offer.id].includes(id));
    const offer = await deploy(undefined, { programId: older.programId, purpose: 'available' });
    assert.deepEqual(only(await assigned()), [newer.id, offer.id], 'an offer does not lift a requirement');
    assertCode(
      await ask(site, `${mpPaths.assignments}/${older.hash}`, { identity: client }),
      404,
      'not-found',
    );
    await store().updateTable('deployment').set({ withdrawnAt: 1 }).where('id', '=', newer.id).execute();
    assert.deepEqual(only(await assigned()), [older.id, offer.id]);
  });

  test('a change that changes nothing for the client leaves serial and tag as they are', async () => {
    const client = await enrolClient(site);
    const { tag } = await checkIn(client);
    site.running.context.policy.invalidate('all');
    assert.equal((await checkIn(client, tag)).answer.status, 304);
  });

  test('after a restart the same policy has the same tag and the same bytes', async () => {
    const client = await enrolClient(site);
    const before = await checkIn(client);
    site.clock.forward(60_000);
    await site.restart();
    const later = await checkIn(client);
    assert.equal(later.tag, before.tag);
    assert.equal(later.answer.text, before.answer.text);
    await site.restart({ pollSeconds: 60 });
    const other = await checkIn(client, before.tag);
    assert.equal(other.index?.pollSeconds, 60);
    assert.equal(other.index?.serial, (before.index?.serial ?? 0) + 1);
  });

  test('many check-ins at once of one client build its index once', async () => {
    const client = await enrolClient(site);
    await checkIn(client);
    await deploy();
    const answers = await Promise.all(Array.from({ length: 6 }, () => checkIn(client)));
    assert.equal(new Set(answers.map((each) => each.tag)).size, 1);
    assert.equal(new Set(answers.map((each) => each.index?.serial)).size, 1);
  });

  test('a change while the index is built is not lost', async () => {
    const client = await enrolClient(site);
    const { policy } = site.running.context;
    await checkIn(client);
    policy.invalidate([client.id]);
    const building = policy.index(client.id, 3);
    const deployed = await deploy();
    await building;
    const { index } = await checkIn(client);
    assert.equal(index?.assignments.at(-1)?.deploymentId, deployed.id);
  });

  test('when clients were last seen is stored in batches and kept over a restart', async () => {
    const client = await enrolClient(site);
    await checkIn(client);
    await site.restart();
    const row = await store()
      .selectFrom('client')
      .select('lastSeenAt')
      .where('id', '=', client.id)
      .executeTakeFirstOrThrow();
    assert.ok(Math.abs((row.lastSeenAt ?? 0) - site.clock.now()) < 60_000);
  });
});
