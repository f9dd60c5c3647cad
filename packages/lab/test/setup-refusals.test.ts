/** The bootstrap refuses what is not signed, not whole, or not for this machine. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runSetup } from '@holdfast/client';
import { mpPaths, setupExit } from '@holdfast/contract';
import { simulatedRelease } from '../src/flows/client-setup/release.ts';
import { setupHost } from '../src/flows/client-setup/world.ts';
import { nodeAt } from '../src/machine/machine.ts';
import { randomFrom } from '../src/world/random.ts';
import { inVirtualTime } from '../src/world/run.ts';
import { newSetupWorld } from './support/setup-world.ts';

test('a page of a proxy is never taken for the package, whatever its length', async () => {
  const { run, network, release, machine, site } = newSetupWorld();
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
  const { run, network, release, machine } = newSetupWorld();
  network.fault = ({ path }) =>
    path.startsWith(mpPaths.clientPackages)
      ? { status: 200, headers: {}, body: [new Uint8Array(release.package.size)], after: 'end' }
      : undefined;
  const end = await run();
  assert.deepEqual([end.exit, end.error], [setupExit.hashMismatch, 'content.hash-mismatch']);
  assert.equal(nodeAt(machine.volume, '/opt'), undefined);
});

test('a release that another key has signed is refused with exit code 10', async () => {
  const { run, site, machine } = newSetupWorld();
  site.release = simulatedRelease(randomFrom('somebody else'));
  const end = await run();
  assert.deepEqual([end.exit, end.error], [setupExit.hashMismatch, 'release.untrusted']);
  assert.equal(nodeAt(machine.volume, '/opt'), undefined);
});

test('a release without a package for this architecture is a missing prerequisite, never another architecture', async () => {
  const { machine, release, request, clock } = newSetupWorld();
  const host = setupHost(machine, release, { architecture: 'arm64' });
  const end = await inVirtualTime(clock, () => runSetup(host, request));
  assert.deepEqual([end.exit, end.error], [setupExit.prerequisites, 'setup.prerequisite']);
  assert.match(end.text, /arm64/);
});
