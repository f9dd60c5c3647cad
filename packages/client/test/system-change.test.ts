/** The operating system beneath the client becomes another one: everything is looked at and told anew, and the client stays who it is. */
import assert from 'node:assert/strict';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type ClientFacts, mpPaths, statusText } from '@holdfast/contract';
import type { Boot, Installers, Protection, Readiness } from '@holdfast/ports';
import { noticeSystem } from '../src/system-change.ts';
import { healthContext } from './support/health-context.ts';
import { installed } from './support/installed.ts';
import { enrolled, type Rig, sentences } from './support/rig.ts';

const minuteMs = 60_000;
const ready = { ready: true } as Readiness;

/** A machine whose system is upgraded: `upgrade` begins a boot of the new one. */
function machine() {
  let [id, version] = ['boot-1', '9.1'];
  let settled = ready;
  const boot: Boot = {
    id: async () => id,
    hostName: async () => 'pc-1',
    operatingSystem: async () => ({
      platform: 'linux',
      name: 'System',
      version,
      architecture: 'x64',
      epoch: `epoch of ${version}`,
    }),
    settled: async () => settled,
    uptime: async () => 0,
  };
  return {
    boot,
    upgrade: (to: string, next = id) => {
      [version, id] = [to, next];
    },
    settle: (to: Readiness) => {
      settled = to;
    },
  };
}

/** One pass a minute, until something holds. */
async function until({ clock, client }: Rig, minutes: number, holds: () => boolean | Promise<boolean>) {
  for (let passed = 0; passed < minutes && !(await holds()); passed += 1) {
    clock.advance(minuteMs);
    await client().cycle();
  }
  assert.ok(await holds(), `not within ${minutes} minutes`);
}

function facts({ site }: Rig): ClientFacts[] {
  return site.requests
    .filter(({ url }) => new URL(url).pathname === mpPaths.facts)
    .map(({ body }) => JSON.parse(body ?? '{}') as ClientFacts);
}

const changes = ({ site }: Rig) => site.received.filter(({ code }) => code === 30065);

test('a change is told once, with both systems; facts and states go to the site again, from the same client', async (t) => {
  const { boot, upgrade } = machine();
  const made = await enrolled(t, { boot });
  const app = made.app();
  made.site.deploy(app);
  await made.client().cycle();
  assert.deepEqual([made.installed(), facts(made).length, changes(made).length], [true, 1, 0]);
  const { clientId } = made.client().status();
  upgrade('10.2', 'boot-2');
  await made.restart();
  await made.client().cycle();
  await made.client().cycle();
  const [change, ...more] = changes(made);
  assert.deepEqual(more, []);
  assert.deepEqual(change?.details, {
    from: 'System 9.1',
    to: 'System 10.2',
    fromEpoch: 'epoch of 9.1',
    toEpoch: 'epoch of 10.2',
  });
  assert.deepEqual(
    facts(made).map(({ osEpoch }) => osEpoch),
    ['epoch of 9.1', 'epoch of 10.2'],
  );
  const after = made.site.received.filter(({ seq }) => seq > (change?.seq ?? 0));
  assert.deepEqual(
    after.map(({ code, deploymentId }) => [code, deploymentId]),
    [[30020, app.deploymentId]],
    'what is still there is told again, and nothing is done to it',
  );
  assert.equal(made.client().status().clientId, clientId);
  assert.equal(made.site.clients.size, 1);
});

test('what the change took away is found and brought back; another boot of the same system changes nothing', async (t) => {
  const { boot, upgrade } = machine();
  const made = await enrolled(t, { boot });
  made.site.deploy(made.app());
  await made.client().cycle();
  upgrade('9.1', 'boot-2');
  await made.restart();
  await made.client().cycle();
  assert.deepEqual(changes(made), []);
  await rm(join(made.root, 'app.txt'));
  upgrade('10.2', 'boot-3');
  await made.restart();
  await made.client().cycle();
  assert.equal(made.installed(), true);
  const told = made.site.names();
  assert.deepEqual(told.slice(told.indexOf('os-changed')), [
    'os-changed',
    'software-broken',
    'program-started',
    'program-succeeded',
    'software-repaired',
  ]);
});

test('what was held on the system before is tried again on the new one', async (t) => {
  const { boot, upgrade } = machine();
  const made = await enrolled(t, { boot });
  made.site.deploy(made.app({ program: { detection: [{ kind: 'file', path: '/never.txt' }] } }));
  for (let pass = 0; pass < 4; pass += 1) {
    await made.client().cycle();
    made.clock.advance(5 * minuteMs);
  }
  assert.equal(made.client().status().deployments[0]?.state, 'held');
  const tries = () => made.site.names().filter((name) => name === 'program-started').length;
  const before = tries();
  await made.client().cycle();
  assert.equal(tries(), before);
  upgrade('10.2');
  await made.client().cycle();
  assert.equal(tries(), before + 1);
});

test('an older client kept only the epoch of its last evaluation: that is enough to see the change', async (t) => {
  const { boot } = machine();
  const context = await healthContext(t);
  context.ports.boot = boot;
  await context.journal.commit({ kind: 'health', change: { machine: 'boot-0 epoch of 8.0' } });
  assert.equal(await noticeSystem(context), true);
  const [message] = context.journal.state.outbox.messages;
  assert.match(statusText(message ?? { code: 0, details: {} }), /from an earlier system to System 9\.1/);
  assert.equal(await noticeSystem(context), false);
});

/** An enrolled client that a package installed, with the screen driver of the system in use. */
async function withDriver(t: TestContext, ports: Parameters<typeof enrolled>[1]) {
  const { client, folder } = await installed(t);
  const made = await enrolled(t, ports, {
    version: client.version,
    installation: {
      place: { installFolder: folder, versionFolder: join(folder, 'seed') },
      releaseKey: client.releaseKey,
      testDriver: async () => ({ passed: true, text: 'it works' }),
    },
  });
  for (const [path, bytes] of client.kept('deb')) {
    await mkdir(dirname(join(made.state, 'package', path)), { recursive: true });
    await writeFile(join(made.state, 'package', path), bytes);
  }
  const drivers = () => readdir(join(made.state, 'components/screen'));
  return { made, drivers, folder };
}

test("the driver's variant follows the system, however long file protection answers 21, and the old one stays until then", async (t) => {
  const { boot, upgrade } = machine();
  let answer = ready;
  const protection: Protection = {
    readiness: async () => answer,
    isProtected: async () => false,
    install: async () => undefined,
  };
  const { made, drivers } = await withDriver(t, { boot, protection });
  await made.client().cycle();
  assert.deepEqual(await drivers(), ['1.0.0-old']);
  upgrade('10.2', 'boot-2');
  answer = { ready: false, reason: 'file protection is not initialised', evidence: { win32: 21 } };
  await made.restart();
  await until(made, 2, () => sentences(made).some((one) => one.includes('screen waits')));
  const [wait, ...again] = sentences(made).filter((one) => one.includes('screen waits'));
  assert.equal(wait, 'screen waits for protection-ready: Win32 21 (it is not ready)');
  assert.deepEqual(again, [], 'a standing wait is told once');
  made.clock.advance(25 * 60 * minuteMs);
  await until(made, 30, () => made.clock.monotonic() > 25.4 * 60 * minuteMs);
  assert.deepEqual(await drivers(), ['1.0.0-old']);
  answer = ready;
  await until(made, 5, async () => (await drivers()).join() === '1.0.0-new');
  assert.ok(sentences(made).includes('screen: 1.0.0-new installed and verified'));
});

test('what the change did to a component is mended within minutes, and the driver that waited for it follows', async (t) => {
  const { boot, upgrade, settle } = machine();
  const { made, drivers, folder } = await withDriver(t, { boot });
  await made.client().cycle();
  await made.client().evaluate();
  settle({ ready: false, reason: 'devices are set up', evidence: {} });
  upgrade('10.2', 'boot-2');
  await rm(join(folder, 'seed/screen/new/screen.mjs'));
  await made.restart();
  for (let minute = 0; minute < 5; minute += 1) {
    await made.client().cycle();
    made.clock.advance(minuteMs);
  }
  assert.equal(
    made.client().status().health?.occasion,
    'request',
    'a machine that still starts is left alone',
  );
  assert.deepEqual(await drivers(), ['1.0.0-old']);
  settle(ready);
  await until(made, 4, async () => (await drivers()).join() === '1.0.0-new');
  const { health } = made.client().status();
  assert.equal(health?.occasion, 'start');
  const screen = health?.findings.find(({ component }) => component === 'screen');
  assert.equal(screen?.state, 'remedied');
});

test('a change without a restart is noticed in the next pass, and the components are looked at within minutes', async (t) => {
  const { boot, upgrade } = machine();
  const { made, drivers } = await withDriver(t, { boot });
  await made.client().cycle();
  await made.client().evaluate();
  assert.deepEqual(await drivers(), ['1.0.0-old']);
  upgrade('10.2');
  await until(made, 4, () => made.client().status().health?.occasion === 'start');
  assert.deepEqual(await drivers(), ['1.0.0-new']);
  assert.equal(changes(made).length, 1);
});

test('nothing is judged while the system is still being upgraded, for an hour at most', async (t) => {
  for (const minutes of [20, 600]) {
    const { boot, upgrade } = machine();
    let idle = ready;
    const installers: Installers = {
      dpkg: async () => undefined,
      msi: async () => undefined,
      fileVersion: async () => undefined,
      idle: async () => idle,
    };
    const { made } = await withDriver(t, { boot, installers });
    await made.client().cycle();
    await made.client().evaluate();
    idle = {
      ready: false,
      reason: "apt-get (process 7) holds dpkg's lock",
      evidence: { process: 'apt-get' },
    };
    upgrade('10.2');
    await made.client().cycle();
    const evaluated = () => made.client().status().health?.occasion === 'start';
    const began = made.clock.monotonic();
    await until(made, 70, () => evaluated() || made.clock.monotonic() - began >= minutes * minuteMs);
    assert.equal(evaluated(), minutes > 60);
    idle = ready;
    await until(made, 2, evaluated);
  }
});
