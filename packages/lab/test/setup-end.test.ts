/** The end of a set-up on a simulated machine: told until the site has heard it, by one owner at a time. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openClient, plainRequest, runSetup, type SetupRequest } from '@holdfast/client';
import { mpPaths, setupExit, setupPhases } from '@holdfast/contract';
import { readWhole, withOpen } from '@holdfast/engine';
import { siteHost } from '../src/flows/client-service.ts';
import { simulatedRelease } from '../src/flows/client-setup/release.ts';
import { setupHost, setupPlaces, setupSite, siteAddress } from '../src/flows/client-setup/world.ts';
import { makeFolders, simulatedMachine } from '../src/machine/machine.ts';
import { simulatedNetwork } from '../src/site/network.ts';
import { simulatedSite } from '../src/site/site.ts';
import { virtualClock } from '../src/world/clock.ts';
import { randomFrom } from '../src/world/random.ts';
import { inVirtualTime } from '../src/world/run.ts';

const days = 24 * 3600_000;

/** A machine with a hook, on which a site hears of set-ups only while `deaf` is false. */
function newWorld(hookMs = 150_000) {
  const random = randomFrom('the end of a set-up');
  const clock = virtualClock();
  const network = simulatedNetwork(clock);
  const client = simulatedSite(random.stream('site'), clock.now);
  const release = simulatedRelease(random.stream('release'));
  const site = setupSite(client, release);
  network.servers.set(siteHost, site.server);
  const machine = simulatedMachine(random.stream('machine'), {
    clock,
    network,
    folders: ['/state', '/managed', '/bootstrap/bin', '/bootstrap/seed/core'],
  });
  const world = { deaf: false, hooked: false, heard: 0 };
  network.fault = ({ path }) => {
    if (path !== mpPaths.setup) return undefined;
    world.heard += 1;
    return world.deaf ? 'unreachable' : undefined;
  };
  const hook = {
    everyMs: hookMs,
    set: async () => {
      world.hooked = true;
    },
    start: async () => undefined,
    clear: async () => {
      world.hooked = false;
    },
  };
  const request: SetupRequest = { ...plainRequest, managementPoints: [siteAddress], token: client.token };
  const run = (asked?: SetupRequest) =>
    inVirtualTime(clock, () => runSetup(setupHost(machine, release, { hook }), asked), 30 * days);
  /** One pass of the client that was set up. */
  const pass = () =>
    inVirtualTime(clock, async () => {
      const opened = await openClient(machine.ports('client'), {
        folder: setupPlaces.state,
        root: setupPlaces.root,
        site: siteAddress,
        version: release.version,
        log: () => undefined,
      });
      return await opened.cycle().finally(() => opened.close());
    });
  const names = () => [...makeFolders(machine.volume, `${setupPlaces.state}/setup`).entries.keys()].sort();
  return { world, machine, client, site, clock, network, request, run, pass, names };
}

const told = ({ site }: Pick<ReturnType<typeof newWorld>, 'site'>) =>
  site.reports.map(({ phase, moment }) => `${phase} ${moment}`);

test('what a set-up could not tell the client tells that it has made: all of it, once, and with no token', async () => {
  const made = newWorld();
  made.world.deaf = true;
  const end = await made.run(made.request);
  assert.equal(end.exit, setupExit.succeeded, end.text);
  assert.equal(made.world.hooked, false, 'the hook stays beside the client');
  const untold = made.names().find((name) => name.startsWith('untold-')) ?? '';
  assert.deepEqual(made.names(), ['last.json', untold]);
  const { disk } = made.machine.ports('test');
  const text = await withOpen(disk.open(`${setupPlaces.state}/setup`), async (folder) =>
    Buffer.from(await readWhole(folder, untold, 1024 * 1024)).toString('utf8'),
  );
  assert.ok(!text.includes(made.client.token));

  await made.pass();
  assert.deepEqual(made.names(), ['last.json', untold], 'what the site did not take is lost');
  made.world.deaf = false;
  await made.pass();
  assert.deepEqual(
    told(made),
    setupPhases.flatMap((phase) => [`${phase} begins`, `${phase} ended`]),
  );
  assert.deepEqual(made.names(), ['last.json']);
  const { heard } = made.world;
  await made.pass();
  assert.equal(made.world.heard, heard, 'it was told again');
});

test('reports whose answer was lost are told again, and the site has each of them once', async () => {
  const made = newWorld();
  made.world.deaf = true;
  await made.run(made.request);
  const deaf = made.network.fault;
  made.network.fault = ({ path }) => (path === mpPaths.setup ? 'answer-lost' : undefined);
  await made.pass();
  assert.equal(made.site.reports.length, 2 * setupPhases.length);
  made.network.fault = deaf;
  made.world.deaf = false;
  await made.pass();
  assert.equal(made.site.reports.length, 2 * setupPhases.length);
  assert.deepEqual(made.names(), ['last.json']);
});

test('reports that the site refuses, and what is no report, are given up', async () => {
  const made = newWorld();
  made.world.deaf = true;
  await made.run(made.request);
  const body = [
    Buffer.from(JSON.stringify({ code: 'client.mismatch', message: 'Of another client.', remedy: 'None.' })),
  ];
  made.network.fault = ({ path }) =>
    path === mpPaths.setup ? { status: 403, headers: {}, body, after: 'end' } : undefined;
  const { problems } = await made.pass();
  assert.deepEqual(problems, []);
  assert.deepEqual(made.names(), ['last.json']);
  const { disk } = made.machine.ports('test');
  await withOpen(disk.open(`${setupPlaces.state}/setup`), async (folder) => {
    const name = `untold-${'0'.repeat(8)}-0000-4000-8000-${'0'.repeat(12)}.json`;
    await withOpen(folder.create(name), (file) => file.write(0, Buffer.from('[{"seq":')));
  });
  await made.pass();
  assert.deepEqual(made.names(), ['last.json']);
});

test('the hook of a set-up that failed stays until the site has heard of it', async () => {
  const made = newWorld();
  made.site.release = simulatedRelease(randomFrom('somebody else'));
  made.network.fault = ((plain) => (request) => {
    // From the failure on nobody listens.
    if (request.path === mpPaths.clientRelease) made.world.deaf = true;
    return plain(request);
  })(made.network.fault);
  const end = await made.run(made.request);
  assert.deepEqual([end.exit, end.error], [setupExit.hashMismatch, 'release.untrusted']);
  assert.equal(made.world.hooked, true, 'nobody would tell it');
  assert.ok(made.names().includes('program'), 'the hook has nothing to run');
  assert.ok(made.clock.elapsed() < 60_000, 'whoever waits for the command waits for the site');

  assert.deepEqual(await made.run(), end);
  assert.equal(made.world.hooked, true);
  assert.equal(told(made).at(-1), 'manifest begins');
  made.world.deaf = false;
  assert.deepEqual(await made.run(), end);
  assert.equal(told(made).at(-1), 'manifest failed');
  assert.deepEqual([made.world.hooked, made.names()], [false, ['last.json']]);
});

test('a failure that nobody hears of is told for the seven days of the set-up, and kept for the next one', async () => {
  const hookMs = 3600_000;
  const made = newWorld(hookMs);
  made.site.release = simulatedRelease(randomFrom('somebody else'));
  made.world.deaf = true;
  await made.run(made.request);
  let lives = 1;
  for (; made.world.hooked && lives < 10_000; lives += 1) await made.run();
  const waited = (lives * hookMs) / days;
  assert.ok(waited > 6.9 && waited < 7.1, `${waited} days`);
  assert.deepEqual(made.names(), ['last.json', 'setup.journal']);
  made.world.deaf = false;
  await made.run(made.request);
  const setups = Map.groupBy(made.site.reports, ({ setupId }) => setupId);
  assert.deepEqual(
    [...setups.values()].map((reports) => reports.at(-1)?.moment),
    ['failed', 'failed'],
  );
});

test('another set-up takes over what the one before it has not told yet', async () => {
  const made = newWorld();
  const { release } = made.site;
  made.site.release = simulatedRelease(randomFrom('somebody else'));
  made.world.deaf = true;
  await made.run(made.request);
  made.site.release = release;
  made.world.deaf = false;
  const end = await made.run(made.request);
  assert.equal(end.exit, setupExit.succeeded, end.text);
  assert.ok(told(made).includes('manifest failed'));
  assert.equal(told(made).at(-1), 'components ended');
  assert.deepEqual([made.world.hooked, made.names()], [false, ['last.json']]);
});

test('an uninstall with a token is told by its hook, which then leaves nothing', async () => {
  const made = newWorld();
  made.world.deaf = true;
  await made.run(made.request);
  const end = await made.run({ ...made.request, intent: 'uninstall' });
  assert.equal(end.exit, setupExit.succeeded, end.text);
  assert.equal(made.world.hooked, true);
  assert.deepEqual(made.names(), ['last.json', 'program', 'setup.journal']);
  made.world.deaf = false;
  await made.run();
  assert.equal(told(made).at(-1), 'install ended');
  assert.equal(made.world.hooked, false);
  assert.deepEqual([...makeFolders(made.machine.volume, setupPlaces.state).entries.keys()], []);
});
