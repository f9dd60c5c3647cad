/** The wires of older generations: served, counted, and ended by an administrator. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  type ClientSummary,
  type CollectionSummary,
  mpPaths,
  mpPathsV1,
  type Overview,
  onWire2,
  type Page,
  type PolicyIndex,
  type SiteWires,
} from '@holdfast/contract';
import { type ConsoleSite, codeOf, openConsoleSite } from './support/console-site.ts';
import { postgresMissing, startPostgres } from './support/postgres.ts';
import { ask, assertCode, enrolClient, tokenFor } from './support/site.ts';
import { addRelease, order, speaking } from './support/upgrades.ts';
import { deployToAll, detailOf, enrolmentV1, enrolV1, indexOn, successor } from './support/wires.ts';

const suites = [
  { name: 'SQLite', postgres: false, skip: false },
  { name: 'PostgreSQL', postgres: true, skip: postgresMissing ?? false },
];

for (const { name, postgres, skip } of suites) {
  describe(`wires on ${name}`, { skip }, () => {
    let site: ConsoleSite;
    let stopDatabase: (() => Promise<void>) | undefined;
    before(async () => {
      const database = postgres ? await startPostgres() : undefined;
      stopDatabase = database?.stop;
      site = await openConsoleSite(database ? { databaseUrl: database.url } : {});
    });
    after(async () => {
      await site?.close();
      await stopDatabase?.();
    });

    test('wire 2 is wire 3 without a word of the version, and an upgrade leaves older generations out', async () => {
      const now = speaking(site, await enrolClient(site.site, { hostName: 'now', clientVersion: '1.0.0' }));
      const second = await enrolClient(site.site, { hostName: 'second', clientVersion: '1.0.0' });
      const first = await enrolV1(site.site, 'first');
      await first.checkIn();
      assert.equal((await indexOn(site, onWire2(mpPaths.policy), second)).client, undefined);
      await site.context.clients.flush();
      await addRelease(site, '2.0.0');
      const { body, status, text } = await order(site, { version: '2.0.0' });
      assert.equal(status, 201, text);
      const members = await site.call<Page<{ clientId: string; state: string; reason: string | null }>>(
        'GET',
        `/client-upgrades/${body.id}/members?limit=500`,
      );
      const reasonOf = (id: string) => members.body.items.find(({ clientId }) => clientId === id)?.reason;
      for (const [id, wire] of [
        [second.id, 2],
        [first.id, 1],
      ] as const) {
        assert.equal(reasonOf(id), `speaks wire ${wire}: today's client comes with its package`);
      }
      assert.equal(reasonOf(now.id), null);
    });

    test('a client that goes from wire 2 to wire 3 and back is told on each what it understands, with serials that rise', async () => {
      const key = await enrolClient(site.site, { hostName: 'both', clientVersion: '1.0.0' });
      await addRelease(site, '3.0.0');
      const query = { all: [{ attribute: 'hostName', operator: 'equals', value: 'both' }] };
      const { body } = await site.call<CollectionSummary>('POST', '/collections', { name: 'both', query });
      const ordered = await order(site, { version: '3.0.0', collectionId: body.id });
      assert.equal(ordered.status, 201, ordered.text);
      const serials: number[] = [];
      for (const path of [mpPaths.policy, onWire2(mpPaths.policy), mpPaths.policy, onWire2(mpPaths.policy)]) {
        const [index, same] = await Promise.all([indexOn(site, path, key), indexOn(site, path, key)]);
        assert.equal(index.client?.order?.version, path === mpPaths.policy ? '3.0.0' : undefined);
        assert.equal(same.serial, index.serial);
        serials.push(index.serial);
      }
      assert.deepEqual(
        serials,
        [...new Set(serials)].sort((one, other) => one - other),
      );
      // Asked for on both at the same moment: one serial is never that of two indexes.
      const { policy } = site.context;
      await deployToAll(site, 'for both');
      const both = await Promise.all([policy.index(key.id, 3), policy.index(key.id, 2)]);
      const [three, two] = both.map(({ body }) => JSON.parse(JSON.parse(body).payload) as PolicyIndex);
      assert.notEqual(three?.serial, two?.serial);
      assert.deepEqual([three?.client === undefined, two?.client === undefined], [false, true]);
    });

    test('a client that moves to another wire keeps its policy where nothing is said of its version', async () => {
      const client = await enrolClient(site.site, { hostName: 'tags', clientVersion: '1.0.0' });
      const get = (path: string, tag?: string) =>
        ask(site.site, path, { identity: client, headers: tag ? { 'if-none-match': tag } : {} });
      const tag = String((await get(onWire2(mpPaths.policy))).headers.etag);
      assert.equal((await get(onWire2(mpPaths.policy), tag)).status, 304);
      // Nothing is said of its version: the same text, and the same tag.
      assert.equal((await get(mpPaths.policy, tag)).status, 304);
      await site.context.clients.flush();
      assert.equal((await detailOf(site, client.id)).wire, 3);
    });

    test('clients are listed and counted by the wire that they spoke last, over a restart too', async () => {
      await site.context.clients.flush();
      await site.restart();
      const { wires } = (await site.call<Overview>('GET', '/overview')).body.clients;
      assert.deepEqual(
        wires.map(({ wire }) => wire),
        [1, 2, 3],
      );
      for (const { wire, clients } of wires) {
        const page = (await site.call<Page<ClientSummary>>('GET', `/clients?wire=${wire}&limit=500`)).body;
        assert.ok(page.items.every((client) => client.wire === wire));
        assert.equal(page.items.filter((client) => client.revokedAt === null).length, clients);
        assert.ok(clients > 0, `wire ${wire}`);
      }
      assert.equal((await site.call('GET', '/clients?wire=4')).status, 400);
    });

    test('an administrator ends old wires, but not by accident', async () => {
      const client = await enrolV1(site.site, 'last');
      const second = await enrolClient(site.site);
      await indexOn(site, onWire2(mpPaths.policy), second);
      const put = (body: unknown) => site.call<SiteWires>('PUT', '/wires', body);
      assert.equal(codeOf(await put({ oldest: 2 })), 'conflict');
      assert.equal((await client.checkIn()).status, 200);
      assert.equal((await put({ oldest: 2, cutOff: true })).body.oldest, 2);
      assertCode(await client.checkIn(), 410, 'wire.retired');
      const { token } = await tokenFor(site.site);
      assertCode(await ask(site.site, mpPathsV1.enrol, { body: enrolmentV1(token) }), 410, 'wire.retired');
      const tag = String((await ask(site.site, onWire2(mpPaths.policy), { identity: second })).headers.etag);
      assert.equal((await put({ oldest: 3, cutOff: true })).body.oldest, 3);
      const headers = { 'if-none-match': tag };
      assertCode(
        await ask(site.site, onWire2(mpPaths.policy), { identity: second, headers }),
        410,
        'wire.retired',
      );
      await site.restart();
      assertCode(await client.checkIn(), 410, 'wire.retired');
      assert.equal((await ask(site.site, mpPaths.policy, { identity: second })).status, 200);
      // The old secret proves who a machine was, whichever wires are answered.
      assert.equal((await successor(site, client)).answer.status, 200);
      assert.equal((await put({ oldest: 1 })).body.oldest, 1);
      assert.equal((await client.checkIn()).status, 200);
    });
  });
}
