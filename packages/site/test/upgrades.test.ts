/** Upgrades of clients over the API and the management point: who is ordered what, when a version is blessed, and who decides. */
import assert from 'node:assert/strict';
import { createPublicKey } from 'node:crypto';
import { after, before, test } from 'node:test';
import {
  type ClientUpgradeDetail,
  type ClientUpgradeSummary,
  type ClientVersions,
  type Envelope,
  mpPaths,
  type Page,
  sha256,
  type UpgradeMember,
  type UpgradeOfClient,
  unseal,
  usualTrialSeconds,
} from '@holdfast/contract';
import { driveUpgrades } from '../src/upgrades/drive.ts';
import { type ConsoleSite, codeOf, openConsoleSite } from './support/console-site.ts';
import { ask, enrolClient } from './support/site.ts';
import { addRelease, order, type SpeakingClient, speaking } from './support/upgrades.ts';

let site: ConsoleSite;
before(async () => {
  site = await openConsoleSite();
});
after(() => site.close());

async function enrolled(hostName: string): Promise<SpeakingClient> {
  const about = { clientVersion: '1.0.0', hostName };
  return speaking(site, await enrolClient(site.site, about), about);
}
async function collectionOf(name: string, of: readonly { readonly id: string }[]): Promise<string> {
  const { body } = await site.call<{ id: string }>('POST', '/collections', { name });
  for (const { id } of of) await site.call('PUT', `/collections/${body.id}/members/${id}`);
  return body.id;
}
const show = async (id: string | null) =>
  (await site.call<ClientUpgradeDetail>('GET', `/client-upgrades/${id}`)).body;
const members = async (id: string | null, query = '') =>
  (await site.call<Page<UpgradeMember>>('GET', `/client-upgrades/${id}/members${query}`)).body;
const change = (id: string | null, what: string) =>
  site.call<ClientUpgradeDetail>('POST', `/client-upgrades/${id}/${what}`);
/** What the timer does, after what was seen is stored. */
async function turn(): Promise<void> {
  site.site.clock.forward(2_000);
  await site.context.clients.flush();
  await driveUpgrades(site.context);
}

/** Which of the clients has an order now, and all the others. */
async function whoseTurn(clients: readonly SpeakingClient[]) {
  const ordered: SpeakingClient[] = [];
  for (const client of clients) if ((await client.index()).client?.order) ordered.push(client);
  return ordered;
}

/** What a healthy version does, from its order to its blessing. */
async function takes(client: SpeakingClient, version: string, previous: string): Promise<void> {
  const { order: ordered } = (await client.index()).client ?? {};
  assert.equal(ordered?.version, version);
  const details = { upgradeId: ordered?.upgradeId ?? '', version, previous };
  await client.say('version-on-trial', details);
  await client.becomes(version);
  const { assignments } = await client.index();
  const [proof] = assignments;
  assert.ok(proof);
  await client.say('software-verified', { package: 'proof' }, proof.deploymentId);
  assert.ok((await client.index()).client?.blessing);
  await client.say('version-blessed', details);
}

const clients: SpeakingClient[] = [];
let stepper: SpeakingClient;
/** A collection without the one that takes the long way. */
let office: string;
const orderOffice = (what: Readonly<Record<string, unknown>>, query = '') =>
  order(site, { collectionId: office, ...what }, query);

test('an index of a client without an order is the text that it was before', async () => {
  const client = await enrolled('first');
  clients.push(client);
  stepper = await enrolled('stepper');
  const index = await client.index();
  assert.deepEqual(Object.keys(index), [
    'siteCode',
    'clientId',
    'serial',
    'issuedAt',
    'pollSeconds',
    'assignments',
  ]);
});

test('what cannot be ordered is refused with its reason', async () => {
  assert.equal(codeOf((await order(site, { version: '2.0.0' })) as never), 'release.missing');
  await addRelease(site, '1.0.0');
  await addRelease(site, '2.0.0', { floor: '1.0.0', places: [['windows', 'x64']] });
  const nobody = await order(site, { version: '2.0.0' });
  assert.equal(codeOf(nobody as never), 'conflict');
  assert.match(nobody.text, /2\.0\.0 has no archive for linux x64/);
  assert.match((await order(site, { version: '1.0.0' })).text, /has 1\.0\.0 already/);
  assert.equal((await order(site, { version: '2.0.0', collectionId: crypto.randomUUID() })).status, 404);
  assert.equal((await site.call<Page<unknown>>('GET', '/client-upgrades')).body.total, 0);
});

test('an archive is fetched by machines as packages are, and a release whose stones lie beside the way is refused', async () => {
  const [archive] = await addRelease(site, '2.1.0', { floor: '1.0.0' });
  const path = `${mpPaths.clientPackages}/${archive?.sha256}`;
  assert.equal((await ask(site.site, path)).text, archive?.name);
  for (const stone of [
    { below: '2.0.0', via: '1.9.0' },
    { below: '2.0.0', via: '2.2.0' },
  ]) {
    await assert.rejects(addRelease(site, '2.2.0', { steppingStones: [stone] }), /does not lie between/);
  }
});

test('a dry run says what would be and changes nothing', async () => {
  clients.push(await enrolled('second'), await enrolled('third'));
  const mac = await enrolClient(site.site, { clientVersion: '1.0.0', hostName: 'mac', platform: 'macos' });
  office = await collectionOf('office', [...clients, mac]);
  const { status, body } = await orderOffice({ version: '2.1.0' }, '?dryRun=true');
  assert.deepEqual(
    [status, body.id, body.members, body.skipped, body.ringList.map((ring) => ring.members)],
    [200, null, 3, 1, [1, 1, 1]],
  );
  assert.deepEqual(body.skippedFor, { '2.1.0 has no archive for macos x64': 1 });
  assert.equal((await site.call<Page<unknown>>('GET', '/client-upgrades')).body.total, 0);
  assert.deepEqual(await whoseTurn(clients), []);
});

test('one ring after the other is ordered, and a version is blessed when it proved itself, not before', async () => {
  const { status, body, text } = await orderOffice({ version: '2.1.0' });
  assert.equal(status, 201, text);
  const policyKey = createPublicKey(site.context.trust.policyKey);
  let rest = clients;
  for (let ring = 1; ring <= 3; ring += 1) {
    site.site.clock.forward(2_000);
    const [client, ...others] = await whoseTurn(rest);
    assert.ok(client && others.length === 0, `ring ${ring}`);
    const before = await client.index();
    assert.deepEqual(before.client, {
      order: {
        upgradeId: body.id,
        action: 'upgrade',
        version: '2.1.0',
        notBefore: before.client?.order?.notBefore,
        spreadSeconds: 3_600,
        trialSeconds: usualTrialSeconds,
      },
    });
    await turn();
    assert.deepEqual((await show(body.id)).ringList[ring - 1]?.counts.ordered, 1);
    const details = { upgradeId: body.id ?? '', version: '2.1.0', previous: '1.0.0' };
    await client.say('version-blessed', details);
    assert.equal((await members(body.id, '?state=blessed')).total, ring - 1, 'its own word is not enough');
    await client.say('version-on-trial', details);
    const { assignments } = await client.index();
    const [proof, more] = assignments;
    assert.ok(proof && more === undefined);
    const assignment = await client.assignment(proof.hash);
    assert.equal(assignment.deploymentId, proof.deploymentId);
    const [file] = assignment.content;
    assert.equal(sha256(await client.content(file?.sha256 ?? '')), file?.sha256);
    await client.say('software-verified', { package: 'proof' }, proof.deploymentId);
    assert.equal((await client.index()).client?.blessing, undefined, 'the old version did it');
    await client.becomes('2.1.0');
    const { blessing } = (await client.index()).client ?? {};
    const said = JSON.parse(unseal('holdfast/version-blessing', blessing as Envelope, policyKey));
    assert.deepEqual([said.clientId, said.upgradeId, said.version], [client.id, body.id, '2.1.0']);
    await client.say('version-blessed', details);
    assert.equal((await client.index()).client, undefined);
    assert.deepEqual((await client.index()).assignments, []);
    rest = rest.filter((one) => one !== client);
    await turn();
  }
  const done = await show(body.id);
  assert.deepEqual([done.state, done.ring], ['done', 3]);
  const page = await members(body.id, '?state=blessed&search=first');
  assert.deepEqual(
    page.items.map(({ hostName, state, clientVersion }) => [hostName, state, clientVersion]),
    [['first', 'blessed', '2.1.0']],
  );
  assert.deepEqual(
    (await members(body.id, '?ring=0')).items.map(({ reason }) => reason),
    ['2.1.0 has no archive for macos x64'],
  );
});

test('a version that is given up stops the upgrade with its word; an administrator may go on, and then it counts no more', async () => {
  await addRelease(site, '2.3.0');
  const { body } = await orderOffice({ version: '2.3.0' });
  const [client] = await whoseTurn(clients);
  assert.ok(client);
  const details = { upgradeId: body.id ?? '', version: '2.3.0', previous: '2.1.0' };
  await client.say('version-waits', { ...details, gate: 'pending-reboot', reason: 'files wait' });
  assert.equal(
    (await members(body.id, '?state=ordered')).items[0]?.reason,
    'waits for pending-reboot: files wait',
  );
  await client.say('version-on-trial', details);
  const reverted = { ...details, starts: 3, cause: 'died', reason: 'it\u0000 ended' };
  await client.say('version-reverted', reverted);
  const stopped = await show(body.id);
  assert.deepEqual([stopped.state, stopped.causes], ['stopped', { died: 1 }]);
  assert.match(stopped.reason, /^Ring 1: 1 machine of 1 gave the version up/);
  assert.deepEqual(await whoseTurn(clients), []);
  assert.equal(codeOf((await change(body.id, 'pause')) as never), 'conflict');
  assert.equal((await change(body.id, 'resume')).body.state, 'running');
  await turn();
  const [second, third] = await whoseTurn(clients);
  assert.ok(second && !third && second !== client);
  assert.equal((await change(body.id, 'pause')).body.state, 'paused');
  assert.deepEqual(await whoseTurn(clients), []);
  await change(body.id, 'resume');
  assert.deepEqual(await whoseTurn(clients), [second]);
  await second.say('version-on-trial', details);
  assert.equal((await change(body.id, 'withdraw')).body.state, 'withdrawn');
  assert.deepEqual(await whoseTurn(clients), [second], 'a trial goes to its end');
  await second.becomes('2.3.0');
  const [proof] = (await second.index()).assignments;
  await second.say('software-verified', {}, proof?.deploymentId);
  await second.say('version-blessed', details);
  assert.equal((await members(body.id, '?state=blessed')).total, 1);
  assert.deepEqual(await whoseTurn(clients), []);
  assert.equal(codeOf((await change(body.id, 'resume')) as never), 'conflict');
});

test('silence counts from the order on, and a machine that was off counts for nothing', async () => {
  await addRelease(site, '2.4.0');
  // Who was seen in the second of the order may have taken it.
  site.site.clock.forward(2_000);
  const { body } = await orderOffice({ version: '2.4.0', spreadSeconds: 60, leaseSeconds: 600 });
  site.site.clock.forward(3_600_000);
  await turn();
  assert.equal((await show(body.id)).ringList[0]?.counts.waiting, 1);
  const [client] = await whoseTurn(clients);
  assert.ok(client);
  await turn();
  assert.equal((await show(body.id)).ringList[0]?.counts.ordered, 1);
  site.site.clock.forward(655_000);
  await turn();
  assert.equal((await show(body.id)).state, 'running');
  site.site.clock.forward(10_000);
  await turn();
  const stopped = await show(body.id);
  assert.match(stopped.reason, /^Ring 1: Of 1 machine of 1 no end was heard in time/);
  await client.say('version-on-trial', { upgradeId: body.id ?? '', version: '2.4.0', previous: '2.1.0' });
  assert.equal((await members(body.id, '?state=on-trial')).total, 1, 'it comes back');
  await change(body.id, 'withdraw');
});

test('a newer order takes the place of an older one, and a rollback that of a trial', async () => {
  const { body: up } = await orderOffice({ version: '2.4.0' });
  const { body: again } = await orderOffice({ version: '2.3.0' });
  const superseded = (await members(up.id, '?state=skipped')).items.flatMap(({ reason }) => reason ?? []);
  assert.ok(superseded.includes('superseded by the upgrade to 2.3.0'), String(superseded));
  await change(again.id, 'withdraw');
  const { body: back, text } = await orderOffice({ action: 'rollback', version: '2.1.0' });
  assert.ok(back.id, text);
  const [client] = await whoseTurn(clients);
  assert.equal((await client?.index())?.client?.order?.action, 'rollback');
  const open = ['waiting', 'ordered', 'on-trial', 'silent'];
  for (const { id } of (await site.call<Page<ClientUpgradeSummary>>('GET', '/client-upgrades')).body.items) {
    if (id === back.id) continue;
    for (const state of open) assert.equal((await members(id, `?state=${state}`)).total, 0, `${id} ${state}`);
  }
  const low = await orderOffice({ action: 'rollback', version: '0.9.0' });
  assert.equal(codeOf(low as never), 'release.missing');
  await change(back.id, 'withdraw');
});

test('a client below a stepping stone takes that one first, proves each, and then goes on', async () => {
  await addRelease(site, '3.0.0');
  await addRelease(site, '3.1.0', { steppingStones: [{ below: '3.0.0', via: '3.0.0' }] });
  const collectionId = await collectionOf('steppers', [stepper]);
  const { body, text } = await order(site, { version: '3.1.0', collectionId });
  assert.equal(body.members, 1, text);
  await takes(stepper, '3.0.0', '1.0.0');
  assert.equal((await stepper.index()).client?.blessing, undefined);
  await takes(stepper, '3.1.0', '3.0.0');
  await turn();
  const { state, ringList } = await show(body.id);
  assert.deepEqual([state, ringList[0]?.counts.blessed], ['done', 1]);
});

test('a machine that has the version already says so and counts for nothing; a blessed one may still give it up', async () => {
  const [first, second] = clients;
  assert.ok(first && second);
  await addRelease(site, '3.5.0');
  const collectionId = await collectionOf('pair', [first, second]);
  const { body } = await order(site, { version: '3.5.0', collectionId });
  const details = { upgradeId: body.id ?? '', version: '3.5.0', previous: '2.1.0' };
  await first.becomes('3.5.0');
  await first.say('version-blessed', details);
  assert.deepEqual(
    (await members(body.id, '?state=skipped')).items.map(({ hostName, reason }) => [hostName, reason]),
    [['first', 'has 3.5.0 already']],
  );
  await turn();
  site.site.clock.forward(2_000);
  await takes(second, '3.5.0', '2.3.0');
  await second.say('version-reverted', { ...details, starts: 3, cause: 'memory', reason: 'it leaks' });
  const stopped = await show(body.id);
  assert.deepEqual([stopped.state, stopped.causes], ['stopped', { memory: 1 }]);
  await change(body.id, 'withdraw');
});

test('a release that is on its way is not deleted, and below the floor there is no way', async () => {
  await addRelease(site, '4.0.0');
  const { body } = await orderOffice({ version: '4.0.0' });
  assert.match(
    (await site.call('DELETE', '/client-releases/4.0.0')).text,
    /An upgrade to 4\.0\.0 is under way/,
  );
  await change(body.id, 'withdraw');
  assert.equal((await site.call('DELETE', '/client-releases/4.0.0')).status, 204);
  await addRelease(site, '4.1.0', { floor: '3.0.0' });
  const back = await orderOffice({ action: 'rollback', version: '2.1.0' });
  assert.match(back.text, /2\.1\.0 is below the floor 3\.0\.0/);
});

test('the list and the audit tell who did what', async () => {
  const { body } = await site.call<Page<ClientUpgradeSummary>>('GET', '/client-upgrades?search=2.3.0');
  assert.deepEqual(
    body.items.map(({ version, state }) => [version, state]),
    [
      ['2.3.0', 'withdrawn'],
      ['2.3.0', 'withdrawn'],
    ],
  );
  const audit = await site.call<Page<{ action: string; actor: string }>>('GET', '/audit?search=upgrade.stop');
  assert.deepEqual([audit.body.total, audit.body.items[0]?.actor], [3, 'site']);
});

test('versions are counted over the fleet, and a client tells what was ordered of it', async () => {
  const { body: counts } = await site.call<ClientVersions>('GET', '/client-versions');
  const { body: fleet } = await site.call<Page<{ clientVersion: string }>>('GET', '/clients');
  assert.equal(counts.total, fleet.total);
  assert.deepEqual(
    new Map(counts.items.map(({ version, clients: count }) => [version, count])),
    new Map(
      [...Map.groupBy(fleet.items, ({ clientVersion }) => clientVersion)].map(([version, rows]) => [
        version,
        rows.length,
      ]),
    ),
  );
  const path = `/clients/${stepper.id}/upgrades`;
  const { body } = await site.call<Page<UpgradeOfClient>>('GET', `${path}?limit=1`);
  const [last] = body.items;
  assert.deepEqual([body.total, last?.target, last?.version, last?.state], [1, '3.1.0', '3.1.0', 'blessed']);
  assert.ok(last?.trialAt && last.proofAt && last.provedAt && last.endedAt);
  const [first] = clients;
  const all: UpgradeOfClient[] = [];
  for (let cursor = ''; ; ) {
    const { body: page } = await site.call<Page<UpgradeOfClient>>(
      'GET',
      `/clients/${first?.id}/upgrades?limit=2${cursor}`,
    );
    all.push(...page.items);
    if (page.next === null) break;
    cursor = `&cursor=${encodeURIComponent(page.next)}`;
  }
  assert.ok(all.length > 2);
  assert.deepEqual(
    all.map(({ createdAt }) => createdAt),
    all.map(({ createdAt }) => createdAt).toSorted((one, other) => other - one),
  );
  assert.equal(all.at(-1)?.target, '2.1.0');
  assert.equal((await site.call('GET', `/clients/${crypto.randomUUID()}/upgrades`)).status, 404);
});
