/** A client looks at itself for a month of virtual time: daily, mending what breaks, without storms, silent only when it is off. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rescueFolder } from '@holdfast/client';
import { type HealthReport, statusEntry } from '@holdfast/contract';
import { openJournal, openPath, withOpen } from '@holdfast/engine';
import type { Starters } from '@holdfast/ports';
import { newKeys, standIn } from '../../client/test/support/stand-in.ts';
import { openClient } from '../src/flows/open-client.ts';
import { messagesOf } from '../src/flows/plot.ts';
import { makeFolders, type SimulatedMachine, simulatedMachine } from '../src/machine/machine.ts';
import { simulatedNetwork } from '../src/site/network.ts';
import { type SimulatedSite, simulatedSite } from '../src/site/site.ts';
import { virtualClock } from '../src/world/clock.ts';
import { randomFrom } from '../src/world/random.ts';

const [minute, hour, day] = [60_000, 3_600_000, 86_400_000];
const [install, state] = ['/opt/holdfast-client', '/state'];
const installed = standIn({ keys: newKeys(), runtimeBytes: 3_000 });

type World = {
  readonly machine: SimulatedMachine;
  readonly site: SimulatedSite;
  /** Milliseconds by which the clock of the site differs from that of the machine. */
  skewMs: number;
  /** Whether the runs of the second starter happen, where it is armed. */
  secondRuns: boolean;
  /** What the client gets in place of what starts it. */
  bend: (starters: Starters) => Starters;
  /** Starts the client, and its second starter. */
  start(): void;
  after(ms: number): Promise<void>;
  reports(): readonly HealthReport[];
  newest(): HealthReport;
  /** Names of the status messages about its health. */
  said(): readonly string[];
};

function put(machine: SimulatedMachine, path: string, bytes: Uint8Array): void {
  const [, folder = '', name = ''] = /^(.*)\/([^/]+)$/.exec(path) ?? [];
  const parent = makeFolders(machine.volume, folder);
  const file = machine.volume.newFile({ folder: parent, name }, 0o644);
  machine.volume.write(file, 0, bytes);
  machine.volume.syncFile(file);
  machine.volume.syncFolder(parent);
}

/** Removes a file behind everybody's back. */
function lose(machine: SimulatedMachine, path: string): void {
  const [, folder = '', name = ''] = /^(.*)\/([^/]+)$/.exec(path) ?? [];
  const parent = makeFolders(machine.volume, folder);
  assert.ok(parent.entries.delete(name), `${path} is not there`);
}

function newWorld(seed: number): World {
  const clock = virtualClock();
  const network = simulatedNetwork(clock);
  const random = randomFrom(seed);
  const site = simulatedSite(random.stream('site'), clock.now, 3600);
  const folders = [install, state, '/managed'];
  const machine = simulatedMachine(random.stream('machine'), { clock, network, folders });
  for (const [path, bytes] of installed.tree) put(machine, `${install}/${path}`, bytes);
  for (const [name, bytes] of installed.kept('deb')) put(machine, `${state}/package/${name}`, bytes);
  network.servers.set('site.example', {
    ...site.server,
    answer: (request) => {
      const answer = site.server.answer(request);
      const date = new Date(clock.now() + world.skewMs).toUTCString();
      return { ...answer, headers: { ...answer.headers, date } };
    },
  });

  /** What the real one leaves behind with each of its runs, here four a day. */
  async function secondStarter(): Promise<void> {
    const ports = machine.ports('second starter');
    for (;;) {
      if (world.secondRuns && machine.starters.get('second').active) await noteRun(ports);
      await ports.clock.sleep(6 * hour);
    }
  }

  async function live(): Promise<void> {
    const ports = machine.ports('client');
    const starters = world.bend(ports.starters ?? assert.fail('a simulated machine has starters'));
    const client = await openClient(Object.assign(ports, { starters }), {
      folder: state,
      root: '/managed',
      site: 'https://site.example',
      version: installed.version,
      log: () => undefined,
      installation: {
        place: { installFolder: install, versionFolder: `${install}/seed` },
        releaseKey: installed.releaseKey,
      },
    });
    if (client.status().clientId === null) await client.enrol(site.token);
    await client.run(new AbortController().signal);
  }

  const ended: unknown[] = [];
  const reports = () => [...site.clients.values()].flatMap(({ health }) => health);
  const world: World = {
    machine,
    site,
    skewMs: 0,
    secondRuns: true,
    bend: (starters) => starters,
    start: () => {
      for (const program of [live, secondStarter]) program().catch((thrown: unknown) => ended.push(thrown));
    },
    after: async (ms) => {
      await clock.run(() => false, ms);
      assert.deepEqual(ended, [], 'a program ended');
    },
    reports,
    newest: () => reports().at(-1) ?? assert.fail('there is no report'),
    said: () =>
      messagesOf(site.clients.values()).flatMap(({ code }) => {
        const name = statusEntry(code)?.name ?? '';
        return /^client-(healthy|remedied|unhealthy|rescued)$/.test(name) ? [name] : [];
      }),
  };
  return world;
}

async function noteRun({ disk, clock }: ReturnType<SimulatedMachine['ports']>): Promise<void> {
  await withOpen(disk.open(state), (folder) =>
    withOpen(openPath(folder, [rescueFolder], { create: true }), async (rescue) => {
      const journal = await openJournal({
        folder: rescue,
        name: 'rescue.journal',
        initial: { acts: [], ranAt: 0 },
        reduce: (record, entry: { ranAt: number }) => ({ ...record, ...entry }),
      });
      await journal.commit({ ranAt: clock.now() });
      await journal.close();
    }),
  );
}

/** `component core remedied`, of all that is neither well nor missing here. */
function troubles({ findings }: HealthReport): readonly string[] {
  return findings
    .filter(({ state: found }) => found === 'failed' || found === 'remedied')
    .map(({ check, component, state: found }) => [check, component, found].filter(Boolean).join(' '));
}

test('a healthy client evaluates itself once a day at a minute of its own, and says so once', async () => {
  const minutes = new Set<number>();
  for (const [seed, days] of [
    [1, 30],
    [2, 3],
    [3, 3],
  ] as const) {
    const world = newWorld(seed);
    world.start();
    await world.after(days * day);
    const [first, ...daily] = world.reports();
    assert.equal(first?.occasion, 'setup');
    assert.deepEqual(troubles(first), []);
    assert.ok(daily.length >= days - 1 && daily.length <= days, `${daily.length} reports`);
    for (const [index, report] of daily.entries()) {
      assert.deepEqual([report.occasion, ...troubles(report)], ['daily']);
      const before = daily[index - 1];
      if (before) assert.ok(Math.abs(report.evaluatedAt - before.evaluatedAt - day) < minute);
    }
    minutes.add(Math.floor(((daily[0]?.evaluatedAt ?? 0) % day) / minute));
    assert.deepEqual(world.said(), ['client-healthy']);
    assert.deepEqual(world.site.violations, []);
  }
  assert.equal(minutes.size, 3, 'clients evaluate themselves at the same minute');
});

test('whatever is damaged is whole within a day, each thing for itself, and the site is told of both', async () => {
  const damages: Readonly<Record<string, (machine: SimulatedMachine) => void>> = {
    'component core remedied': (machine) => lose(machine, `${install}/seed/core/holdfast-client.mjs`),
    'component launcher remedied': (machine) => lose(machine, `${install}/runtime/node`),
    'component inventory remedied': (machine) => lose(machine, `${install}/seed/manifests/inventory.json`),
    'service remedied': ({ starters }) => starters.set('service', { asDefined: false, enabled: false }),
    'second-starter remedied': ({ starters }) => starters.set('second', { present: false, active: false }),
    'certificate remedied': (machine) => lose(machine, `${state}/keys/identity.json`),
  };
  const world = newWorld(4);
  world.start();
  await world.after(2 * day);
  for (const [trouble, damage] of Object.entries(damages)) {
    damage(world.machine);
    await world.after(day);
    assert.deepEqual(troubles(world.newest()), [trouble]);
    await world.after(day);
    assert.deepEqual(troubles(world.newest()), []);
    assert.deepEqual(world.said().slice(-2), ['client-remedied', 'client-healthy']);
  }
});

test('what cannot be mended is tried a few times a day at most, and said once', async () => {
  const world = newWorld(5);
  let defined = 0;
  world.bend = (starters) => ({
    ...starters,
    // Somebody else takes it away again at once.
    define: async () => {
      defined += 1;
    },
    start: async () => undefined,
  });
  world.start();
  await world.after(2 * day);
  world.machine.starters.set('second', { present: false, active: false });
  await world.after(5 * day);
  assert.ok(defined >= 4 && defined <= 15, `it was defined ${defined} times in 5 days`);
  assert.deepEqual(troubles(world.newest()), ['second-starter failed']);
  assert.deepEqual(world.said(), ['client-healthy', 'client-unhealthy']);
});

test('a client that was off for days is silent, and evaluates itself soon after its start', async () => {
  const world = newWorld(6);
  world.start();
  await world.after(3 * day);
  const before = world.reports().length;
  world.machine.powerCut({ names: 'kept', contents: 'kept' });
  await world.after(5 * day);
  assert.equal(world.reports().length, before);
  world.start();
  await world.after(10 * minute);
  assert.equal(world.reports().length, before + 1);
  assert.equal(world.newest().occasion, 'start');
  assert.deepEqual(troubles(world.newest()), []);
});

test('a machine that slept through the time of its evaluation makes up for it within the hour', async () => {
  const world = newWorld(7);
  world.start();
  await world.after(3 * day);
  const before = world.reports().length;
  const { power, clock } = world.machine;
  power.suspend();
  // A sleeping machine has nothing to do: time goes on to its waking.
  clock.schedule(4 * day, power.resume);
  await world.after(4 * day);
  assert.equal(world.reports().length, before);
  await world.after(hour);
  assert.equal(world.reports().length, before + 1);
  assert.deepEqual(troubles(world.newest()), []);
});

test('a wrong clock, a deaf systemd and a spoilt installer are found and named, and not touched', async () => {
  const world = newWorld(8);
  world.start();
  await world.after(2 * day);
  world.skewMs = 10 * minute;
  world.machine.facilities.deaf.add('systemd');
  world.machine.software.spoilt.reason = 'a package is half installed';
  await world.after(day);
  assert.deepEqual(troubles(world.newest()), ['clock failed', 'installer failed', 'systemd failed']);
});

test('a site that was away for days is a finding once the machine was awake for so long, and gets the newest report', async () => {
  const world = newWorld(9);
  world.start();
  await world.after(2 * day);
  const before = world.reports().length;
  world.machine.network.fault = () => 'unreachable';
  await world.after(4 * day);
  world.machine.network.fault = () => undefined;
  await world.after(hour);
  assert.equal(world.reports().length, before + 1);
  assert.deepEqual(troubles(world.newest()), ['policy-age failed']);
});

test('a second starter that is armed and never runs is found', async () => {
  const world = newWorld(10);
  world.start();
  await world.after(2 * day);
  world.secondRuns = false;
  await world.after(3 * day);
  assert.deepEqual(troubles(world.newest()), ['second-starter failed']);
});
