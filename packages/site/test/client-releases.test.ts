/** Releases of the client: whose signature counts, what strangers may fetch, and what is kept. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  type ClientReleaseAdd,
  type ClientReleaseSummary,
  type ClientReleases,
  type ClientSetup,
  type ClientSetupScript,
  mpPaths,
  type Page,
  sha256,
} from '@holdfast/contract';
import { bytesSource, openDatabase } from '@holdfast/msi';
import { type ConsoleSite, codeOf, openConsoleSite } from './support/console-site.ts';
import { productCode, smallPackage } from './support/packages.ts';
import { releaseKey, signed, uploaded } from './support/releases.ts';
import { ask, assertCode, enrolClient, tokenFor } from './support/site.ts';

let site: ConsoleSite;
const key = releaseKey();
const other = releaseKey();
before(async () => {
  site = await openConsoleSite();
});
after(() => site.close());

const add = (request: ClientReleaseAdd) =>
  site.call<ClientReleaseSummary>('POST', '/client-releases', request);
const trusted = (request: ClientReleaseAdd): ClientReleaseAdd => ({
  ...request,
  trust: request.release.keyId,
});
const packages = async (text: string) => [await uploaded(site.context, Buffer.from(text))];
const releases = async () => (await site.call<ClientReleases>('GET', '/client-releases')).body;

test('a site without a release says so, to machines and to administrators', async () => {
  assertCode(await ask(site.site, mpPaths.clientRelease), 404, 'release.missing');
  assertCode(await ask(site.site, `${mpPaths.clientSetup}/setup.sh`), 404, 'release.missing');
  const { body } = await site.call<ClientSetup>('GET', '/client-setup');
  assert.deepEqual(
    [body.managementPoint, body.setupScript, body.release],
    [site.site.running.managementPointUrl, null, null],
  );
});

test('a release counts only once an administrator has named its key, and then every release of that key', async () => {
  const first = signed(key, { packages: await packages('one') });
  const unnamed = await add(first);
  assert.equal(codeOf(unnamed), 'release.untrusted');
  assert.match(unnamed.text, new RegExp(first.release.keyId));
  assert.equal((await releases()).keyId, null);
  assert.equal((await add(trusted(first))).status, 201);
  assert.equal((await releases()).keyId, first.release.keyId);
  const second = signed(key, { version: '1.2.0', floor: '1.0.0', packages: await packages('two') });
  const added = await add(second);
  assert.equal(added.status, 201, added.text);
  assert.equal(added.body.newest, true);
});

test('another key is refused, also with trust, until it is named in place of the old one', async () => {
  const foreign = signed(other, { version: '6.6.6', packages: await packages('foreign') });
  assert.equal(codeOf(await add(foreign)), 'release.untrusted');
  assert.equal(codeOf(await add(trusted(foreign))), 'release.untrusted');
  const lying = { ...foreign, releaseKey: key.pem };
  assert.equal(codeOf(await add(trusted(lying))), 'release.untrusted');
  const envelope = { ...foreign.release, keyId: (await releases()).keyId ?? '' };
  assert.equal(codeOf(await add({ ...foreign, release: envelope })), 'release.untrusted');
  assert.equal((await releases()).items.length, 2);
});

test('a change of one byte of what was signed is refused', async () => {
  const good = signed(key, { version: '1.3.0', packages: await packages('three') });
  const release = { ...good.release, payload: good.release.payload.replace('1.3.0', '1.3.1') };
  assert.equal(codeOf(await add({ ...good, release })), 'release.untrusted');
});

test('what was signed and makes no sense is refused', async () => {
  const [one] = await packages('three');
  assert.ok(one);
  const cases: [Parameters<typeof signed>[1], string][] = [
    [{ version: '1.0', packages: [one] }, 'request.invalid'],
    [{ version: '1.3.0', floor: '2.0.0', packages: [one] }, 'request.invalid'],
    [{ version: '1.3.0', packages: [one, { ...one, name: 'again' }] }, 'request.invalid'],
    [{ version: '1.3.0', packages: [{ ...one, size: 7 }] }, 'request.invalid'],
    [{ version: '1.3.0', packages: [{ ...one, sha256: sha256('nowhere') }] }, 'content.not-found'],
    [
      { version: '1.3.0', packages: [{ ...one, kind: 'msi', platform: 'windows', name: 'a.msi' }] },
      'msi.invalid',
    ],
    [{ version: '1.2.0', packages: [one] }, 'conflict'],
    [{ version: '0.9.0', packages: [one] }, 'conflict'],
  ];
  for (const [release, code] of cases) {
    const answer = await add(signed(key, release));
    assert.equal(codeOf(answer), code, `${JSON.stringify(release)} ${answer.text}`);
  }
});

test('the same release again changes nothing, and an older one above the floor does not become the newest', async () => {
  const again = signed(key, { version: '1.2.0', floor: '1.0.0', packages: await packages('two') });
  assert.equal((await add(again)).status, 201);
  const older = await add(signed(key, { version: '1.1.0', packages: await packages('older') }));
  assert.equal(older.body.newest, false);
  const { items, floor } = await releases();
  assert.deepEqual(
    items.map(({ version, newest }) => [version, newest]),
    [
      ['1.2.0', true],
      ['1.1.0', false],
      ['1.0.0', false],
    ],
  );
  assert.equal(floor, '1.0.0');
});

test('strangers get the newest release, its packages in ranges, and nothing else of the content', async () => {
  const envelope = (await ask(site.site, mpPaths.clientRelease)).json;
  assert.equal(JSON.parse(envelope.payload).version, '1.2.0');
  const path = `${mpPaths.clientPackages}/${sha256('two')}`;
  assert.equal((await ask(site.site, path)).text, 'two');
  const part = await ask(site.site, path, { headers: { range: 'bytes=1-' } });
  assert.deepEqual([part.status, part.text, part.headers['content-range']], [206, 'wo', 'bytes 1-2/3']);
  assertCode(await ask(site.site, path, { headers: { range: 'bytes=3-' } }), 416, 'content.range-invalid');
  assert.equal((await ask(site.site, `${mpPaths.clientPackages}/${sha256('older')}`)).status, 200);
  const secret = await uploaded(site.context, Buffer.from('a package of software'));
  assertCode(await ask(site.site, `${mpPaths.clientPackages}/${secret.sha256}`), 404, 'content.not-found');
  assertCode(await ask(site.site, `${mpPaths.clientPackages}/..%2fkeys`), 400, 'request.invalid');
});

test('the script that a machine fetches has the hash that administrators are told', async () => {
  const { body } = await site.call<ClientSetup>('GET', '/client-setup');
  const script = await ask(site.site, `${mpPaths.clientSetup}/setup.sh`);
  assert.equal(body.setupScript?.sha256, sha256(script.text));
  assert.equal(body.setupScript?.url, `${body.managementPoint}${mpPaths.clientSetup}/setup.sh`);
  const own = await site.call<ClientSetupScript>('GET', '/client-setup/script');
  assert.equal(own.body.text, script.text);
  assert.deepEqual(
    body.release?.packages.map(({ url }) => url),
    [`${body.managementPoint}${mpPaths.clientPackages}/${sha256('two')}`],
  );
});

test('a release is deleted only while no client has its version; the floor stays', async () => {
  const client = await enrolClient(site.site, { clientVersion: '1.2.0' });
  assert.equal(codeOf(await site.call('DELETE', '/client-releases/1.2.0')), 'conflict');
  await site.call('DELETE', `/clients/${client.id}/certificate`);
  assert.equal((await site.call('DELETE', '/client-releases/1.2.0')).status, 204);
  assert.equal(codeOf(await site.call('GET', '/client-releases/1.2.0')), 'not-found');
  assertCode(await ask(site.site, `${mpPaths.clientPackages}/${sha256('two')}`), 404, 'content.not-found');
  assert.equal((await releases()).floor, '1.0.0');
});

test('a new key takes the place of the old one where the administrator says so, and the audit tells all of it', async () => {
  const release = trusted(signed(other, { version: '2.0.0', packages: await packages('new key') }));
  assert.equal((await add({ ...release, replaceKey: true })).status, 201);
  assert.equal((await releases()).keyId, release.release.keyId);
  assert.equal(
    codeOf(await add(signed(key, { version: '2.1.0', packages: await packages('two') }))),
    'release.untrusted',
  );
  const audit = await site.call<Page<{ action: string }>>('GET', '/audit?search=release.');
  const actions = audit.body.items.map(({ action }) => action).toReversed();
  assert.deepEqual(actions, [
    'release.trust',
    'release.add',
    'release.add',
    'release.add',
    'release.delete',
    'release.trust',
    'release.add',
  ]);
});

test('the .msi of a release is handed out with address and token in it, and is otherwise the same', async () => {
  const cabinet = bytesSource(new Uint8Array(200_000).fill(7));
  const plain = await smallPackage({
    properties: { TOKEN: 'none', SITECODE: 'ABC' },
    streams: [{ name: 'data.cab', content: cabinet }],
  });
  const about = { kind: 'msi', platform: 'windows', name: 'client.msi', productCode } as const;
  const msi = await uploaded(site.context, Buffer.from(plain), about);
  const tar = await uploaded(site.context, Buffer.from('not an msi'));
  const added = await add(signed(other, { version: '2.2.0', packages: [msi, tar] }));
  assert.equal(added.status, 201, added.text);
  const { token } = await tokenFor(site.site);
  const path = `${site.url}/api/v1/client-releases/2.2.0/packages`;
  const asked = (name: string, text: string) =>
    fetch(`${path}/${name}/configured`, {
      method: 'POST',
      headers: { 'x-api-key': site.apiKey, 'content-type': 'application/json' },
      body: JSON.stringify({ token: text }),
    });
  const answer = await asked('client.msi', token);
  assert.equal(answer.status, 200);
  assert.equal(answer.headers.get('cache-control'), 'no-store');
  const [before, after] = await Promise.all(
    [plain, new Uint8Array(await answer.arrayBuffer())].map((bytes) => openDatabase(bytesSource(bytes))),
  );
  assert.ok(before && after);
  const properties = async (database: typeof before) =>
    new Map((await database.table('Property')).rows.map(([name, value]) => [name, value]));
  const expected = await properties(before);
  expected.set('SITE', site.site.running.managementPointUrl).set('TOKEN', token);
  assert.deepEqual(await properties(after), expected);
  assert.deepEqual(after.tables.toSorted(), before.tables.toSorted());
  assert.deepEqual(await after.summary(), await before.summary());
  const copied = after.stream('data.cab');
  assert.deepEqual(await copied?.read(0, copied.size), await cabinet.read(0, cabinet.size));
  for (const [name, text, status, code] of [
    ['client.msi', 'HF1.nonsense', 400, 'token.malformed'],
    [tar.name, token, 400, 'request.invalid'],
    ['other.msi', token, 404, 'not-found'],
  ] as const) {
    const refused = await asked(name, text);
    const body = (await refused.json()) as { code: string };
    assert.deepEqual([refused.status, body.code], [status, code]);
  }
});
