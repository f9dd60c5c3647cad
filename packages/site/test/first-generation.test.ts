/** Clients of the first generation: what they get and tell, and how a machine becomes today's client and stays itself. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { type AuditRow, mpPaths, mpPathsV1, type Page, sha256 } from '@holdfast/contract';
import { type ConsoleSite, openConsoleSite } from './support/console-site.ts';
import { postgresMissing, startPostgres } from './support/postgres.ts';
import { ask, assertCode, enrolClient, facts, tokenFor } from './support/site.ts';
import { deployToAll, detailOf, enrolmentV1, enrolV1, indexOn, successor } from './support/wires.ts';

const day = 86_400_000;

const suites = [
  { name: 'SQLite', postgres: false, skip: false },
  { name: 'PostgreSQL', postgres: true, skip: postgresMissing ?? false },
];

for (const { name, postgres, skip } of suites) {
  describe(`first generation on ${name}`, { skip }, () => {
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
        (await detailOf(site, client.id)).deployments.find((row) => row.deploymentId === deploymentId)?.state,
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
      assertCode((await successor(site, client)).answer, 403, 'certificate.revoked');
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
      const { answer, identity } = await successor(site, client);
      assert.equal(answer.status, 200, answer.text);
      assert.equal(answer.json.clientId, client.id);
      // Until today's client has spoken, the old one is what there is.
      assert.deepEqual([(await client.checkIn()).status, (await detailOf(site, client.id)).wire], [200, 1]);
      const index = await indexOn(site, mpPaths.policy, identity);
      assert.deepEqual(
        [index.clientId, index.assignments.some((one) => one.deploymentId === deploymentId)],
        [client.id, true],
      );
      await site.context.clients.flush();
      const after = await detailOf(site, client.id);
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
      const { answer, identity } = await successor(site, client);
      assert.equal(answer.status, 200, answer.text);
      const again = await successor(site, client, identity);
      assert.deepEqual([again.answer.status, again.answer.json.clientId], [200, client.id]);
      assertCode((await successor(site, client)).answer, 401, 'secret.refused');
    });

    test('of two machines with one copied secret that ask at once, one is the client', async () => {
      const client = await enrolV1(site.site, 'cloned-too');
      const answers = await Promise.all([1, 2, 3].map(async () => (await successor(site, client)).answer));
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
        assertCode((await successor(site, former)).answer, 401, 'secret.refused');
      }
      const audit = await site.call<Page<AuditRow>>('GET', `/audit?search=client.succeed-refused`);
      assert.equal(audit.body.items.filter(({ target }) => target.endsWith(client.id)).length, 1);
      assert.equal((await successor(site, client)).answer.status, 200);
    });

    test('the old secret ends seven days after its successor has enrolled, and cannot be renewed by its token', async () => {
      const { token } = await tokenFor(site.site, { lifetimeSeconds: 30 * 86_400 });
      const body = enrolmentV1(token);
      const { clientId: id, secret } = (await ask(site.site, mpPathsV1.enrol, { body })).json;
      const headers = { authorization: `Bearer ${secret}` };
      assert.equal((await successor(site, { id, secret })).answer.status, 200);
      assertCode(await ask(site.site, mpPathsV1.enrol, { body }), 401, 'secret.refused');
      site.site.clock.forward(7 * day - 60_000);
      assert.equal((await ask(site.site, mpPathsV1.policy, { headers })).status, 200);
      site.site.clock.forward(60_001);
      assertCode(await ask(site.site, mpPathsV1.policy, { headers }), 401, 'secret.refused');
    });
  });
}
