/** Deployments: written as immutable assignments, counted, tried, withdrawn. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  Assignment,
  type ClientDetail,
  type CollectionSummary,
  type DeploymentClient,
  type DeploymentDetail,
  type Overview,
  type PackageDetail,
  type Page,
  type Program,
  type StatusRow,
  sha256,
} from '@holdfast/contract';
import { Compile } from 'typebox/compile';
import { type ConsoleSite, codeOf, openConsoleSite } from './support/console-site.ts';

let site: ConsoleSite;
let packageId: string;
let programId: string;
let collectionId: string;
let clientId: string;

before(async () => {
  site = await openConsoleSite();
  const content = await site.context.content.add(
    (async function* () {
      yield Buffer.from('bytes');
    })(),
  );
  const made = await site.call<PackageDetail>('POST', '/packages', {
    name: 'Hello',
    version: '2.10',
    files: [{ path: 'hello.deb', size: content.size, sha256: content.sha256 }],
  });
  packageId = made.body.id;
  const program = await site.call<Program>('POST', `/packages/${packageId}/programs`, {
    name: 'install',
    platform: 'linux',
    install: 'dpkg -i {content}/hello.deb',
    detection: [{ kind: 'package', manager: 'dpkg', name: 'hello' }],
    exitCodes: [],
    maxRunMinutes: 10,
  });
  programId = program.body.id;
  clientId = await site.enrol({ hostName: 'target-1' });
  await site.enrol({ hostName: 'target-2' });
  const query = { all: [{ attribute: 'hostName', operator: 'starts-with', value: 'target-' }] };
  const collection = await site.call<CollectionSummary>('POST', '/collections', { name: 'Targets', query });
  collectionId = collection.body.id;
});
after(() => site.close());

const counts = async () => {
  const { store } = site.context;
  const count = async (table: 'deployment' | 'assignment' | 'audit') =>
    (
      await store
        .selectFrom(table)
        .select((eb) => eb.fn.countAll<number>().as('count'))
        .executeTakeFirstOrThrow()
    ).count;
  return [await count('deployment'), await count('assignment'), await count('audit')];
};

test('a dry run answers as the deployment would, and changes nothing', async () => {
  const before = await counts();
  site.invalidated.clear();
  const answer = await site.call<DeploymentDetail>('POST', '/deployments?dryRun=true', {
    programId,
    collectionId,
  });
  assert.equal(answer.status, 200);
  assert.equal(answer.body.targeted, 2);
  assert.deepEqual(answer.body.states, { waiting: 2 });
  assert.deepEqual(await counts(), before);
  assert.equal(site.invalidated.size, 0);
  assert.equal(codeOf(await site.call('GET', `/deployments/${answer.body.id}`)), 'not-found');
});

test('what cannot be deployed is refused with its reason', async () => {
  const create = (body: object, path = '/deployments') =>
    site.call('POST', path, { programId, collectionId, ...body });
  const uninstall = await create({ intent: 'uninstall' });
  assert.equal(codeOf(uninstall), 'request.invalid');
  assert.match(uninstall.text, /uninstall/);
  assert.equal(codeOf(await create({ availableAt: 2_000, deadlineAt: 1_000 })), 'request.invalid');
  const unknown = '00000000-0000-4000-8000-000000000000';
  assert.equal(codeOf(await create({ programId: unknown })), 'not-found');
  assert.equal(codeOf(await create({ collectionId: unknown }, '/deployments?dryRun=true')), 'not-found');
  assert.equal((await site.call('GET', '/deployments')).status, 200);
});

test('a deployment is stored with the exact text that its hash is of, counted, and withdrawn', async () => {
  site.invalidated.clear();
  const { body, status } = await site.call<DeploymentDetail>('POST', '/deployments', {
    programId,
    collectionId,
  });
  assert.equal(status, 201);
  assert.ok(site.invalidated.has(clientId));
  const { store } = site.context;
  const row = await store
    .selectFrom('deployment')
    .innerJoin('assignment', 'assignment.hash', 'deployment.assignmentHash')
    .selectAll()
    .where('deployment.id', '=', body.id)
    .executeTakeFirstOrThrow();
  assert.equal(sha256(row.body), row.hash);
  const assignment = JSON.parse(row.body) as Assignment;
  assert.ok(Compile(Assignment).Check(assignment));
  assert.equal(assignment.deploymentId, body.id);
  assert.equal(row.createdBy, 'key tests');

  const details = JSON.stringify({ package: 'Hello 2.10' });
  await store
    .insertInto('deploymentState')
    .values({ deploymentId: body.id, clientId, state: 'succeeded', code: 30020, at: 5, details })
    .execute();
  const now = await site.call<DeploymentDetail>('GET', `/deployments/${body.id}`);
  assert.deepEqual(now.body.states, { succeeded: 1, waiting: 1 });
  const overview = await site.call<Overview>('GET', '/overview');
  assert.deepEqual(overview.body.states, { succeeded: 1, waiting: 1 });
  assert.equal(overview.body.deployments, 1);
  const waiting = await site.call<Page<DeploymentClient>>(
    'GET',
    `/deployments/${body.id}/clients?state=waiting`,
  );
  assert.deepEqual(
    waiting.body.items.map((client) => client.hostName),
    ['target-2'],
  );
  const client = await site.call<ClientDetail>('GET', `/clients/${clientId}`);
  assert.equal(client.body.deployments[0]?.text, 'Hello 2.10 is present: every detection rule holds');

  assert.equal(codeOf(await site.call('DELETE', `/packages/${packageId}`)), 'conflict');
  assert.equal(codeOf(await site.call('DELETE', `/collections/${collectionId}`)), 'conflict');
  assert.equal((await site.call('DELETE', `/deployments/${body.id}`)).status, 204);
  const withdrawn = await site.call<DeploymentDetail>('GET', `/deployments/${body.id}`);
  assert.ok(withdrawn.body.withdrawnAt !== null);
  assert.equal((await site.call<Overview>('GET', '/overview')).body.deployments, 0);
});

test('status messages are listed newest first, filtered, as the text that they are', async () => {
  const { store } = site.context;
  const message = { clientId, stream: 'a', at: 1, receivedAt: 2, severity: 'info', deploymentId: null };
  await store
    .insertInto('statusMessage')
    .values([
      { ...message, seq: 1, code: 30002, details: '{"version":"<b>0.1.0</b>"}' },
      { ...message, seq: 2, code: 30050, severity: 'error', details: '{"reason":"no space"}' },
      { ...message, seq: 3, code: 60000, details: '{}' },
    ])
    .execute();
  const all = await site.call<Page<StatusRow>>('GET', `/clients/${clientId}/status`);
  assert.deepEqual(
    all.body.items.map((row) => [row.seq, row.name, row.text]),
    [
      [3, null, 'Status 60000'],
      [2, 'disk-full', 'Disk full: no space'],
      [1, 'client-started', 'Client <b>0.1.0</b> started'],
    ],
  );
  const failures = await site.call<Page<StatusRow>>('GET', '/status?severity=error&limit=1');
  assert.deepEqual(
    failures.body.items.map((row) => row.seq),
    [2],
  );
  assert.equal(failures.body.next, null);
  const found = await site.call<Page<StatusRow>>('GET', '/status?search=NO%20SPACE');
  assert.equal(found.body.total, 1);
});
