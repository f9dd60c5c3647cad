/** A whole site over PostgreSQL: what only a database of its own, with several connections, can get wrong. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import type { CollectionSummary, DeploymentDetail, PackageDetail, Page, Program } from '@holdfast/contract';
import { mpPaths } from '@holdfast/contract';
import { sql } from 'kysely';
import { type ConsoleSite, codeOf, openConsoleSite } from './support/console-site.ts';
import { postgresMissing, startPostgres } from './support/postgres.ts';
import { ask, assertCode, enrolClient, facts } from './support/site.ts';

describe('a site over PostgreSQL', { skip: postgresMissing ?? false }, () => {
  let postgres: Awaited<ReturnType<typeof startPostgres>>;
  let site: ConsoleSite;

  before(async () => {
    postgres = await startPostgres();
    site = await openConsoleSite({ databaseUrl: postgres.url });
  });
  after(async () => {
    await site.close();
    await postgres.stop();
  });

  const allClients = async () => {
    const { body } = await site.call<Page<CollectionSummary>>('GET', '/collections');
    return body.items.find((collection) => collection.builtIn)?.id ?? '';
  };

  async function makeProgram(name: string): Promise<{ packageId: string; programId: string }> {
    const bytes = Buffer.from(name);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    await site.context.content.add(
      (async function* () {
        yield bytes;
      })(),
    );
    const files = [{ path: 'a', size: bytes.length, sha256 }];
    const made = await site.call<PackageDetail>('POST', '/packages', { name, version: '1', files });
    const program = await site.call<Program>('POST', `/packages/${made.body.id}/programs`, {
      name: 'install',
      platform: 'linux',
      install: 'true',
      detection: [{ kind: 'file', path: '/a' }],
      exitCodes: [],
      maxRunMinutes: 5,
    });
    assert.equal(program.status, 201, program.text);
    return { packageId: made.body.id, programId: program.body.id };
  }

  test('a client enrols, gets its policy, and its status messages are stored once', async () => {
    const client = await enrolClient(site.site);
    const { programId } = await makeProgram('first');
    const deployment = await site.call<DeploymentDetail>('POST', '/deployments', {
      programId,
      collectionId: await allClients(),
    });
    assert.equal(deployment.status, 201, deployment.text);
    const policy = await ask(site.site, mpPaths.policy, { identity: client });
    const index = JSON.parse(policy.json.payload);
    assert.deepEqual(
      index.assignments.map((one: { deploymentId: string }) => one.deploymentId),
      [deployment.body.id],
    );
    const message = { seq: 1, at: 1, code: 30020, severity: 'info', deploymentId: deployment.body.id };
    const body = {
      clientId: client.id,
      stream: site.context.entropy.uuid(),
      oldest: 1,
      messages: [{ ...message, details: { package: 'first 1\u0000' } }],
    };
    for (let time = 0; time < 2; time += 1) {
      const answer = await ask(site.site, mpPaths.status, { identity: client, body });
      assert.deepEqual(answer.json, { acknowledged: 1 }, answer.text);
    }
    const status = await site.call<Page<unknown>>('GET', `/status?clientId=${client.id}`);
    assert.equal(status.body.total, 1);
    const detail = await site.call<DeploymentDetail>('GET', `/deployments/${deployment.body.id}`);
    assert.deepEqual(detail.body.states, { succeeded: 1 });
    const endless = await ask(site.site, mpPaths.status, {
      identity: client,
      body: { ...body, oldest: 1e300 },
    });
    assertCode(endless, 400, 'request.invalid');
  });

  test('text that PostgreSQL cannot hold is refused with a code', async () => {
    const name = 'with NUL';
    const made = await site.call('POST', '/collections', { name, description: 'a\u0000b' });
    assert.equal(codeOf(made), 'request.invalid');
    assert.equal(codeOf(await site.call('GET', '/clients?search=%00')), 'request.invalid');
    assert.equal((await site.call('POST', '/collections', { name })).status, 201);
  });

  test('a package that is deployed while it is removed is either, and never a fault of the site', async () => {
    const collectionId = await allClients();
    for (let round = 0; round < 5; round += 1) {
      const { packageId, programId } = await makeProgram(`contested ${round}`);
      const [removed, deployed] = await Promise.all([
        site.call('DELETE', `/packages/${packageId}`),
        site.call('POST', '/deployments', { programId, collectionId }),
      ]);
      const outcome = `${removed.status} ${deployed.status}`;
      assert.ok(['204 404', '204 409', '409 201'].includes(outcome), `${removed.text} ${deployed.text}`);
    }
  });

  test('facts and a query that change together end with the membership that both say', async () => {
    const client = await enrolClient(site.site);
    const query = (value: string) => ({
      name: 'versions',
      query: { all: [{ attribute: 'osVersion', operator: 'equals', value }] },
    });
    const { body } = await site.call<CollectionSummary>('POST', '/collections', query('0'));
    for (let round = 1; round <= 10; round += 1) {
      const version = String(round);
      const [told, changed] = await Promise.all([
        ask(site.site, mpPaths.facts, { identity: client, body: { ...facts, osVersion: version } }),
        site.call('PUT', `/collections/${body.id}`, query(version)),
      ]);
      assert.deepEqual([told.status, changed.status], [204, 200], changed.text);
      const members = await site.call<Page<{ id: string }>>('GET', `/collections/${body.id}/members`);
      assert.deepEqual(
        members.body.items.map((member) => member.id),
        [client.id],
        `round ${round}`,
      );
    }
  });

  test('a connection that ends in the middle of a transaction harms that transaction alone', async () => {
    const { store } = site.context;
    const transaction = await store.startTransaction().execute();
    const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(transaction);
    await sql`select pg_terminate_backend(${rows[0]?.pid ?? 0})`.execute(store);
    try {
      await assert.rejects(
        async () => {
          for (;;) await sql`select 1`.execute(transaction);
        },
        { code: 'database.unavailable' },
      );
    } finally {
      await transaction
        .rollback()
        .execute()
        .catch(() => undefined);
    }
    assert.equal((await site.call('GET', '/overview')).status, 200);
  });
});
