/** The administrators' verbs against a real site. */
import assert from 'node:assert/strict';
import { mkdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { holdfast, startTestSite, type TestSite, temporaryFolder } from './support.ts';

let site: TestSite;

before(async () => {
  site = await startTestSite();
});
after(() => site.close());

/** A field of an answer, as text. */
function field(document: unknown, name: string): string {
  assert.ok(typeof document === 'object' && document !== null && name in document, `no ${name}`);
  return String((document as Record<string, unknown>)[name]);
}

test('a token is created, listed and revoked', async () => {
  const created = await site.json('token', 'create', '--label', 'farm', '--uses', '5', '--lifetime', '7d');
  assert.match(field(created, 'token'), /^HF1\.TST\./);
  const list = await site.run(['token', 'list']);
  assert.match(list.out, /farm +0\/5/);
  assert.ok(!list.out.includes(field(created, 'token')));
  await site.json('token', 'revoke', field(created, 'id'));
  assert.match((await site.run(['token', 'list'])).out, /revoked/);
});

test('a folder becomes a package, is uploaded once, and is deployed to a collection by name', async () => {
  const folder = join(site.folder, 'tools');
  await mkdir(join(folder, 'bin'), { recursive: true });
  await writeFile(join(folder, 'bin', 'tool'), 'one');
  await writeFile(join(folder, 'copy'), 'one');
  const created = await site.json('package', 'add', folder, '--name', 'tools', '--version', '7');
  assert.deepEqual([field(created, 'files'), field(created, 'bytes')], ['2', '6']);
  const again = await site.run(['package', 'add', folder, '--name', 'tools', '--version', '8']);
  assert.match(again.out, /1 were at the site already/);

  await site.json(
    'program',
    'add',
    'tools@7',
    '--name',
    'install',
    '--platform',
    'linux',
    '--install',
    'cp {content} {root}',
    '--detect-file',
    '/bin/tool',
    '--exit-code',
    '3=failure',
  );
  const shown = await site.run(['package', 'show', 'tools@7']);
  assert.match(shown.out, /bin\/tool/);
  assert.match(shown.out, /cp \{content\} \{root\}/);

  await site.json('collection', 'create', 'pilot', '--where', 'osName contains Debian');
  const rehearsed = await site.json('deploy', 'tools@7', 'pilot', '--dry-run');
  assert.equal(field(rehearsed, 'dryRun'), 'true');
  assert.equal(field(await site.json('deployment', 'list'), 'total'), '0');
  const deployed = await site.json('deploy', 'tools@7', 'pilot', '--available', '--deadline', '+2h');
  assert.equal(field(deployed, 'purpose'), 'available');
  assert.match((await site.run(['deployment', 'show', 'tools'])).out, /pilot/);
  await site.json('deployment', 'withdraw', field(deployed, 'id'));
  assert.match((await site.run(['deployment', 'list'])).out, /withdrawn/);
});

test('what the site refuses comes out as its coded error', async () => {
  const { code, error } = await site.run(['client', 'show', 'nobody', '--json']);
  assert.equal(code, 1);
  assert.equal(JSON.parse(error).error.code, 'not-found');
  const denied = await site.run(['overview'], {
    environment: { HOLDFAST_SITE: site.site.consoleUrl, HOLDFAST_API_KEY: 'wrong' },
  });
  assert.match(denied.error, /\[auth\.required\]/);
});

test('a folder with a link in it is refused before anything is sent', async () => {
  const folder = join(site.folder, 'linked');
  await mkdir(folder);
  await symlink('/etc/passwd', join(folder, 'link'));
  const { code, error } = await site.run(['package', 'add', folder, '--name', 'linked', '--version', '1']);
  assert.equal(code, 1);
  assert.match(error, /\[request\.invalid\]/);
});

test('login keeps the key for its owner alone and logout forgets it', async (context) => {
  const home = await temporaryFolder();
  context.after(() => home.remove());
  const environment = { XDG_CONFIG_HOME: home.path };
  const key = await site.site.createApiKey('login');
  const login = await holdfast(['login', '--site', site.site.consoleUrl, '--api-key', key], { environment });
  assert.equal(login.code, 0, login.error);
  const profile = join(home.path, 'holdfast', 'profile.json');
  assert.equal((await stat(profile)).mode & 0o777, 0o600);
  assert.ok((await readFile(profile, 'utf8')).includes(key));
  assert.equal((await holdfast(['overview'], { environment })).code, 0);
  const elsewhere = await holdfast(['overview', '--site', 'http://127.0.0.1:9'], { environment });
  assert.match(elsewhere.error, /\[auth\.required\]/);
  assert.equal((await holdfast(['logout'], { environment })).code, 0);
  assert.equal((await holdfast(['overview'], { environment })).code, 1);
});

test('a site that is not there is told apart from one that refuses', async () => {
  const environment = { HOLDFAST_SITE: 'http://127.0.0.1:9', HOLDFAST_API_KEY: 'x' };
  const { code, error } = await holdfast(['client', 'list', '--json'], { environment });
  assert.equal(code, 1);
  assert.equal(JSON.parse(error).error.code, 'network.unreachable');
});
