/** The wires of older generations: served, counted, ended by an administrator, and left by becoming today's client. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import {
  type AuditRow,
  type ClientDetail,
  type ClientSummary,
  type CollectionSummary,
  mpPaths,
  mpPathsV1,
  type Overview,
  onWire2,
  type Page,
  type PolicyIndex,
  type SiteWires,
  sha256,
} from '@holdfast/contract';
import { type ConsoleSite, codeOf, openConsoleSite } from './support/console-site.ts';
import { postgresMissing, startPostgres } from './support/postgres.ts';
import { ask, assertCode, enrolClient, facts, machine, type TestClient, tokenFor } from './support/site.ts';
import { addRelease, order, speaking } from './support/upgrades.ts';
import { deployToAll, enrolmentV1, enrolV1, type FirstGeneration } from './support/wires.ts';

const day = 86_400_000;

const suites = [
  { name: 'SQLite', postgres: false, skip: false },
  { name: 'PostgreSQL', postgres: true, skip: postgresMissing ?? false },
];

for (const { name, postgres, skip } of suites) {
  describe(`wires on ${name}`, { skip }, () => {
    let site: ConsoleSite;
    let stopDatabase: (() => Promise<void>) | undefined;
    before(async () => {
      const database = postgres ? await startPostgres() : undefined;
      stopDatabase = database?.stop;
      site = await openConsoleSite(database ? { databaseUrl: database.url } : {});
    });
    after(async () => {
      await site?.close();
      await stopDatabase?.();
    });

    const detail = async (id: string) => (await site.call<ClientDetail>('GET', `/clients/${id}`)).body;
    const indexOn = async (path: string, identity: TestClient) => {
      const answer = await ask(site.site, path, { identity });
      assert.equal(answer.status, 200, answer.text);
      return JSON.parse(answer.json.payload) as PolicyIndex;
    };
    /** Today's client on the machine of an older one. */
    async function successor(former: { readonly id: string; readonly secret: string }, key?: TestClient) {
      const { token } = await tokenFor(site.site);
      const made = key ? { ...key } : await machine.identities.create('client');
      const succeeds = { clientId: former.id, secret: former.secret };
      const body = { token, certificateRequest: made.request, facts, succeeds };
      const answer = await ask(site.site, mpPaths.enrol, { body });
      return {
        answer,
        identity: { ...made, id: former.id, certificate: answer.json?.certificate } as TestClient,
      };
    }

    test('a first-generation client enrols, gets its deployment and its content, and tells how it went', async () => {
      const client = await enrolV1(site.site, 'old-1');
      const { deploymentId, sha256: hash } = await deployToAll(site, 'one');
      await deployToAll(site, 'for windows', { platform: 'windows' });
      await deployToAll(site, 'an offer', { purpose: 'available' });
      const { deployments, leftOut, clientId } = await client.policy();
      assert.deepEqual([clientId, leftOut, deployments.length], [client.id, 0, 1]);
      const [deployment] = deployments;
      assert.equal(deployment?.command, 'sh {content}/setup.sh one');
      assert.equal(deployment.deploymentId, deploymentId);
      assert.equal((await client.content(deployment.files[0]?.sha256 ?? '')).text, 'one');
      assert.equal(deployment.files[0]?.sha256, hash);
      assert.deepEqual((await client.tell('program-started', deploymentId)).json, { acknowledged: 1 });
      assert.deepEqual(
        (await detail(client.id)).deployments.find((row) => row.deploymentId === deploymentId)?.state,
        'running',
      );
    });

    test('an unchanged policy of wire 1 is answered with 304, and a new deployment comes first', async () => {
      const client = await enrolV1(site.site, 'old-2');
      const tag = String((await client.checkIn()).headers.etag);
      assert.equal((await client.checkIn(tag)).status, 304);
      const { deploymentId } = await deployToAll(site, 'two');
      assert.equal((await client.checkIn(tag)).status, 200);
      assert.equal((await client.policy()).deployments[0]?.deploymentId, deploymentId);
    });

    test('a repeated enrolment of wire 1 gets the same client, a new secret, and takes no second use of the token', async () => {
      const { token } = await tokenFor(site.site, { maxUses: 1 });
      const body = enrolmentV1(token);
      const first = (await ask(site.site, mpPathsV1.enrol, { body })).json;
      const second = (await ask(site.site, mpPathsV1.enrol, { body })).json;
      assert.equal(first.clientId, second.clientId);
      const bearing = (secret: string) =>
        ask(site.site, mpPathsV1.policy, { headers: { authorization: `Bearer ${secret}` } });
      assertCode(await bearing(first.secret), 401, 'secret.refused');
      assert.equal((await bearing(second.secret)).status, 200);
      assertCode(await ask(site.site, mpPathsV1.enrol, { body: enrolmentV1(token) }), 403, 'token.used');
    });

    test('without its secret, with one that is wrong or with one of a revoked client, nothing is given', async () => {
      const client = await enrolV1(site.site, 'old-3');
      const wrong = [
        '',
        'Bearer',
        `Bearer ${'A'.repeat(43)}`,
        `Bearer ${client.secret}x`,
        `Basic ${client.secret}`,
      ];
      for (const authorization of wrong) {
        const headers: Record<string, string> = authorization === '' ? {} : { authorization };
        for (const path of [mpPathsV1.policy, `${mpPathsV1.content}/${sha256('one')}`]) {
          assertCode(await ask(site.site, path, { headers }), 401, 'secret.refused');
        }
        assertCode(await ask(site.site, mpPathsV1.status, { headers, raw: '{' }), 401, 'secret.refused');
      }
      const rows = await site.context.store.selectFrom('clientSecret').selectAll().execute();
      assert.ok(!JSON.stringify(rows).includes(client.secret));
      assert.equal((await site.call('DELETE', `/clients/${client.id}/certificate`)).status, 204);
      assertCode(await client.checkIn(), 403, 'certificate.revoked');
      assertCode((await successor(client)).answer, 403, 'certificate.revoked');
    });

    test('a batch of wire 1 above a megabyte is too large', async () => {
      const client = await enrolV1(site.site, 'old-4');
      const raw = Buffer.alloc(1024 * 1024 + 1, 'a');
      const headers = { ...client.headers, 'content-type': 'application/json' };
      assertCode(await ask(site.site, mpPathsV1.status, { raw, headers }), 413, 'status.too-large');
    });

    test('who proves by its old secret who it was stays that client, with all that it had', async () => {
      const client = await enrolV1(site.site, 'old-5');
      const { deploymentId } = await deployToAll(site, 'before');
      await client.tell('program-started', deploymentId);
      const { answer, identity } = await successor(client);
      assert.equal(answer.status, 200, answer.text);
      assert.equal(answer.json.clientId, client.id);
      // Until today's client has spoken, the old one is what there is.
      assert.deepEqual([(await client.checkIn()).status, (await detail(client.id)).wire], [200, 1]);
      const index = await indexOn(mpPaths.policy, identity);
      assert.deepEqual(
        [index.clientId, index.assignments.some((one) => one.deploymentId === deploymentId)],
        [client.id, true],
      );
      await site.context.clients.flush();
      const after = await detail(client.id);
      assert.deepEqual([after.wire, after.hostName, after.facts.osEpoch], [3, facts.hostName, facts.osEpoch]);
      assert.equal(after.deployments.find((row) => row.deploymentId === deploymentId)?.state, 'running');
      const audit = await site.call<Page<AuditRow>>('GET', `/audit?search=${client.id}`);
      assert.deepEqual(
        audit.body.items.map(({ action }) => action),
        ['client.succeed'],
      );
    });

    test('the answer to a succession may be lost: the same key gets it again, and no other key does', async () => {
      const client = await enrolV1(site.site, 'cloned');
      const { answer, identity } = await successor(client);
      assert.equal(answer.status, 200, answer.text);
      const again = await successor(client, identity);
      assert.deepEqual([again.answer.status, again.answer.json.clientId], [200, client.id]);
      assertCode((await successor(client)).answer, 401, 'secret.refused');
    });

    test('of two machines with one copied secret that ask at once, one is the client', async () => {
      const client = await enrolV1(site.site, 'cloned-too');
      const answers = await Promise.all([1, 2, 3].map(async () => (await successor(client)).answer));
      assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 401, 401]);
    });

    test('a name, a wrong secret and the id of a client of today make nobody that client', async () => {
      const client = await enrolV1(site.site, facts.hostName);
      const { id } = await enrolClient(site.site);
      assert.notEqual(id, client.id);
      for (const former of [
        { id: client.id, secret: 'x' },
        { id, secret: client.secret },
        { id: randomUUID(), secret: client.secret },
      ]) {
        assertCode((await successor(former)).answer, 401, 'secret.refused');
      }
      assert.equal((await successor(client)).answer.status, 200);
    });

    test('wire 2 is wire 3 without a word of the version, and an upgrade leaves older generations out', async () => {
      const now = speaking(site, await enrolClient(site.site, { hostName: 'now', clientVersion: '1.0.0' }));
      const second = await enrolClient(site.site, { hostName: 'second', clientVersion: '1.0.0' });
      const first = await enrolV1(site.site, 'first');
      await first.checkIn();
      assert.equal((await indexOn(onWire2(mpPaths.policy), second)).client, undefined);
      await site.context.clients.flush();
      await addRelease(site, '2.0.0');
      const { body, status, text } = await order(site, { version: '2.0.0' });
      assert.equal(status, 201, text);
      const members = await site.call<Page<{ clientId: string; state: string; reason: string | null }>>(
        'GET',
        `/client-upgrades/${body.id}/members?limit=500`,
      );
      const reasonOf = (id: string) => members.body.items.find(({ clientId }) => clientId === id)?.reason;
      for (const [id, wire] of [
        [second.id, 2],
        [first.id, 1],
      ] as const) {
        assert.equal(reasonOf(id), `speaks wire ${wire}: today's client comes with its package`);
      }
      assert.equal(reasonOf(now.id), null);
    });

    test('a client that goes from wire 2 to wire 3 and back is told on each what it understands, with serials that rise', async () => {
      const key = await enrolClient(site.site, { hostName: 'both', clientVersion: '1.0.0' });
      await addRelease(site, '3.0.0');
      const query = { all: [{ attribute: 'hostName', operator: 'equals', value: 'both' }] };
      const { body } = await site.call<CollectionSummary>('POST', '/collections', { name: 'both', query });
      const ordered = await order(site, { version: '3.0.0', collectionId: body.id });
      assert.equal(ordered.status, 201, ordered.text);
      const serials: number[] = [];
      for (const path of [mpPaths.policy, onWire2(mpPaths.policy), mpPaths.policy, onWire2(mpPaths.policy)]) {
        const [index, same] = await Promise.all([indexOn(path, key), indexOn(path, key)]);
        assert.equal(index.client?.order?.version, path === mpPaths.policy ? '3.0.0' : undefined);
        assert.equal(same.serial, index.serial);
        serials.push(index.serial);
      }
      assert.deepEqual(
        serials,
        [...new Set(serials)].sort((one, other) => one - other),
      );
      const [three, two] = await Promise.all([
        indexOn(mpPaths.policy, key),
        indexOn(onWire2(mpPaths.policy), key),
      ]);
      assert.notEqual(three.serial, two.serial);
      assert.deepEqual([three.client === undefined, two.client === undefined], [false, true]);
    });

    test('a client that moves to another wire keeps its policy where nothing is said of its version', async () => {
      const client = await enrolClient(site.site, { hostName: 'tags', clientVersion: '1.0.0' });
      const get = (path: string, tag?: string) =>
        ask(site.site, path, { identity: client, headers: tag ? { 'if-none-match': tag } : {} });
      const tag = String((await get(onWire2(mpPaths.policy))).headers.etag);
      assert.equal((await get(onWire2(mpPaths.policy), tag)).status, 304);
      // Nothing is said of its version: the same text, and the same tag.
      assert.equal((await get(mpPaths.policy, tag)).status, 304);
      await site.context.clients.flush();
      assert.equal((await detail(client.id)).wire, 3);
    });

    test('clients are listed and counted by the wire that they spoke last, over a restart too', async () => {
      await site.context.clients.flush();
      await site.restart();
      const { wires } = (await site.call<Overview>('GET', '/overview')).body.clients;
      assert.deepEqual(
        wires.map(({ wire }) => wire),
        [1, 2, 3],
      );
      for (const { wire, clients } of wires) {
        const page = (await site.call<Page<ClientSummary>>('GET', `/clients?wire=${wire}&limit=500`)).body;
        assert.ok(page.items.every((client) => client.wire === wire));
        assert.equal(page.items.filter((client) => client.revokedAt === null).length, clients);
        assert.ok(clients > 0, `wire ${wire}`);
      }
      assert.equal((await site.call('GET', '/clients?wire=4')).status, 400);
    });

    test('an administrator ends old wires, but not by accident', async () => {
      const client: FirstGeneration = await enrolV1(site.site, 'last');
      const second = await enrolClient(site.site);
      await indexOn(onWire2(mpPaths.policy), second);
      const put = (body: unknown) => site.call<SiteWires>('PUT', '/wires', body);
      assert.equal(codeOf(await put({ oldest: 2 })), 'conflict');
      assert.equal((await client.checkIn()).status, 200);
      assert.equal((await put({ oldest: 2, cutOff: true })).body.oldest, 2);
      assertCode(await client.checkIn(), 410, 'wire.retired');
      const { token } = await tokenFor(site.site);
      assertCode(await ask(site.site, mpPathsV1.enrol, { body: enrolmentV1(token) }), 410, 'wire.retired');
      const tag = String((await ask(site.site, onWire2(mpPaths.policy), { identity: second })).headers.etag);
      await site.restart();
      assertCode(await client.checkIn(), 410, 'wire.retired');
      assert.equal((await put({ oldest: 3, cutOff: true })).body.oldest, 3);
      const headers = { 'if-none-match': tag };
      assertCode(
        await ask(site.site, onWire2(mpPaths.policy), { identity: second, headers }),
        410,
        'wire.retired',
      );
      assert.equal((await ask(site.site, mpPaths.policy, { identity: second })).status, 200);
      // The old secret proves who a machine was, whichever wires are answered.
      assert.equal((await successor(client)).answer.status, 200);
      assert.equal((await put({ oldest: 1 })).body.oldest, 1);
      assert.equal((await client.checkIn()).status, 200);
    });

    test('the old secret ends seven days after its successor has enrolled, and cannot be renewed by its token', async () => {
      const { token } = await tokenFor(site.site, { lifetimeSeconds: 30 * 86_400 });
      const body = enrolmentV1(token);
      const { clientId: id, secret } = (await ask(site.site, mpPathsV1.enrol, { body })).json;
      const headers = { authorization: `Bearer ${secret}` };
      assert.equal((await successor({ id, secret })).answer.status, 200);
      assertCode(await ask(site.site, mpPathsV1.enrol, { body }), 401, 'secret.refused');
      site.site.clock.forward(7 * day - 60_000);
      assert.equal((await ask(site.site, mpPathsV1.policy, { headers })).status, 200);
      site.site.clock.forward(60_001);
      assertCode(await ask(site.site, mpPathsV1.policy, { headers }), 401, 'secret.refused');
    });
  });
}
