/** The bootstrap waits for what comes back: a network, room on the disk; for seven days, and not for what never will. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runSetup } from '@holdfast/client';
import { errorCatalogue, mpPaths, setupExit } from '@holdfast/contract';
import { setupHost } from '../src/flows/client-setup/world.ts';
import { inVirtualTime } from '../src/world/run.ts';
import { newSetupWorld, told } from './support/setup-world.ts';

/** Route that each phase needs; those that need none are not stopped by a network that is gone. */
const routes = [
  ['locate', mpPaths.trust],
  ['manifest', mpPaths.clientRelease],
  ['download', mpPaths.clientPackages],
  ['enrol', mpPaths.enrol],
] as const;

for (const [phase, route] of routes) {
  test(`a network that is lost for a day in ${phase} is waited for, and told of when it is back`, async () => {
    const { run, site, network, clock, client } = newSetupWorld();
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
  const { run, network, clock, site } = newSetupWorld();
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
  const { machine, network, clock, request, release } = newSetupWorld();
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
    const { run, network, clock, site } = newSetupWorld();
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

test('a disk without room is waited for', async () => {
  const { run, machine, clock } = newSetupWorld();
  machine.volume.root.room.capacity = machine.volume.root.room.used + 1024;
  clock.schedule(3600_000, () => {
    machine.volume.root.room.capacity = 1024 ** 3;
  });
  machine.volume.root.room.capacity = 8 * 1024 * 1024;
  const end = await run();
  assert.equal(end.exit, setupExit.succeeded, end.text);
  assert.ok(clock.elapsed() >= 3600_000);
});
