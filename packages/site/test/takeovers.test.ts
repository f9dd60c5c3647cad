/** Foreign agents: rules in the policy of those that they are for, what clients say of them, and who may change them. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  type AuditRow,
  mpPaths,
  onWire2,
  type Page,
  type TakeoverDetail,
  type TakeoverForeseen,
  type TakeoverMember,
  type TakeoverRule,
  type TakeoverSummary,
} from '@holdfast/contract';
import { type ConsoleSite, openConsoleSite } from './support/console-site.ts';
import { postgresMissing, startPostgres } from './support/postgres.ts';
import { enrolClient, type TestClient } from './support/site.ts';
import { allClients, speaking } from './support/upgrades.ts';
import { indexOn } from './support/wires.ts';

const rule: TakeoverRule = {
  name: 'Remotely',
  platform: 'linux',
  recognizedBy: [{ kind: 'package', manager: 'dpkg', name: 'remotely' }],
  remoteControl: {
    services: ['remotely.service'],
    files: [{ path: '/opt/remotely/remoted', as: 'program' }],
  },
  removal: { kind: 'dpkg', packages: ['remotely'] },
  maxRunMinutes: 10,
};

const suites = [
  { name: 'SQLite', postgres: false, skip: false },
  { name: 'PostgreSQL', postgres: true, skip: postgresMissing ?? false },
];

for (const { name, postgres, skip } of suites) {
  describe(`takeovers on ${name}`, { skip }, () => {
    let site: ConsoleSite;
    let stopDatabase: (() => Promise<void>) | undefined;
    let identity: TestClient;
    let client: ReturnType<typeof speaking>;
    let collectionId: string;
    before(async () => {
      const database = postgres ? await startPostgres() : undefined;
      stopDatabase = database?.stop;
      site = await openConsoleSite(database ? { databaseUrl: database.url } : {});
      identity = await enrolClient(site.site);
      client = speaking(site, identity);
      collectionId = await allClients(site);
    });
    after(async () => {
      await site?.close();
      await stopDatabase?.();
    });

    const add = async (change: Partial<TakeoverRule> = {}, mode = 'take-over', query = '') =>
      await site.call<TakeoverDetail & TakeoverForeseen>('POST', `/takeovers${query}`, {
        collectionId,
        mode,
        rule: { ...rule, ...change },
      });
    const membersOf = async (id: string) =>
      (await site.call<Page<TakeoverMember>>('GET', `/takeovers/${id}/clients`)).body.items;

    test('a dry run counts the machines that are meant, and stores nothing', async () => {
      const { status, body } = await add({}, 'take-over', '?dryRun=true');
      assert.equal(status, 200);
      assert.deepEqual([body.clients, body.leftOut, body.known], [1, 0, 0]);
      const windows = await add({ platform: 'windows' }, 'take-over', '?dryRun=true');
      assert.deepEqual([windows.body.clients, windows.body.leftOut], [0, 1]);
      assert.equal((await site.call<Page<TakeoverSummary>>('GET', '/takeovers')).body.total, 0);
      assert.equal((await client.index()).takeovers, undefined);
    });

    test('a rule is in the signed policy of those of its platform until it is withdrawn, and on no older wire', async () => {
      const { status, body, text } = await add({}, 'look');
      assert.equal(status, 201, text);
      await add({ platform: 'windows' });
      assert.deepEqual((await client.index()).takeovers, [{ takeoverId: body.id, mode: 'look', rule }]);
      assert.equal((await indexOn(site, onWire2(mpPaths.policy), identity)).takeovers, undefined);
      const changed = await site.call<TakeoverDetail>('PUT', `/takeovers/${body.id}`, { mode: 'take-over' });
      assert.equal(changed.body.mode, 'take-over');
      assert.equal((await client.index()).takeovers?.[0]?.mode, 'take-over');
      assert.equal((await site.call('DELETE', `/takeovers/${body.id}`)).status, 204);
      assert.equal((await client.index()).takeovers, undefined);
      assert.equal((await site.call('PUT', `/takeovers/${body.id}`, { mode: 'look' })).status, 409);
      const audit = await site.call<Page<AuditRow>>('GET', `/audit?search=${body.id}`);
      assert.deepEqual(
        audit.body.items.map(({ action }) => action),
        ['takeover.withdraw', 'takeover.change', 'takeover.create'],
      );
    });

    test('the last word of each client counts, whatever comes late', async () => {
      const { body } = await add();
      const about = { takeoverId: body.id, agent: rule.name };
      assert.equal((await membersOf(body.id))[0]?.state, 'ordered');
      await client.say('takeover-begun', { ...about, verified: 'one picture' });
      assert.equal((await membersOf(body.id))[0]?.state, 'under-way');
      await client.say('agent-put-back', { ...about, reason: 'the screen stays black' });
      await client.say('agent-put-back', { takeoverId: 'no id of ours', agent: 'x', reason: 'y' });
      const [member] = await membersOf(body.id);
      assert.equal(member?.state, 'put-back');
      assert.match(member?.text ?? '', /Remotely was put back: the screen stays black/);
      const { body: detail } = await site.call<TakeoverDetail>('GET', `/takeovers/${body.id}`);
      assert.deepEqual(detail.states, { 'put-back': 1 });
      const foreseen = await add({}, 'take-over', '?dryRun=true');
      assert.equal(foreseen.body.known, 1);
    });

    test('a rule that would run anything else is refused, and nobody without a key adds one', async () => {
      const refused = [
        { removal: { kind: 'shell', command: 'rm -rf /' } },
        { recognizedBy: [] },
        { remoteControl: { services: [], files: [] } },
        { removal: { kind: 'dpkg', packages: ['--force-all'] } },
        { remoteControl: { services: ['../x'], files: [] } },
      ];
      for (const change of refused) {
        const { status } = await add(change as Partial<TakeoverRule>);
        assert.equal(status, 400, JSON.stringify(change));
      }
      const body = { collectionId, mode: 'look', rule };
      assert.equal((await site.call('POST', '/takeovers', body, {})).status, 401);
    });
  });
}
