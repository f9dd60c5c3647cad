/** The bootstrap on a simulated machine: its phases told before and after, gone on with after whatever ended them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { plainRequest, runSetup, type SetupEnd, type SetupRequest } from '@holdfast/client';
import { errorCatalogue, mpPaths, setupExit, setupPhases } from '@holdfast/contract';
import { openPath, removeTree, replaceFile, withOpen } from '@holdfast/engine';
import type { NameService } from '@holdfast/ports';

import { siteHost } from '../src/flows/client-service.ts';
import { simulatedRelease } from '../src/flows/client-setup/release.ts';
import { setupHost, setupPlaces, setupSite, siteAddress } from '../src/flows/client-setup/world.ts';
import { nodeAt, simulatedMachine } from '../src/machine/machine.ts';
import { nameTable } from '../src/machine/name-service.ts';
import { simulatedNetwork } from '../src/site/network.ts';
import { simulatedSite } from '../src/site/site.ts';
import { virtualClock } from '../src/world/clock.ts';
import { randomFrom } from '../src/world/random.ts';
import { inVirtualTime } from '../src/world/run.ts';

function newWorld(seed = 1) {
  const random = randomFrom(`setup ${seed}`);
  const clock = virtualClock();
  const network = simulatedNetwork(clock);
  const client = simulatedSite(random.stream('site'), clock.now);
  const release = simulatedRelease(randomFrom('one key'));
  const site = setupSite(client, release);
  network.servers.set(siteHost, site.server);
  const machine = simulatedMachine(random.stream('machine'), {
    clock,
    network,
    folders: ['/state', '/managed', '/bootstrap/bin', '/bootstrap/seed/core'],
  });
  const request: SetupRequest = { ...plainRequest, managementPoints: [siteAddress], token: client.token };
  const run = (asked: SetupRequest | undefined = request) =>
    inVirtualTime(clock, () => runSetup(setupHost(machine, release), asked), 30 * 24 * 3600_000);
  return { machine, site, client, release, network, clock, request, run };
}

const told = (site: ReturnType<typeof newWorld>['site']) =>
  site.reports.map(({ phase, moment }) => `${phase} ${moment}`);

test('a new machine becomes a client, and the site hears of every phase before and after it', async () => {
  const { run, site, client } = newWorld();
  const end = await run();
  assert.deepEqual([end.exit, end.error], [setupExit.succeeded, undefined], end.text);
  assert.deepEqual(
    told(site),
    setupPhases.flatMap((phase) => [`${phase} begins`, `${phase} ended`]),
  );
  assert.equal(new Set(site.reports.map(({ setupId }) => setupId)).size, 1);
  assert.deepEqual(
    site.reports.map(({ seq }) => seq),
    site.reports.map((_, index) => index + 1),
  );
  assert.equal(client.clients.size, 1);
  assert.deepEqual(client.violations, []);
});

test('run over a client it repairs: the identity stays, and no package is fetched again', async () => {
  const { run, site, client, network, release } = newWorld();
  await run();
  const [before] = client.clients.keys();
  let fetched = 0;
  network.fault = ({ path }) => {
    fetched += path.includes(release.package.sha256) ? 1 : 0;
    return undefined;
  };
  const end = await run();
  assert.equal(end.exit, setupExit.succeeded, end.text);
  assert.deepEqual([...client.clients.keys()], [before]);
  assert.equal(site.reports.at(-1)?.intent, 'repair');
  assert.equal(fetched, 0);
});

test('a client that is here is enough for /logon, and nothing is written', async () => {
  const { run, request, machine, site } = newWorld();
  await run();
  const reports = site.reports.length;
  const end = await run({ ...request, stopIfPresent: true });
  assert.equal(end.exit, setupExit.succeeded);
  assert.equal(site.reports.length, reports);
  assert.equal(nodeAt(machine.volume, '/state/setup/setup.journal'), undefined);
});

/** Route that each phase needs; those that need none are not stopped by a network that is gone. */
const routes = [
  ['locate', mpPaths.trust],
  ['manifest', mpPaths.clientRelease],
  ['download', mpPaths.clientPackages],
  ['enrol', mpPaths.enrol],
] as const;

for (const [phase, route] of routes) {
  test(`a network that is lost for a day in ${phase} is waited for, and told of when it is back`, async () => {
    const { run, site, network, clock, client } = newWorld();
    const day = 24 * 3600_000;
    // From the first request of this phase on nothing gets through, its reports among it.
    let lostAt: number | undefined;
    network.fault = ({ path }) => {
      if (path.startsWith(route)) lostAt ??= clock.elapsed();
      return lostAt !== undefined && clock.elapsed() < lostAt + day ? 'unreachable' : undefined;
    };
    const end = await run();
    assert.equal(end.exit, setupExit.succeeded, end.text);
    assert.ok(clock.elapsed() >= day && clock.elapsed() < 1.1 * day, `${clock.elapsed() / 3600_000} h`);
    assert.ok(told(site).includes(`${phase} waits`));
    assert.equal(told(site).at(-1), 'components ended');
    assert.equal(client.clients.size, 1);
  });
}

test('it gives up after seven days of waiting, says so, and leaves what it could not tell for the next one', async () => {
  const { run, network, clock, site } = newWorld();
  network.fault = () => 'unreachable';
  const end = await run();
  assert.deepEqual([end.exit, end.error], [setupExit.failed, 'network.unreachable']);
  assert.match(end.text, /seven days/);
  const days = clock.elapsed() / (24 * 3600_000);
  assert.ok(days > 6.5 && days < 8, `${days} days`);
  network.fault = () => undefined;
  const { setupId } = (await run()) && (site.reports[0] ?? {});
  assert.equal(
    site.reports.find((one) => one.setupId === setupId && one.moment === 'failed')?.phase,
    'locate',
  );
});

test('seven days that the machine slept or was off do not count', async () => {
  const { machine, network, clock, request, release } = newWorld();
  network.fault = () => 'unreachable';
  const first = runSetup(setupHost(machine, release), request);
  first.catch(() => undefined);
  await clock.run(() => false, 24 * 3600_000);
  machine.powerCut({ names: 'lost', contents: 'lost' });
  await clock.run(() => false, 30 * 24 * 3600_000);
  network.fault = () => undefined;
  const end = await inVirtualTime(clock, () => runSetup(setupHost(machine, release), undefined));
  assert.equal(end.exit, setupExit.succeeded, end.text);
});

const noRetry = ['token.unknown', 'token.expired', 'token.used', 'token.revoked'] as const;
for (const code of noRetry) {
  test(`${code} ends a set-up at once, and the site hears of it`, async () => {
    const { run, network, clock, site } = newWorld();
    const body = [Buffer.from(JSON.stringify({ code, message: 'no', remedy: 'other' }))];
    network.fault = ({ path }) =>
      path === mpPaths.enrol
        ? { status: errorCatalogue[code].status, headers: {}, body, after: 'end' }
        : undefined;
    const end = await run();
    assert.deepEqual([end.exit, end.error], [setupExit.failed, code]);
    assert.ok(clock.elapsed() < 60_000);
    const last = site.reports.at(-1);
    assert.deepEqual([last?.phase, last?.moment, last?.error], ['enrol', 'failed', code]);
  });
}

test('a page of a proxy is never taken for the package, whatever its length', async () => {
  const { run, network, release, machine, site } = newWorld();
  let pages = 0;
  network.fault = ({ path }) => {
    if (!path.startsWith(mpPaths.clientPackages) || pages >= 3) return undefined;
    pages += 1;
    const body = [new Uint8Array(release.package.size).fill(60)];
    return { status: 200, headers: { 'content-type': 'text/html; charset=utf-8' }, body, after: 'end' };
  };
  const end = await run();
  assert.equal(end.exit, setupExit.succeeded, end.text);
  assert.equal(pages, 3);
  const waits = site.reports.filter(({ phase, moment }) => phase === 'download' && moment === 'waits');
  assert.deepEqual(
    waits.map(({ error }) => error),
    Array(3).fill('network.response-invalid'),
  );
  assert.equal(nodeAt(machine.volume, '/opt/holdfast-client/runtime/node'), 'file');
});

test('bytes that are not those of the release are fetched anew a few times, then refused with exit code 10', async () => {
  const { run, network, release, machine } = newWorld();
  network.fault = ({ path }) =>
    path.startsWith(mpPaths.clientPackages)
      ? { status: 200, headers: {}, body: [new Uint8Array(release.package.size)], after: 'end' }
      : undefined;
  const end = await run();
  assert.deepEqual([end.exit, end.error], [setupExit.hashMismatch, 'content.hash-mismatch']);
  assert.equal(nodeAt(machine.volume, '/opt'), undefined);
});

test('a release that another key has signed is refused with exit code 10', async () => {
  const { run, site, machine } = newWorld();
  site.release = simulatedRelease(randomFrom('somebody else'));
  const end = await run();
  assert.deepEqual([end.exit, end.error], [setupExit.hashMismatch, 'release.untrusted']);
  assert.equal(nodeAt(machine.volume, '/opt'), undefined);
});

test('a release without a package for this architecture is a missing prerequisite, never another architecture', async () => {
  const { machine, release, request, clock } = newWorld();
  const host = setupHost(machine, release, { architecture: 'arm64' });
  const end = await inVirtualTime(clock, () => runSetup(host, request));
  assert.deepEqual([end.exit, end.error], [setupExit.prerequisites, 'setup.prerequisite']);
  assert.match(end.text, /arm64/);
});

test('a repair takes the version that is installed, never a newer one; /forceinstall takes that and keeps the identity', async () => {
  const { run, request, site, client, release } = newWorld();
  await run();
  const [before] = client.clients.keys();
  site.release = simulatedRelease(randomFrom('one key'), '1.1.0');
  const repaired = await run();
  assert.match(repaired.text, /1\.0\.0/);
  assert.equal(repaired.exit, setupExit.succeeded, repaired.text);
  const forced = await run({ ...request, forceInstall: true });
  assert.equal(forced.exit, setupExit.succeeded, forced.text);
  assert.match(forced.text, /1\.1\.0/);
  assert.deepEqual([...client.clients.keys()], [before]);
  site.release = release;
  const back = await run({ ...request, forceInstall: true });
  assert.deepEqual([back.exit, back.error], [setupExit.prerequisites, 'setup.prerequisite']);
});

test('an enrolled machine tells of its repair and of its end without a token, as the client that it is', async () => {
  const { run, site, request } = newWorld();
  await run();
  const before = site.reports.length;
  const repaired = await run({ ...request, token: null });
  assert.equal(repaired.exit, setupExit.succeeded, repaired.text);
  assert.deepEqual(
    told(site).slice(before),
    setupPhases.flatMap((phase) => [`${phase} begins`, `${phase} ended`]),
  );
  const end = await run({ ...plainRequest, intent: 'uninstall' });
  assert.equal(end.exit, setupExit.succeeded, end.text);
  assert.equal(site.reports.at(-1)?.intent, 'uninstall');
  assert.equal(told(site).at(-1), 'install ended');
});

test('a repair whose kept release is lost asks the site for the version that is installed, however old', async () => {
  const { run, request, site, client, release, machine } = newWorld();
  await run();
  const [before] = client.clients.keys();
  const lose = async () => {
    const { disk } = machine.ports('test');
    await withOpen(disk.open(setupPlaces.state), (state) => removeTree(state, 'package'));
    await withOpen(disk.open(`${setupPlaces.install}/bin`), (bin) => bin.remove('holdfast-client'));
  };
  site.release = simulatedRelease(randomFrom('one key'), '1.1.0');
  site.earlier.push(release);
  await lose();
  const repaired = await run();
  assert.equal(repaired.exit, setupExit.succeeded, repaired.text);
  assert.match(repaired.text, /1\.0\.0/);
  assert.deepEqual([...client.clients.keys()], [before]);

  site.earlier.length = 0;
  await lose();
  const refused = await run();
  assert.deepEqual([refused.exit, refused.error], [setupExit.prerequisites, 'setup.prerequisite']);
  assert.match(refused.text, /never upgrades/);
  const forced = await run({ ...request, forceInstall: true });
  assert.match(forced.text, /1\.1\.0/);
});

test('a disk without room is waited for', async () => {
  const { run, machine, clock } = newWorld();
  machine.volume.root.room.capacity = machine.volume.root.room.used + 1024;
  clock.schedule(3600_000, () => {
    machine.volume.root.room.capacity = 1024 ** 3;
  });
  machine.volume.root.room.capacity = 8 * 1024 * 1024;
  const end = await run();
  assert.equal(end.exit, setupExit.succeeded, end.text);
  assert.ok(clock.elapsed() >= 3600_000);
});

test('the site is found by the name service of the machine, and believed for the key that the token names', async () => {
  const { machine, release, request, clock, network } = newWorld();
  const names = nameTable();
  names.domains = ['example'];
  const record = (host: string, priority: number) => ({ host, port: 443, priority, weight: 0 });
  names.services.set('_holdfast-mp._tcp.example', [record('liar.example', 0), record(siteHost, 10)]);
  const liar = simulatedSite(randomFrom('liar'), clock.now);
  network.servers.set('liar.example', liar.server);
  const port: NameService = {
    domains: async () => names.domains,
    srv: async (name) => names.services.get(name) ?? [],
  };
  const host = setupHost(machine, release);
  const asked = { ...request, managementPoints: [] };
  const end = await inVirtualTime(clock, () =>
    runSetup({ ...host, ports: { ...host.ports, names: port } }, asked),
  );
  assert.equal(end.exit, setupExit.succeeded, end.text);
  assert.equal(liar.clients.size, 0);
});

test('an uninstall leaves nothing of the client but what was to be kept', async () => {
  for (const keep of [[], ['identity']] as const) {
    const { run, request, machine, site } = newWorld();
    await run();
    const end = await run({ ...request, intent: 'uninstall', keep });
    assert.equal(end.exit, setupExit.succeeded, end.text);
    const left = machine.volume.root.entries.get('state');
    assert.ok(left?.kind === 'folder');
    const names = [...left.entries.keys()].sort();
    assert.deepEqual(names, keep.length === 0 ? [] : ['client.journal', 'keys', 'settings.json']);
    assert.equal(nodeAt(machine.volume, '/opt/holdfast-client'), undefined);
    assert.equal(site.reports.at(-1)?.intent, 'uninstall');
    assert.equal(site.reports.at(-1)?.moment, 'ended');
  }
});

test('the hook is in place before anything is changed, and gone with the end', async () => {
  const { machine, release, request, clock } = newWorld();
  const seen: string[] = [];
  const look = (what: string) => async () => {
    seen.push(`${what}, ${nodeAt(machine.volume, '/opt') ?? 'nothing'} in /opt`);
  };
  const hook = { set: look('set'), start: look('start'), clear: look('clear') };
  const end = await inVirtualTime(clock, () => runSetup(setupHost(machine, release, { hook }), request));
  assert.equal(end.exit, setupExit.succeeded, end.text);
  assert.deepEqual(seen, ['set, nothing in /opt', 'clear, folder in /opt']);
  assert.equal(nodeAt(machine.volume, '/state/setup/program'), undefined);
});

test('handed over it is written down and started, and goes on from there', async () => {
  const { machine, release, request, clock } = newWorld();
  let started = 0;
  const hook = {
    set: async () => undefined,
    clear: async () => undefined,
    start: async () => {
      started += 1;
    },
  };
  const host = setupHost(machine, release, { hook });
  const end = await inVirtualTime(clock, () => runSetup(host, request, { handOver: true }));
  assert.deepEqual([end.exit, started, nodeAt(machine.volume, '/opt')], [setupExit.succeeded, 1, undefined]);
  const done = await inVirtualTime(clock, () => runSetup(host, undefined));
  assert.match(done.text, /is set up as client/);
});

/** A machine with dpkg: a stand-in that brings the files of the release, slowly. */
function debianWorld(exit: () => number) {
  const world = newWorld();
  const { machine, site, clock } = world;
  const release = simulatedRelease(randomFrom('one key'), '1.0.0', 'deb');
  site.release = release;
  let installs = 0;
  machine.programs.programs.set('dpkg', async ({ words, disk, clock: own }) => {
    if (words[0] !== '--install') return 0;
    installs += 1;
    await own.sleep(20_000);
    await withOpen(disk.open('/'), async (root) => {
      for (const [path, content] of release.files) {
        const [first = '', ...inner] = `opt/holdfast-client/${path}`.split('/').slice(0, -1);
        await withOpen(openPath(root, [first, ...inner], { create: true }), (folder) =>
          replaceFile(folder, path.split('/').at(-1) ?? '', content),
        );
      }
    });
    machine.software.dpkg?.set('holdfast-client', { installed: true, version: '1.0.0' });
    return exit();
  });
  const places = { ...setupPlaces, root: '/' };
  const start = (request?: SetupRequest) => runSetup(setupHost(machine, release, { places }), request);
  return {
    ...world,
    start,
    installs: () => installs,
    inTime: (work: () => Promise<SetupEnd>) => inVirtualTime(clock, work),
  };
}

test('where there is dpkg it installs, and what it has in its book is looked at', async () => {
  const { start, request, installs, inTime, client } = debianWorld(() => 0);
  const end = await inTime(() => start(request));
  assert.deepEqual([end.exit, installs(), client.clients.size], [setupExit.succeeded, 1, 1], end.text);
});

test('an installer that outlives the bootstrap is waited for, and no second one is started beside it', async () => {
  const { start, request, installs, inTime, machine, clock } = debianWorld(() => 0);
  start(request).catch(() => undefined);
  await clock.run(() => installs() === 1, 60_000);
  machine.kill();
  const end = await inTime(() => start());
  assert.deepEqual([end.exit, installs()], [setupExit.succeeded, 1], end.text);
});

test('an installer that wants a restart ends the set-up with exit code 7, until the machine has restarted', async () => {
  const { start, request, installs, inTime, machine, site } = debianWorld(() => 3010);
  const first = await inTime(() => start(request));
  assert.equal(first.exit, setupExit.restartNeeded, first.text);
  assert.equal((await inTime(() => start())).exit, setupExit.restartNeeded);
  assert.equal(told(site).at(-1), 'install waits');
  machine.powerCut({ names: 'kept', contents: 'kept' });
  const end = await inTime(() => start());
  assert.deepEqual([end.exit, installs()], [setupExit.succeeded, 1], end.text);
});

test('an installer that says it is done, and has brought nothing, is not believed', async () => {
  const { start, request, inTime, machine } = debianWorld(() => 0);
  machine.programs.programs.set('dpkg', async () => 0);
  const end = await inTime(() => start(request));
  assert.deepEqual([end.exit, end.error], [setupExit.failed, 'installer.failed']);
});
