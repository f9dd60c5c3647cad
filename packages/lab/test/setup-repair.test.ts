/** The bootstrap over a client that is there: it mends, stays with the version, and the client stays who it is. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { plainRequest } from '@holdfast/client';
import { setupExit, setupPhases } from '@holdfast/contract';
import { removeTree, withOpen } from '@holdfast/engine';
import { simulatedRelease } from '../src/flows/client-setup/release.ts';
import { setupPlaces } from '../src/flows/client-setup/world.ts';
import { randomFrom } from '../src/world/random.ts';
import { newSetupWorld, told } from './support/setup-world.ts';

test('run over a client it repairs: the identity stays, and no package is fetched again', async () => {
  const { run, site, client, network, release } = newSetupWorld();
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

test('a repair takes the version that is installed, never a newer one; /forceinstall takes that and keeps the identity', async () => {
  const { run, request, site, client, release } = newSetupWorld();
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
  const { run, site, request } = newSetupWorld();
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
  const { run, request, site, client, release, machine } = newSetupWorld();
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
