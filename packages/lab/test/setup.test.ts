/** The bootstrap on a simulated machine: its phases told before and after, its hook, and its end. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runSetup } from '@holdfast/client';
import { setupExit, setupPhases } from '@holdfast/contract';
import { openPath, replaceFile, withOpen } from '@holdfast/engine';
import type { NameService } from '@holdfast/ports';
import { siteHost } from '../src/flows/client-service.ts';
import { setupHost } from '../src/flows/client-setup/world.ts';
import { nodeAt } from '../src/machine/machine.ts';
import { nameTable } from '../src/machine/name-service.ts';
import { simulatedSite } from '../src/site/site.ts';
import { randomFrom } from '../src/world/random.ts';
import { inVirtualTime } from '../src/world/run.ts';
import { newSetupWorld, told } from './support/setup-world.ts';

test('a new machine becomes a client, and the site hears of every phase before and after it', async () => {
  const { run, site, client } = newSetupWorld();
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

for (const isWhole of [true, false]) {
  test(`a package that the script of the site has fetched is ${isWhole ? 'not fetched again' : 'fetched anew where its bytes are others'}`, async () => {
    const { run, machine, network, release } = newSetupWorld();
    const { disk } = machine.ports('script');
    const bytes = isWhole ? release.bytes : new Uint8Array(release.bytes.length);
    await withOpen(disk.open('/state'), (state) =>
      withOpen(openPath(state, ['setup', 'fetched'], { create: true }), (fetched) =>
        replaceFile(fetched, `${release.package.sha256}.part`, bytes),
      ),
    );
    let fetched = 0;
    network.fault = ({ path }) => {
      fetched += path.includes(release.package.sha256) ? 1 : 0;
      return undefined;
    };
    const end = await run();
    assert.equal(end.exit, setupExit.succeeded, end.text);
    assert.equal(fetched, isWhole ? 0 : 1);
    assert.equal(nodeAt(machine.volume, '/state/setup/fetched'), undefined);
  });
}

test('a client that is here is enough for /logon, and nothing is written', async () => {
  const { run, request, machine, site } = newSetupWorld();
  await run();
  const reports = site.reports.length;
  const end = await run({ ...request, stopIfPresent: true });
  assert.equal(end.exit, setupExit.succeeded);
  assert.equal(site.reports.length, reports);
  assert.equal(nodeAt(machine.volume, '/state/setup/setup.journal'), undefined);
});

test('the site is found by the name service of the machine, and believed for the key that the token names', async () => {
  const { machine, release, request, clock, network } = newSetupWorld();
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
    const { run, request, machine, site } = newSetupWorld();
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
  const { machine, release, request, clock } = newSetupWorld();
  const seen: string[] = [];
  const look = (what: string) => async () => {
    seen.push(`${what}, ${nodeAt(machine.volume, '/opt') ?? 'nothing'} in /opt`);
  };
  const hook = { everyMs: 150_000, set: look('set'), start: look('start'), clear: look('clear') };
  const end = await inVirtualTime(clock, () => runSetup(setupHost(machine, release, { hook }), request));
  assert.equal(end.exit, setupExit.succeeded, end.text);
  assert.deepEqual(seen, ['set, nothing in /opt', 'clear, folder in /opt']);
  assert.equal(nodeAt(machine.volume, '/state/setup/program'), undefined);
});

test('handed over it is written down and started, and goes on from there', async () => {
  const { machine, release, request, clock } = newSetupWorld();
  let started = 0;
  const hook = {
    everyMs: 150_000,
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
