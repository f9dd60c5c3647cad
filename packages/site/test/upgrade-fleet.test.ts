/** A fleet under the orchestrator: bad releases end in their first ring, and a site that is killed anywhere goes on from its rows. */
import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { type Kysely, sql } from 'kysely';
import { type OpenedStore, openStore } from '../src/store/database.ts';
import type { Schema } from '../src/store/schema.ts';
import { getUpgrade, listUpgrades } from '../src/upgrades/lists.ts';
import { postgresMissing, startPostgres } from './support/postgres.ts';
import { temporaryFolder } from './support/site.ts';
import { fleetSite, type Nature, settle, tookOrder, type World } from './support/upgrade-fleet.ts';

/** Clients of the fleets that a bad release meets. */
const fleet = Number(process.env.HOLDFAST_UPGRADE_FLEET ?? 1_000);

const all = (count: number, nature: Nature): Nature[] => Array.from({ length: count }, () => nature);

async function opened(context: TestContext): Promise<{ store: Kysely<Schema>; folder: string }> {
  const folder = await temporaryFolder();
  const database = await openStore({ file: join(folder, 'site.db'), now: 1 });
  context.after(async () => {
    await database.close();
    await rm(folder, { recursive: true });
  });
  return { store: database.store, folder };
}

async function theUpgrade(store: Kysely<Schema>) {
  const [first, second] = (await listUpgrades(store, {})).items;
  assert.ok(first?.id && !second);
  return await getUpgrade(store, first.id);
}

/** Goes on until nothing changes any more, by time or by word. */
async function toTheEnd(store: Kysely<Schema>, world: World): Promise<void> {
  const site = fleetSite(store, world);
  if ((await listUpgrades(store, {})).total === 0) await site.order();
  for (let turn = 0; turn < 60; turn += 1) {
    await site.checkIns();
    await site.deliver();
    await site.drive();
    if ((await theUpgrade(store)).state !== 'running') return;
    world.now += 20 * 60_000;
  }
  assert.fail('the upgrade came to no end');
}

async function stopsInFirstRing(store: Kysely<Schema>, nature: Nature, reason: RegExp): Promise<void> {
  const world = await settle(store, all(fleet, nature));
  await toTheEnd(store, world);
  const upgrade = await theUpgrade(store);
  assert.deepEqual([upgrade.state, upgrade.ring], ['stopped', 1]);
  assert.match(upgrade.reason, reason);
  assert.equal(tookOrder(world), fleet / 100);
  assert.equal(upgrade.ringList[1]?.startedAt, null);
}

test('a release that fails everywhere stops within its first ring, a hundredth of the fleet', async (context) => {
  const { store } = await opened(context);
  await stopsInFirstRing(store, 'fails', /gave the version up/);
});

test('a release that falls silent everywhere stops within its first ring', async (context) => {
  const { store } = await opened(context);
  await stopsInFirstRing(store, 'falls-silent', /no end was heard/);
});

test('a good release reaches everybody, ring by ring, with as many failures as are tolerated', async (context) => {
  const { store } = await opened(context);
  const world = await settle(store, all(200, 'healthy'));
  const site = fleetSite(store, world);
  await site.order();
  const taken: number[] = [];
  while ((await theUpgrade(store)).state === 'running') {
    await site.checkIns();
    await site.deliver();
    await site.drive();
    const count = tookOrder(world);
    if (taken.at(-1) !== count) taken.push(count);
    assert.ok(taken.length < 10);
  }
  assert.deepEqual(taken, [2, 20, 100, 200]);
  const { state, ringList } = await theUpgrade(store);
  assert.deepEqual([state, ringList.map(({ counts }) => counts.blessed)], ['done', [2, 18, 80, 100]]);
});

describe('a site that is killed', () => {
  /** The databases and worlds as they were after each transaction, with words that were sent and not yet acknowledged. */
  async function snapshots(context: TestContext, natures: readonly Nature[]) {
    const { store, folder } = await opened(context);
    const world = await settle(store, natures);
    const site = fleetSite(store, world);
    const taken: { file: string; world: World }[] = [];
    const snap = async () => {
      const file = join(folder, `${taken.length}.db`);
      await sql`vacuum into ${sql.lit(file)}`.execute(store);
      taken.push({ file, world: structuredClone(world) });
    };
    await snap();
    await site.order();
    await snap();
    for (
      let turn = 0;
      turn < 40 && (turn === 0 || (await theUpgrade(store)).state === 'running');
      turn += 1
    ) {
      for (const step of [site.checkIns, () => site.deliver(snap), site.drive]) {
        await step();
        await snap();
      }
      world.now += 20 * 60_000;
    }
    return { taken, store, world };
  }

  const outcome = async (store: Kysely<Schema>) => {
    const { state, ring, ringList } = await theUpgrade(store);
    return { state, ring, counts: ringList.map(({ counts }) => counts) };
  };

  async function goesOnFrom(place: { file: string; world: World }): Promise<OpenedStore> {
    const again = await openStore({ file: place.file, now: 1 });
    await toTheEnd(again.store, place.world);
    return again;
  }

  for (const [name, natures] of [
    ['a good release is carried out as if nothing had been', all(6, 'healthy')],
    ['a bad one still stops in its first ring', all(12, 'fails')],
    ['so does one that falls silent', all(12, 'falls-silent')],
  ] as const) {
    test(`after any transaction goes on from its rows: ${name}`, async (context) => {
      const { taken, store, world } = await snapshots(context, natures);
      const expected = await outcome(store);
      assert.ok(taken.length > 5);
      for (const place of taken) {
        const again = await goesOnFrom(place);
        try {
          assert.deepEqual(await outcome(again.store), expected, place.file);
          assert.equal(tookOrder(place.world), tookOrder(world));
        } finally {
          await again.close();
        }
      }
    });
  }

  test('looking twice changes nothing', async (context) => {
    const { store } = await opened(context);
    const world = await settle(store, [...all(9, 'healthy'), 'fails']);
    const site = fleetSite(store, world);
    await site.order();
    await site.checkIns();
    await site.deliver();
    await site.drive();
    const rows = async () => [
      await store.selectFrom('clientUpgradeMember').selectAll().orderBy('clientId').execute(),
      await store.selectFrom('clientUpgradeRing').selectAll().orderBy('ring').execute(),
      await store.selectFrom('clientUpgrade').selectAll().execute(),
      await store.selectFrom('audit').selectAll().execute(),
    ];
    const before = await rows();
    await site.drive();
    await Promise.all([site.drive(), site.drive()]);
    assert.deepEqual(await rows(), before);
  });
});

test('the same on PostgreSQL, with two servers that drive at once', {
  skip: postgresMissing ?? false,
}, async (context) => {
  const postgres = await startPostgres();
  const database = await openStore({ databaseUrl: postgres.url, file: '/nowhere', now: 1 });
  context.after(async () => {
    await database.close();
    await postgres.stop();
  });
  const { store } = database;
  const world = await settle(store, all(60, 'healthy'));
  const site = fleetSite(store, world);
  await site.order();
  for (let turn = 0; turn < 40 && (await theUpgrade(store)).state === 'running'; turn += 1) {
    await site.checkIns();
    await Promise.all([site.deliver(), site.drive(), site.drive()]);
    await site.drive();
  }
  const { state, ringList } = await theUpgrade(store);
  assert.deepEqual([state, ringList.map(({ counts }) => counts.blessed)], ['done', [1, 5, 24, 30]]);
});
