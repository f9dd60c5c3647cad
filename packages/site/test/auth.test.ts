/** Sign-in: the first administrator, sessions, keys, and pages of other sites. */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import type { ApiKeyCreated, Page, SiteInfo } from '@holdfast/contract';
import { sql } from 'kysely';
import { type ConsoleSite, codeOf, openConsoleSite } from './support/console-site.ts';

let site: ConsoleSite;
beforeEach(async () => {
  site = await openConsoleSite();
});
afterEach(() => site.close());

const admin = { name: 'Ada', email: 'Ada@example.org', password: 'correct horse battery' };

async function firstRun(overrides: Record<string, string> = {}) {
  return site.call('POST', '/first-run', { secret: site.firstRunSecret ?? '', ...admin, ...overrides }, {});
}

async function signIn(password = admin.password, headers: Record<string, string> = {}) {
  return site.call('POST', '/api/auth/sign-in/email', { email: admin.email, password }, headers);
}

/** What a browser would send back. */
const cookieOf = (headers: Headers) =>
  headers
    .getSetCookie()
    .map((cookie) => cookie.split(';', 1)[0])
    .join('; ');

test('the first-run link makes one administrator and is then used up', async () => {
  const secret = site.firstRunSecret;
  assert.equal((await firstRun()).status, 204);
  const { body } = await site.call<SiteInfo>('GET', '/site', undefined, {});
  assert.equal(body.firstRun, false);
  const again = await site.call('POST', '/first-run', { ...admin, email: 'eve@example.org', secret }, {});
  assert.equal(again.status, 410);
  assert.equal(codeOf(again), 'auth.first-run-used');
  await site.restart();
  assert.equal(site.firstRunSecret, undefined);
});

test('of two administrators at once only one is made', async () => {
  const answers = await Promise.all([firstRun(), firstRun({ email: 'eve@example.org' })]);
  assert.deepEqual(answers.map((answer) => answer.status).toSorted(), [204, 410]);
});

test('the first-run secret stays the same when the site starts anew, and a wrong one is refused', async () => {
  const secret = site.firstRunSecret;
  await site.restart();
  assert.equal(site.firstRunSecret, secret);
  assert.equal(codeOf(await firstRun({ secret: 'wrong' })), 'auth.refused');
  assert.equal(codeOf(await firstRun({ password: 'too short' })), 'request.invalid');
  assert.equal((await firstRun()).status, 204);
});

test('an administrator signs in, is known by the cookie, and signs out', async () => {
  await firstRun();
  const answer = await signIn();
  assert.equal(answer.status, 200);
  for (const cookie of answer.headers.getSetCookie()) {
    assert.match(cookie, /HttpOnly/i);
    assert.match(cookie, /SameSite=Strict/i);
  }
  const cookie = cookieOf(answer.headers);
  const session = await site.call<{ user: { email: string } }>('GET', '/api/auth/get-session', undefined, {
    cookie,
  });
  assert.equal(session.body.user.email, 'ada@example.org');
  assert.equal((await site.call('GET', '/clients', undefined, { cookie })).status, 200);
  await site.call('POST', '/api/auth/sign-out', {}, { cookie, origin: site.url });
  assert.equal(codeOf(await site.call('GET', '/clients', undefined, { cookie })), 'auth.required');
});

test('a wrong password is refused with a code, and too many tries are stopped', async () => {
  await firstRun();
  const answer = await signIn('wrong password 123');
  assert.equal(answer.status, 401);
  assert.equal(codeOf(answer), 'auth.required');
  const codes: string[] = [];
  for (let count = 0; count < 10; count += 1) codes.push(codeOf(await signIn('wrong password 123')));
  assert.equal(codes.at(-1), 'request.rate');
  const limited = await signIn();
  assert.equal(limited.status, 429);
  assert.ok(Number(limited.headers.get('retry-after')) > 0);
});

test('sign-up is closed', async () => {
  const answer = await site.call('POST', '/api/auth/sign-up/email', admin, {});
  assert.equal(codeOf(answer), 'not-found');
});

test('a change with a cookie needs the origin of this site', async () => {
  await firstRun();
  const cookie = cookieOf((await signIn()).headers);
  const create = (headers: Record<string, string>) =>
    site.call('POST', '/tokens', { label: 'x', maxUses: 1, lifetimeSeconds: 60 }, { cookie, ...headers });
  assert.equal(codeOf(await create({})), 'auth.refused');
  assert.equal(codeOf(await create({ origin: 'https://evil.example' })), 'auth.refused');
  assert.equal(codeOf(await create({ origin: 'null' })), 'auth.refused');
  assert.equal((await create({ origin: site.url })).status, 201);
  const foreign = await signIn(admin.password, { origin: 'https://evil.example' });
  assert.equal(codeOf(foreign), 'auth.refused');
});

test('an API key works until it is removed, and the audit names it', async () => {
  await firstRun();
  const cookie = cookieOf((await signIn()).headers);
  const headers = { cookie, origin: site.url };
  const made = await site.call<ApiKeyCreated>('POST', '/api-keys', { name: 'nightly' }, headers);
  assert.equal(made.status, 201);
  const byKey = { 'x-api-key': made.body.key };
  assert.equal(
    (await site.call('POST', '/tokens', { label: 'x', maxUses: 1, lifetimeSeconds: 60 }, byKey)).status,
    201,
  );
  const audit = await site.call<Page<{ actor: string; action: string }>>('GET', '/audit', undefined, byKey);
  assert.deepEqual(
    audit.body.items.slice(0, 2).map((row) => [row.actor, row.action]),
    [
      ['key nightly', 'token.create'],
      ['ada@example.org', 'api-key.create'],
    ],
  );
  const list = await site.call<Page<{ name: string }>>('GET', '/api-keys', undefined, byKey);
  assert.deepEqual(list.body.items.map((key) => key.name).toSorted(), ['nightly', 'tests']);
  assert.ok(!list.text.includes(made.body.key));
  assert.equal((await site.call('DELETE', `/api-keys/${made.body.id}`, undefined, headers)).status, 204);
  assert.equal(codeOf(await site.call('GET', '/clients', undefined, byKey)), 'auth.required');
  assert.equal(
    codeOf(await site.call('DELETE', `/api-keys/${made.body.id}`, undefined, headers)),
    'not-found',
  );
});

test('a database that cannot be written gives its code at sign-in', async () => {
  await firstRun();
  await sql`pragma query_only = on`.execute(site.context.store);
  const answer = await signIn();
  assert.equal(codeOf(answer), 'database.read-only');
  assert.equal(answer.status, 503);
  await sql`pragma query_only = off`.execute(site.context.store);
});

test('behind a proxy tries are counted by the address that the proxy has added, whatever else is said', async () => {
  await firstRun();
  await site.restart({ console: { host: '127.0.0.1', port: 0, trustProxy: true } });
  const from = (addresses: string) => signIn('wrong password 123', { 'x-forwarded-for': addresses });
  const statuses: number[] = [];
  for (let count = 0; count < 12; count += 1) {
    statuses.push((await from(`198.51.100.${count}, 203.0.113.7`)).status);
  }
  assert.equal(statuses.at(-1), 429);
  assert.equal((await from('203.0.113.7, 203.0.113.8')).status, 401);
});

test('without a trusted proxy nobody can say that they come from elsewhere', async () => {
  await firstRun();
  let last = 0;
  for (let count = 0; count < 12; count += 1) {
    last = (await signIn('wrong password 123', { 'x-forwarded-for': `198.51.100.${count}` })).status;
  }
  assert.equal(last, 429);
});

test('an administrator whose making was cut off before the password is made whole by the same link', async () => {
  await sql`insert into "user" ("id", "name", "email", "emailVerified", "createdAt", "updatedAt")
    values ('half', 'Ada', 'ada@example.org', 1, '2026-01-01T00:00:00.000Z', '2026-01-01T00:00:00.000Z')`.execute(
    site.context.store,
  );
  assert.equal((await firstRun({ email: 'system@holdfast.invalid' })).status, 400);
  assert.equal((await firstRun()).status, 204);
  assert.equal((await signIn()).status, 200);
});
