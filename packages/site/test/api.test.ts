/** The API from outside: the way from a token to a deployment, and what it refuses. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { ClientDetail, CollectionSummary, Page, TokenCreated } from '@holdfast/contract';
import { mpPaths, parseToken } from '@holdfast/contract';
import { sql } from 'kysely';
import { type ConsoleSite, codeOf, openConsoleSite } from './support/console-site.ts';
import { ask, assertCode, enrolClient } from './support/site.ts';

let site: ConsoleSite;
before(async () => {
  site = await openConsoleSite();
});
after(() => site.close());

test('the site tells without sign-in what the sign-in page shows', async () => {
  const answer = await site.call('GET', '/site', undefined, {});
  assert.deepEqual(answer.body, {
    siteCode: 'HF1',
    version: '0.1.0',
    firstRun: true,
    managementPoint: site.site.running.managementPointUrl,
  });
});

test('every other route needs sign-in', async () => {
  for (const path of ['/overview', '/clients', '/tokens', '/audit', '/events', '/packages']) {
    const answer = await site.call('GET', path, undefined, {});
    assert.equal(answer.status, 401);
    assert.equal(codeOf(answer), 'auth.required');
  }
  const wrongKey = await site.call('GET', '/clients', undefined, { 'x-api-key': 'hf_wrong' });
  assert.equal(codeOf(wrongKey), 'auth.required');
});

test('an unknown field is refused and named', async () => {
  const answer = await site.call('POST', '/tokens', {
    label: 'a',
    maxUses: 1,
    lifetimeSeconds: 60,
    admin: true,
  });
  assert.equal(answer.status, 400);
  assert.equal(codeOf(answer), 'request.invalid');
  assert.match(answer.text, /admin/);
});

test('a number in quotes is not a number in a body, and is one in a query', async () => {
  assert.equal(
    codeOf(await site.call('POST', '/tokens', { label: 'a', maxUses: '1', lifetimeSeconds: 60 })),
    'request.invalid',
  );
  assert.equal((await site.call('GET', '/clients?limit=5')).status, 200);
  assert.equal(codeOf(await site.call('GET', '/clients?limit=5000')), 'request.invalid');
  assert.equal(codeOf(await site.call('GET', '/clients?page=2')), 'request.invalid');
  assert.equal(codeOf(await site.call('GET', '/clients?cursor=nonsense')), 'request.invalid');
});

test('what is not there and what is not JSON have codes', async () => {
  assert.equal(codeOf(await site.call('GET', '/nowhere')), 'not-found');
  assert.equal(codeOf(await site.call('GET', '/clients/00000000-0000-4000-8000-000000000000')), 'not-found');
  assert.equal(codeOf(await site.call('GET', '/clients/not-a-uuid')), 'request.invalid');
  assert.equal(codeOf(await site.call('POST', '/tokens', '{"label":')), 'request.invalid');
  assert.equal(codeOf(await site.call('POST', '/tokens', `"${'x'.repeat(300_000)}"`)), 'request.too-large');
});

test('a token is shown once and stored hashed', async () => {
  const made = await site.call<TokenCreated>('POST', '/tokens', {
    label: 'lab',
    maxUses: null,
    lifetimeSeconds: 60,
  });
  assert.equal(made.status, 201);
  const token = parseToken(made.body.token);
  assert.equal(token.policyKey, site.context.trust.policyKeyId);
  const rows = await site.context.store.selectFrom('token').selectAll().execute();
  assert.ok(!JSON.stringify(rows).includes(token.secret));
  const list = await site.call<Page<unknown>>('GET', '/tokens');
  assert.ok(!list.text.includes(token.secret));
  assert.equal((await site.call('DELETE', `/tokens/${made.body.id}`)).status, 204);
});

test('a script as host name comes back as the text that it is, in JSON', async () => {
  const hostName = '<script>alert(1)</script>';
  const { id } = await enrolClient(site.site, { hostName });
  const answer = await site.call<ClientDetail>('GET', `/clients/${id}`);
  assert.equal(answer.body.hostName, hostName);
  assert.deepEqual(
    answer.body.collections.map((collection) => collection.name),
    ['All clients'],
  );
  assert.match(answer.headers.get('content-type') ?? '', /^application\/json/);
  assert.equal(answer.headers.get('x-content-type-options'), 'nosniff');
  const found = await site.call<Page<unknown>>('GET', `/clients?search=${encodeURIComponent('<SCRIPT>')}`);
  assert.equal(found.body.total, 1);
});

test('a revoked client is refused at once, and the audit says who did it', async () => {
  const client = await enrolClient(site.site, { hostName: 'to-revoke' });
  const { id } = client;
  assert.equal((await ask(site.site, mpPaths.policy, { identity: client })).status, 200);
  assert.equal((await site.call('DELETE', `/clients/${id}/certificate`)).status, 204);
  assertCode(await ask(site.site, mpPaths.policy, { identity: client }), 403, 'certificate.revoked');
  const detail = await site.call<ClientDetail>('GET', `/clients/${id}`);
  assert.ok(detail.body.revokedAt !== null);
  const audit = await site.call<Page<{ actor: string; action: string; target: string }>>(
    'GET',
    '/audit?search=to-revoke',
  );
  assert.deepEqual(
    audit.body.items.map(({ actor, action }) => ({ actor, action })),
    [{ actor: 'key tests', action: 'client.revoke' }],
  );
});

test('lists come in pages by cursor, each row once', async () => {
  for (const hostName of ['page-b', 'page-a', 'page-a', 'page-c', 'page-d']) await site.enrol({ hostName });
  const names: string[] = [];
  let cursor: string | null = null;
  do {
    const next: string = cursor === null ? '' : `&cursor=${cursor}`;
    const page: { body: Page<{ hostName: string }> } = await site.call(
      'GET',
      `/clients?search=page-&limit=2${next}`,
    );
    assert.equal(page.body.total, 5);
    names.push(...page.body.items.map((client) => client.hostName));
    cursor = page.body.next;
  } while (cursor !== null);
  assert.deepEqual(names, ['page-a', 'page-a', 'page-b', 'page-c', 'page-d']);
});

test('the OpenAPI document lists every route of the API', async () => {
  const answer = await site.call<{ openapi: string; paths: Record<string, Record<string, unknown>> }>(
    'GET',
    '/openapi.json',
    undefined,
    {},
  );
  assert.equal(answer.body.openapi, '3.1.0');
  const listed = Object.entries(answer.body.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  const expected = `GET /site,POST /first-run,GET /openapi.json,GET /overview,GET /clients,GET /clients/{id},
    DELETE /clients/{id}/certificate,GET /clients/{id}/status,GET /status,GET /tokens,POST /tokens,DELETE /tokens/{id},
    GET /collections,POST /collections,POST /collections/preview,GET /collections/{id},PUT /collections/{id},
    DELETE /collections/{id},GET /collections/{id}/members,PUT /collections/{id}/members/{clientId},
    DELETE /collections/{id}/members/{clientId},PUT /content,
    GET /content/{sha256}/installer,GET /packages/{id}/installer,GET /packages/{id}/installer/files,
    GET /packages/{id}/installer/tables,GET /packages/{id}/installer/tables/{table},
    POST /packages/{id}/installer/plan,GET /packages,POST /packages,GET /packages/{id},
    DELETE /packages/{id},POST /packages/{id}/programs,GET /deployments,POST /deployments,GET /deployments/{id},
    DELETE /deployments/{id},GET /deployments/{id}/clients,GET /api-keys,POST /api-keys,DELETE /api-keys/{id},
    GET /audit,GET /events,GET /clients/{id}/health,GET /clients/{id}/health/history,GET /health,GET /health/clients,
    GET /setups,GET /setups/{id},GET /client-setup,GET /client-setup/script,POST /client-repairs,GET /client-upgrades,POST /client-upgrades,GET /client-versions,GET /clients/{id}/upgrades,
    GET /client-upgrades/{id},GET /client-upgrades/{id}/members,POST /client-upgrades/{id}/pause,
    POST /client-upgrades/{id}/resume,POST /client-upgrades/{id}/withdraw,GET /client-releases,POST /client-releases,
    GET /client-releases/{version},DELETE /client-releases/{version},
    POST /client-releases/{version}/packages/{name}/configured,GET /wires,PUT /wires,
    GET /takeovers,POST /takeovers,GET /takeovers/{id},PUT /takeovers/{id},DELETE /takeovers/{id},GET /takeovers/{id}/clients`
    .split(',')
    .map((route) => route.trim().replace(' /', ' /api/v1/'));
  assert.deepEqual(listed.toSorted(), expected.toSorted());
});

test('answers carry a strict content-security policy', async () => {
  const { headers } = await site.call('GET', '/site', undefined, {});
  const policy = headers.get('content-security-policy') ?? '';
  for (const part of [
    "default-src 'self'",
    "script-src 'self';",
    "frame-ancestors 'none'",
    "object-src 'none'",
  ]) {
    assert.ok(policy.includes(part), part);
  }
});

test('all clients are members of the built-in collection', async () => {
  const id = await site.enrol();
  const { body } = await site.call<Page<CollectionSummary>>('GET', '/collections');
  const all = body.items.find((collection) => collection.builtIn);
  const members = await site.call<Page<{ id: string }>>('GET', `/collections/${all?.id}/members?limit=500`);
  assert.ok(members.body.items.some((client) => client.id === id));
});

test('a database that cannot be written gives its code, and reading goes on', async () => {
  const { store } = site.context;
  await sql`pragma query_only = on`.execute(store);
  try {
    const token = { label: 'x', maxUses: 1, lifetimeSeconds: 60 };
    const answer = await site.call('POST', '/tokens', token);
    assert.equal(answer.status, 503);
    assert.equal(codeOf(answer), 'database.read-only');
    assert.equal((await site.call('GET', '/tokens')).status, 200);
  } finally {
    await sql`pragma query_only = off`.execute(store);
  }
});
