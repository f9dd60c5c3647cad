/** The verbs about versions of clients against a real site, and a real client that carries out what proves a version. */
import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type ClientUpgradeDetail, holdfastVersion, type Page, type UpgradeMember } from '@holdfast/contract';
import { hashOf, releaseKey, signed } from '../../site/test/support/releases.ts';
import { facts, machine } from '../../site/test/support/site.ts';
import { runClientProgram } from '../src/client/program.ts';
import { limit, rings } from '../src/verbs/client-upgrade.ts';
import { startTestSite, surroundings, type TestSite } from './support.ts';

let site: TestSite;
const key = releaseKey();
const next = '9.0.0';

before(async () => {
  site = await startTestSite();
});
after(() => site.close());

/** A folder as a build leaves it: a package and a version by itself. */
async function built(version: string): Promise<string> {
  const folder = join(site.folder, version);
  await mkdir(folder, { recursive: true });
  const file = async (name: string) => {
    const bytes = Buffer.from(`${name} of ${version}`);
    await writeFile(join(folder, name), bytes);
    const place = { platform: 'linux', architecture: facts.architecture as 'x64' } as const;
    return { name, ...place, size: bytes.length, sha256: hashOf(bytes) };
  };
  const packages = [{ kind: 'tar.gz' as const, ...(await file('client.tar.gz')) }];
  const archives = [{ ...(await file('version.tar.gz')), needs: { launcher: 1, node: 22 } }];
  await writeFile(
    join(folder, 'release.json'),
    JSON.stringify(signed(key, { version, packages, archives }).release),
  );
  await writeFile(join(folder, 'release-key.pub.pem'), key.pem);
  return folder;
}

async function enrol(hostName: string): Promise<void> {
  const { token } = (await site.json('token', 'create', '--label', hostName)) as { token: string };
  const { request } = await machine.identities.create('client');
  const body = { token, certificateRequest: request, facts: { ...facts, hostName } };
  const { enrol: enrolClient } = await import('../../site/src/enrolment/model.ts');
  await enrolClient(site.site.context, body, 3);
}

test('sizes and limits are written as shares, numbers, or all', () => {
  assert.deepEqual(rings('1%,2.5%,3, all'), [{ percent: 1 }, { percent: 2.5 }, { count: 3 }, { rest: true }]);
  assert.deepEqual([limit('5%'), limit('5 %'), limit('7')], [{ percent: 5 }, { percent: 5 }, { count: 7 }]);
  for (const wrong of ['', '0', '0%', '101%', '5  %', '-1', 'x', 'all']) assert.throws(() => limit(wrong));
});

test('a release is added with its archives, and an upgrade is tried, ordered, shown, stopped by hand and listed', async () => {
  const added = await site.run(['release', 'add', await built(next), '--trust']);
  assert.equal(added.code, 0, added.error);
  assert.match(added.out, /version\.tar\.gz/);
  for (const name of ['one', 'two', 'three']) await enrol(name);
  const dry = await site.run(['client', 'upgrade', next, '--collection', 'All clients', '--dry-run']);
  assert.match(dry.out, /order +upgrade to 9\.0\.0/);
  assert.match(dry.error, /nothing was ordered/);
  assert.doesNotMatch(dry.out, /running|has begun/);
  const order = [
    'client',
    'upgrade',
    next,
    '--collection',
    'All clients',
    '--rings',
    '1,all',
    '--settle',
    '5m',
  ];
  const made = (await site.json(...order)) as ClientUpgradeDetail;
  assert.deepEqual([made.rules.settleSeconds, made.ringList.map((ring) => ring.members)], [300, [1, 2]]);
  const id = made.id ?? '';
  const shown = await site.run(['client', 'upgrades', id]);
  assert.match(shown.out, /stops at +5 % failed or 10 % silent in a ring/);
  assert.match(shown.out, /settles +5m; an end is waited for 2h/);
  assert.match(
    (await site.run(['client', 'upgrades'])).out,
    /upgrade 9\.0\.0 +All clients +running +1 of 2 +3/,
  );
  const waiting = (await site.json('client', 'upgrades', id, '--state', 'waiting')) as Page<UpgradeMember>;
  assert.equal(waiting.total, 3);
  const { state } = (await site.json('client', 'upgrades', id, '--pause')) as ClientUpgradeDetail;
  assert.equal(state, 'paused');
  const both = await site.run(['client', 'upgrades', id, '--resume', '--withdraw', '--json']);
  assert.equal(JSON.parse(both.error).error.code, 'request.invalid');
  await site.json('client', 'upgrades', id, '--resume');
  assert.match((await site.run(['client', 'upgrades', id, '--withdraw'])).out, /state +withdrawn/);
  const back = await site.run(['client', 'rollback', '0.0.1', '--collection', 'All clients', '--json']);
  assert.equal(JSON.parse(back.error).error.code, 'release.missing');
  assert.equal((await site.run(['client', 'upgrades', '--pause'])).code, 1);
});

test('a client on trial carries out the proof where its state lies, and its blessing comes with the policy', async () => {
  const folder = join(site.folder, 'real');
  const root = join(folder, 'root');
  await mkdir(root, { recursive: true });
  const client = async (...words: string[]) => {
    const said = { out: '', error: '' };
    const code = await runClientProgram([...words, '--json', '--folder', folder], surroundings(said));
    assert.equal(code, 0, said.error);
    return said.out;
  };
  const { token } = (await site.json('token', 'create', '--label', 'real')) as { token: string };
  const at = ['--site', site.site.managementPointUrl, '--token', token, '--root', root];
  const enrolled = await client('enrol', ...at);
  const { clientId } = JSON.parse(enrolled) as { clientId: string };
  await site.json('collection', 'create', 'real');
  await site.json('collection', 'add', 'real', clientId);
  const { id } = (await site.json('client', 'upgrade', next, '--collection', 'real')) as { id: string };
  // The version on trial is the one that runs: what becomes of it is proved here, not how it came.
  const { store, policy } = site.site.context;
  const trial = { version: holdfastVersion, state: 'on-trial', trialAt: 1 };
  await store.updateTable('clientUpgradeMember').set(trial).where('upgradeId', '=', id).execute();
  const version = { version: holdfastVersion };
  await store.updateTable('clientUpgradeProof').set(version).where('upgradeId', '=', id).execute();
  policy.invalidate([clientId]);
  await client('run', '--once');
  assert.match(await readFile(join(folder, 'proof.txt'), 'utf8'), new RegExp(`in upgrade ${id}`));
  const member = await store
    .selectFrom('clientUpgradeMember')
    .select(['proofAt', 'provedAt'])
    .where('upgradeId', '=', id)
    .executeTakeFirstOrThrow();
  assert.ok(member.proofAt !== null && member.provedAt !== null);
  const { body } = await policy.index(clientId, 3);
  assert.match(body, /holdfast\/version-blessing/);
});
