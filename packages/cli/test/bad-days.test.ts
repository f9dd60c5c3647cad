/** The bad days of a site and its clients: each is said with its code, by the API and by the program, and loses nothing. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type ErrorCode, mpPaths, seal } from '@holdfast/contract';
import { sql } from 'kysely';
import {
  type Answer,
  api,
  assertAnswered,
  assertReadable,
  assertSaid,
  batch,
  clientProgram,
  clientStatus,
  clients,
  closeSite,
  deployScript,
  enrol,
  enrolled,
  issueAnew,
  keptFolder,
  message,
  openSite,
  policySerial,
  request,
  site,
  spokenClient,
  storedMessages,
  tell,
  tokenOf,
  tokens,
} from './bad-days-support.ts';
import { holdfast } from './support.ts';

before(openSite);
after(closeSite);

const badTokens: readonly [title: string, code: ErrorCode, make: () => Promise<string>][] = [
  ['cut short', 'token.malformed', async () => (await tokenOf()).slice(0, 20)],
  [
    'of a secret that nobody issued',
    'token.unknown',
    async () => {
      const parts = (await tokenOf()).split('.');
      return [...parts.slice(0, -1), randomBytes(32).toString('base64url')].join('.');
    },
  ],
  [
    'expired',
    'token.expired',
    async () => {
      const token = await tokenOf();
      await site.site.context.store.updateTable('token').set({ expiresAt: 1 }).execute();
      return token;
    },
  ],
  [
    'used',
    'token.used',
    async () => {
      const token = await tokenOf();
      assert.equal((await tell(mpPaths.enrol, (await request(token)).body)).status, 200);
      return token;
    },
  ],
  [
    'revoked',
    'token.revoked',
    async () => {
      const token = await tokenOf();
      const [newest] = ((await site.json('token', 'list')) as { items: { id: string }[] }).items;
      await site.json('token', 'revoke', newest?.id ?? '');
      return token;
    },
  ],
];
for (const [title, code, make] of badTokens) {
  test(`a token that is ${title} enrols nobody`, async (context) => {
    const folder = await keptFolder(context);
    const token = await make();
    const before = await clients();
    assertSaid(await enrol(folder.path, token), code);
    assertAnswered(await tell(mpPaths.enrol, (await request(token)).body), code);
    assert.equal(await clients(), before);
  });
}

test('a revoked client is refused at its next request, and is told so by its own program', async (context) => {
  const { folder, id } = await enrolled(context);
  const identity = await spokenClient();
  assert.equal((await tell(mpPaths.status, batch(identity.id, message(1)), identity)).status, 200);
  await site.json('client', 'revoke', id);
  await site.json('client', 'revoke', identity.id);
  assertAnswered(await tell(mpPaths.status, batch(identity.id, message(2)), identity), 'certificate.revoked');
  assertReadable(await clientProgram('run', '--once', '--folder', folder), 'certificate.revoked');
  assert.equal(await storedMessages(identity.id), 1);
});

test("a message in another client's name is refused, and stands in nobody's story", async () => {
  const [one, other] = [await spokenClient(), await spokenClient()];
  assertAnswered(await tell(mpPaths.status, batch(other.id, message(1)), one), 'client.mismatch');
  assert.deepEqual([await storedMessages(one.id), await storedMessages(other.id)], [0, 0]);
});

test('a policy with a wrong signature is refused, and the last good one stays', async (context) => {
  const { folder } = await enrolled(context);
  const run = () => clientProgram('run', '--once', '--folder', folder);
  assert.equal((await run()).code, 0);
  const before = await policySerial(folder);
  const { trust, policy } = site.site.context;
  const genuine = trust.seal;
  const { privateKey } = generateKeyPairSync('ed25519');
  Object.assign(trust, {
    seal: (type: 'holdfast/policy-index', text: string) => seal(type, text, privateKey),
  });
  try {
    await issueAnew(folder, before + 1);
    assertReadable(await run(), 'policy.untrusted');
    assert.equal(await policySerial(folder), before);
  } finally {
    Object.assign(trust, { seal: genuine });
  }
  policy.invalidate('all');
  await issueAnew(folder, before + 5);
  assert.equal((await run()).code, 0);
  assert.ok((await policySerial(folder)) > before);
});

test('an older policy that is replayed is refused, and the newer one stays', async (context) => {
  const { folder } = await enrolled(context);
  const run = () => clientProgram('run', '--once', '--folder', folder);
  await issueAnew(folder, 40);
  assert.equal((await run()).code, 0);
  const before = await policySerial(folder);
  await issueAnew(folder, 7);
  assertReadable(await run(), 'policy.stale');
  assert.equal(await policySerial(folder), before);
});

test('an upload that is cut off leaves nothing, and the whole one is taken', async () => {
  const bytes = randomBytes(300_000);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const url = new URL(site.site.consoleUrl);
  const socket = connect(Number(url.port), url.hostname);
  await once(socket, 'connect');
  const head = [
    'PUT /api/v1/content HTTP/1.1',
    `host: ${url.host}`,
    `x-api-key: ${site.apiKey}`,
    'content-type: application/octet-stream',
    `content-length: ${bytes.length}`,
  ];
  socket.write(`${head.join('\r\n')}\r\n\r\n`);
  socket.write(bytes.subarray(0, 100_000));
  // The sending side alone is closed: the answer can still be read.
  socket.end();
  const answer = (await socket.toArray()).join('');
  if (answer !== '') assert.match(answer, /"code":"request\.cut-off"|^HTTP\/1\.1 400/);
  assert.equal((await api('HEAD', `/content/${sha256}`)).status, 404);
  const file = join(site.folder, 'whole.bin');
  await writeFile(file, bytes);
  await site.json('package', 'add', file, '--name', 'whole', '--version', '1');
  assert.equal((await api('HEAD', `/content/${sha256}`)).status, 200);
});

test('content whose hash is another than announced is refused and not kept', async () => {
  const bytes = randomBytes(1000);
  const [announced, own] = [randomBytes(1000), bytes].map((data) =>
    createHash('sha256').update(data).digest('hex'),
  );
  const response = await fetch(`${site.site.consoleUrl}/api/v1/content`, {
    method: 'PUT',
    headers: {
      'x-api-key': site.apiKey,
      'content-type': 'application/octet-stream',
      'x-content-sha256': announced ?? '',
    },
    body: bytes,
  });
  assertAnswered({ status: response.status, text: await response.text() }, 'content.hash-mismatch');
  for (const hash of [announced, own]) assert.equal((await api('HEAD', `/content/${hash}`)).status, 404);
});

test('content that is changed on its way to a client is refused there and never run', async (context) => {
  const { folder, id } = await enrolled(context);
  const script = join(site.folder, 'changed.sh');
  await writeFile(script, '#!/bin/sh\necho changed > "$1/changed"\n');
  await deployScript('changed', id);
  const sha256 = createHash('sha256')
    .update(await readFile(script))
    .digest('hex');
  const stored = join(site.folder, 'data', 'content', sha256.slice(0, 2), sha256);
  const bytes = await readFile(stored);
  await writeFile(stored, Buffer.from(bytes).fill('x', 20, 30));
  assert.equal((await clientProgram('run', '--once', '--folder', folder)).code, 0);
  assert.match((await site.run(['status', '--client', id])).out, /hash/i);
  await assert.rejects(readFile(join(folder, 'root', 'changed')), { code: 'ENOENT' });
});

test('a sandbox without room is said as what it is, and the work goes on when there is room', {
  skip: process.getuid?.() === 0 ? false : 'a small file system can be mounted by root alone',
}, async (context) => {
  const small = join((await keptFolder(context)).path, 'small');
  await mkdir(small);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=512k', 'holdfast-test', small], { stdio: 'pipe' });
  } catch {
    context.skip('this account may not mount a file system');
    return;
  }
  try {
    await mkdir(join(small, 'root'));
    const { out } = await enrol(small, await tokenOf());
    const { clientId } = JSON.parse(out);
    await writeFile(
      join(site.folder, 'large.sh'),
      `#!/bin/sh\necho large > "$1/large"\n#${randomBytes(400_000).toString('hex')}\n`,
    );
    await deployScript('large', clientId);
    await clientProgram('run', '--once', '--folder', small);
    assert.match((await site.run(['status', '--client', clientId])).out, /30050 .*Disk full/);
    const [held] = (await clientStatus(small)).deployments;
    assert.ok(held && held.state !== 'failed', held?.state);
    execFileSync('mount', ['-o', 'remount,size=64m', small], { stdio: 'pipe' });
    const again = await clientProgram('install', held.deploymentId, '--folder', small);
    assert.equal(again.code, 0, again.error);
    assert.equal(await readFile(join(small, 'root', 'large'), 'utf8'), 'large\n');
  } finally {
    execFileSync('umount', [small], { stdio: 'pipe' });
  }
});

test('a database without room refuses a change with its code and goes on', async () => {
  const { store } = site.site.context;
  const { rows } = await sql<{ page_count: number }>`pragma page_count`.execute(store);
  await sql.raw(`pragma max_page_count = ${rows[0]?.page_count ?? 0}`).execute(store);
  const before = await tokens();
  try {
    const refused: Answer[] = [];
    for (let count = 0; count < 200 && refused.length === 0; count += 1) {
      const answer = await api('POST', '/tokens', {
        label: 'x'.repeat(120),
        maxUses: 1,
        lifetimeSeconds: 60,
      });
      if (answer.status !== 201) refused.push(answer);
    }
    const [first] = refused;
    assert.ok(first, 'the database took everything');
    assertAnswered(first, 'disk.full');
    assertSaid(await site.run(['collection', 'create', 'y'.repeat(100), '--json']), 'disk.full');
  } finally {
    await sql`pragma max_page_count = 1073741823`.execute(store);
  }
  await tokenOf();
  assert.ok((await tokens()) > before);
});

test('a port that is taken keeps a site from starting, and says which', async (context) => {
  const folder = await keptFolder(context);
  const server = createServer().listen(0, '127.0.0.1');
  context.after(() => server.close());
  await once(server, 'listening');
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  const config = join(folder.path, 'site.yaml');
  const text = `siteCode: BAD\ndataFolder: data\nhostNames: [127.0.0.1]\nmanagementPoint: {host: 127.0.0.1, port: ${address.port}}\nconsole: {port: 0}\n`;
  await writeFile(config, text);
  assert.equal((await holdfast(['site', 'init', '--config', config])).code, 0);
  const refused = await holdfast(['site', 'start', '--config', config]);
  assertReadable(refused, 'port.in-use');
  assert.ok(refused.error.includes(`127.0.0.1:${address.port}`), refused.error);
});

test('a database that can only be read refuses changes with its code, and reading goes on', async () => {
  const { store } = site.site.context;
  const identity = await spokenClient();
  const before = await tokens();
  await sql`pragma query_only = on`.execute(store);
  try {
    const body = { label: 'x', maxUses: 1, lifetimeSeconds: 60 };
    assertAnswered(await api('POST', '/tokens', body), 'database.read-only');
    assertReadable(await site.run(['token', 'create', '--label', 'x']), 'database.read-only');
    // Not acknowledged: the client keeps them, and sends them again.
    const told = await tell(mpPaths.status, batch(identity.id, message(1)), identity);
    assertAnswered(told, 'database.read-only');
    assert.equal(await tokens(), before);
  } finally {
    await sql`pragma query_only = off`.execute(store);
  }
  assert.equal((await tell(mpPaths.status, batch(identity.id, message(1)), identity)).status, 200);
  assert.equal(await storedMessages(identity.id), 1);
});

test('a status message of 10 MB is refused, and the next one is stored', async () => {
  const identity = await spokenClient();
  const large = batch(identity.id, message(1, { reason: 'x'.repeat(10_000_000) }));
  assertAnswered(await tell(mpPaths.status, large, identity), 'status.too-large');
  assert.equal((await tell(mpPaths.status, batch(identity.id, message(1)), identity)).status, 200);
  assert.equal(await storedMessages(identity.id), 1);
});

test('unknown fields are refused and named, not dropped', async (context) => {
  const identity = await spokenClient();
  const status = { ...batch(identity.id, message(1)), colour: 'red' };
  assertAnswered(await tell(mpPaths.status, status, identity), 'request.invalid');
  const token = await api('POST', '/tokens', { label: 'x', maxUses: 1, lifetimeSeconds: 60, forever: true });
  assertAnswered(token, 'request.invalid');
  assert.match(token.text, /forever/);
  const config = join((await keptFolder(context)).path, 'site.yaml');
  await writeFile(config, 'siteCode: BAD\ndataFolder: data\nhostNames: [a]\ncolour: red\n');
  assertReadable(await holdfast(['site', 'start', '--config', config]), 'site.config-invalid');
  assert.equal((await site.run(['token', 'create', '--label', 'x', '--colour', 'red'])).code, 2);
  assert.equal(await storedMessages(identity.id), 0);
});

test('an address that cannot be read has a code like every other fault', async () => {
  assertAnswered(await api('GET', '/clients/%zz'), 'request.invalid');
});

test('a script as host name is text in every answer, and steers no terminal', async () => {
  const hostName = '<script>alert(1)</script>';
  const identity = await spokenClient({ hostName, osName: '\u001b[2Jwiped\u202e' });
  const answer = await api('GET', `/clients/${identity.id}`);
  assert.equal(JSON.parse(answer.text).hostName, hostName);
  const shown = await site.run(['client', 'show', identity.id]);
  assert.ok(shown.out.includes(hostName), shown.out);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the very characters that must not come out
  assert.doesNotMatch(shown.out, /[\u001b\u202e]/);
});
