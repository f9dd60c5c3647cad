/** The verbs about clients themselves, against a real site: releases, set-ups, health, repair. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createPublicKey } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { type ClientPackage, keyFingerprint, mpPaths, mpPathsV1 } from '@holdfast/contract';
import { hashOf, releaseKey, signed } from '../../site/test/support/releases.ts';
import { facts, machine } from '../../site/test/support/site.ts';
import { startTestSite, type TestSite } from './support.ts';

/** The site is served by this process: nothing may wait for it and hold it up. */
const execute = promisify(execFile);

let site: TestSite;
const key = releaseKey();
const keyId = keyFingerprint(createPublicKey(key.pem));

before(async () => {
  site = await startTestSite();
});
after(() => site.close());

/** A folder as a build of the client leaves it. */
async function built(name: string, version: string, signer = key): Promise<string> {
  const folder = join(site.folder, name);
  await mkdir(folder, { recursive: true });
  const packages: ClientPackage[] = [];
  for (const architecture of ['x64', 'arm64'] as const) {
    const file = `client-${architecture}.tar.gz`;
    const bytes = Buffer.from(`${name} ${version} ${architecture}`);
    await writeFile(join(folder, file), bytes);
    const about = { kind: 'tar.gz', platform: 'linux', architecture, name: file } as const;
    packages.push({ ...about, size: bytes.length, sha256: hashOf(bytes) });
  }
  const { release } = signed(signer, { version, packages });
  await writeFile(join(folder, 'release.json'), JSON.stringify(release));
  await writeFile(join(folder, 'release-key.pub.pem'), signer.pem);
  return folder;
}

async function failure(...words: string[]): Promise<string> {
  const { code, error } = await site.run([...words, '--json']);
  assert.equal(code, 1, error);
  return JSON.parse(error.slice(error.indexOf('{"error"'))).error.code;
}

test('without a release there is no line, and no token is made for nothing', async () => {
  assert.equal(await failure('client', 'setup'), 'release.missing');
  assert.match((await site.run(['token', 'list', '--json'])).out, /"total": 0/);
});

test('the first release needs --trust, shows its key, and is handed out', async () => {
  const folder = await built('one', '1.0.0');
  const refused = await site.run(['release', 'add', folder]);
  assert.equal(refused.code, 1);
  assert.ok(refused.error.includes(keyId) && refused.error.includes('release.untrusted'), refused.error);
  const added = await site.run(['release', 'add', folder, '--trust']);
  assert.equal(added.code, 0, added.error);
  assert.match(added.out, /1\.0\.0, the newest/);
  assert.ok(added.out.includes(keyId));
  assert.match((await site.run(['release', 'list'])).out, /1\.0\.0 .*newest/);
});

test('a package that is not the one that was released, another key, and a folder without a release are refused', async () => {
  const changed = await built('changed', '1.1.0');
  await writeFile(join(changed, 'client-x64.tar.gz'), 'changed one 1.1.0 x64');
  assert.equal(await failure('release', 'add', changed), 'content.hash-mismatch');
  const foreign = await built('foreign', '1.1.0', releaseKey());
  assert.equal(await failure('release', 'add', foreign), 'release.untrusted');
  assert.equal(await failure('release', 'add', foreign, '--trust'), 'release.untrusted');
  assert.equal(await failure('release', 'add', site.folder), 'disk.not-found');
});

test('the private key may be named, and only its public half is sent', async () => {
  const folder = await built('private', '1.2.0');
  const pem = key.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  await writeFile(join(folder, 'own.pem'), pem);
  await site.json('release', 'add', folder, '--release-key', join(folder, 'own.pem'));
  await site.json('release', 'delete', '1.2.0');
});

test('the line for Linux runs nothing unless it has the hash that it names', async () => {
  const { line, token } = (await site.json('client', 'setup', '--token-label', 'rack 4')) as {
    line: string;
    token: { token: string; label: string };
  };
  assert.equal(token.label, 'rack 4');
  assert.ok(line.endsWith(`'TOKEN=${token.token}'`), line);
  const folder = join(site.folder, 'line');
  await mkdir(folder);
  // What would be run as root says what it was given instead.
  await writeFile(join(folder, 'sudo'), '#!/bin/sh\necho "ran $*"\n', { mode: 0o755 });
  const env = { PATH: `${folder}:${process.env.PATH}` };
  const said = await execute('sh', ['-c', line], { cwd: folder, env });
  assert.match(said.stdout, /ran sh holdfast-setup\.sh TOKEN=HF1\.TST/);
  const tampered = line.replace(' && echo', ' && echo x >>holdfast-setup.sh && echo');
  await assert.rejects(execute('sh', ['-c', tampered], { cwd: folder, env }));
  assert.equal(await failure('client', 'setup', '--platform', 'windows'), 'release.missing');
  assert.match(await readFile(join(folder, 'holdfast-setup.sh'), 'utf8'), /Holdfast site TST/);
});

test('set-ups are listed with what their machines say, and nothing of it steers the terminal', async () => {
  const { token } = (await site.json('token', 'create', '--label', 'farm')) as { token: string };
  const setupId = '0191d6c4-7a2e-4c55-8a57-1f0b8c1f3c11';
  const report = { setupId, seq: 1, at: 1, hostName: 'new-01', platform: 'linux', architecture: 'x64' };
  const answer = await fetchSelfSigned(`${site.site.managementPointUrl}${mpPaths.setup}`, {
    token,
    reports: [
      {
        ...report,
        intent: 'install',
        phase: 'enrol',
        moment: 'failed',
        error: 'token.expired',
        reason: '\u001b[2Jlate',
      },
    ],
  });
  assert.equal(answer, 204);
  const listed = await site.run(['client', 'setups', '--state', 'failed']);
  assert.match(listed.out, /new-01 +failed +enrol failed .*token\.expired/);
  assert.ok(!listed.out.includes('\u001b'));
  assert.match((await site.run(['client', 'setups', setupId])).out, /enrol +failed/);
});

/** A POST to the management point, whose certificate is of the site's own authority. */
async function fetchSelfSigned(url: string, body: unknown): Promise<number> {
  const data = JSON.stringify(body);
  const words = ['-sk', '-o', '/dev/null', '-w', '%{http_code}', '-H', 'content-type: application/json'];
  return Number((await execute('curl', [...words, '--data', data, url])).stdout);
}

test('health and repair of a client, by its name', async () => {
  const { token } = (await site.json('token', 'create', '--label', 'one')) as { token: string };
  const { request } = await machine.identities.create('client');
  await fetchSelfSigned(`${site.site.managementPointUrl}${mpPaths.enrol}`, {
    token,
    certificateRequest: request,
    facts: { ...facts, hostName: 'web-01' },
  });
  assert.match((await site.run(['client', 'health'])).out, /1 unknown/);
  assert.match((await site.run(['client', 'health', 'web-01'])).out, /evaluated +never/);
  assert.match((await site.run(['client', 'list', '--health', 'unknown'])).out, /web-01/);
  assert.doesNotMatch((await site.run(['client', 'list', '--health', 'silent'])).out, /web-01/);
  assert.match((await site.run(['client', 'show', 'web-01'])).out, /health +unknown/);
  const rehearsed = await site.run(['client', 'repair', 'web-01', '--dry-run']);
  assert.match(rehearsed.out, /linux +1 +\/bin\/sh \{content\}\/repair\.sh/);
  assert.match(rehearsed.error, /nothing was deployed/);
  const repaired = (await site.json('client', 'repair', 'All clients')) as {
    deployments: { deploymentId: string }[];
  };
  const [deployment] = repaired.deployments;
  const shown = await site.run(['deployment', 'show', deployment?.deploymentId ?? '']);
  assert.match(shown.out, /web-01 +waiting/);
  assert.equal(await failure('client', 'repair', 'nobody'), 'not-found');
});

test('the wires that clients speak are named, and ended only when it is said twice', async () => {
  const { token } = (await site.json('token', 'create', '--label', 'first')) as { token: string };
  const { bootId: _boot, osEpoch: _epoch, ...old } = facts;
  const requestId = '0191d6c4-7a2e-4c55-8a57-1f0b8c1f3c12';
  const body = { token, requestId, facts: { ...old, hostName: 'old-01' } };
  assert.equal(await fetchSelfSigned(`${site.site.managementPointUrl}${mpPathsV1.enrol}`, body), 200);
  const listed = (await site.json('client', 'list', '--wire', '1')) as { items: { hostName: string }[] };
  assert.deepEqual(
    listed.items.map(({ hostName }) => hostName),
    ['old-01'],
  );
  assert.match((await site.run(['client', 'show', 'old-01'])).out, /wire +1.*\n[\s\S]*certificate +none/);
  assert.match((await site.run(['overview'])).out, /wires +1 on 1/);
  assert.equal(await failure('site', 'wires', '--oldest', '2'), 'conflict');
  assert.match((await site.run(['site', 'wires', '--oldest', '2', '--cut-off'])).out, /1 client, refused/);
  assert.equal(await fetchSelfSigned(`${site.site.managementPointUrl}${mpPathsV1.enrol}`, body), 410);
});
