/** The bootstrap and the installer of the platform: one at a time, waited for, and believed for what lies there alone. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runSetup } from '@holdfast/client';
import { setupExit } from '@holdfast/contract';

import { setupHost } from '../src/flows/client-setup/world.ts';
import { debianWorld, told } from './support/setup-world.ts';

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

for (const [what, code] of [
  ['enables the units', 0],
  ['leaves units alone that are masked', 1],
  ['needs no systemctl', undefined],
] as const) {
  test(`an image in which systemd does not run ${what}, whatever became of the script of the package`, async () => {
    const { request, inTime, machine, places, debian } = debianWorld(() => 0);
    const asked: string[] = [];
    if (code !== undefined) {
      machine.programs.programs.set('systemctl', async ({ words }) => {
        asked.push(words.join(' '));
        return code;
      });
    }
    const { starters: _, ...ports } = machine.ports('setup');
    const end = await inTime(() => runSetup(setupHost(machine, debian, { places }, ports), request));
    assert.equal(end.exit, setupExit.succeeded, end.text);
    const enabling = 'enable --quiet holdfast-client.service holdfast-rescue.timer';
    assert.deepEqual(asked, code === undefined ? [] : [enabling]);
  });
}
