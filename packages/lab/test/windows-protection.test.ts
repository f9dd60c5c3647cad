/** Windows File Protection of the simulated Windows: late, watchful, and different on each version. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isHoldfastError } from '@holdfast/contract';
import { passTime } from '../src/scenarios/kb829810/life.ts';
import { isFile, putFile } from '../src/windows/files.ts';
import { type SimulatedWindows, simulatedWindows } from '../src/windows/machine.ts';
import { cacheFolder, systemFolder, systems } from '../src/windows/system.ts';
import { inVirtualTime } from '../src/world/run.ts';

const library = `${systemFolder}\\Msvcp60.dll`;
const minute = 60_000;

const boot = (windows: SimulatedWindows, protectionMs: number) =>
  inVirtualTime(windows.clock, () => windows.boot({ kernelMs: 1000, protectionMs, services: {} }, {}));

async function upgraded(): Promise<SimulatedWindows> {
  const windows = await simulatedWindows('protection');
  await windows.upgrade('xp');
  return windows;
}

test('until it is initialised it answers 21, to the installer and to the client, and says so when it serves', async () => {
  const windows = await upgraded();
  const { host, protection } = await boot(windows, 10 * minute);
  assert.equal(await host.protection.install([library]), 21);
  assert.deepEqual(await protection.port.readiness(), {
    ready: false,
    reason: 'file protection is not initialised',
    evidence: { win32: 21 },
  });
  await assert.rejects(protection.port.install([library]), (thrown) =>
    isHoldfastError(thrown, 'system.not-ready'),
  );
  let told = 0;
  protection.port.watch(() => {
    told += 1;
  });
  await passTime(windows.clock, 10 * minute);
  assert.equal(told, 1);
  assert.deepEqual(await protection.port.readiness(), { ready: true });
  assert.equal(await host.protection.install([library]), 0);
  const errors = windows.timeline.events.filter(({ win32 }) => win32 === 21);
  assert.equal(errors[0]?.text, 'Windows File Protection Error 21 with file Msvcp60.dll');
});

test('which files are protected goes with the version of Windows', async () => {
  const windows = await simulatedWindows('lists');
  const before = await boot(windows, 1000);
  assert.equal(await before.host.protection.isProtected(library), false);
  assert.equal(await before.host.protection.isProtected(`${systemFolder}\\KERNEL32.DLL`), true);
  await windows.upgrade('xp');
  const { host } = await boot(windows, 1000);
  assert.equal(await host.protection.isProtected(library.toUpperCase()), true);
});

test('a protected file that is replaced or removed comes back from the cache; another one does not', async () => {
  const windows = await upgraded();
  const { host } = await boot(windows, 1000);
  await passTime(windows.clock, minute);
  const [, , good] = systems.xp.files;
  assert.ok(good);
  await inVirtualTime(windows.clock, async () => {
    await putFile(host.files, library, Buffer.from('of another product'));
    await putFile(host.files, `${systemFolder}\\other.dll`, Buffer.from('mine'));
    await host.files.remove(`${systemFolder}\\user32.dll`);
  });
  await passTime(windows.clock, minute);
  assert.ok(await isFile(host.files, library, good.bytes));
  assert.ok(await host.files.stat(`${systemFolder}\\user32.dll`));
  assert.ok(await isFile(host.files, `${systemFolder}\\other.dll`, Buffer.from('mine')));
});

test('the first start after set-up scans: what was changed before is restored, and the cache is filled', async () => {
  const windows = await upgraded();
  const offline = await windows.offline();
  await putFile(offline.files, library, Buffer.from('changed while nobody watched'));
  const { host } = await boot(windows, 5 * minute);
  await passTime(windows.clock, 6 * minute);
  const [, , good] = systems.xp.files;
  assert.ok(good);
  assert.ok(await isFile(host.files, library, good.bytes));
  assert.ok(await isFile(host.files, `${cacheFolder}\\Msvcp60.dll`, good.bytes));
});

test('a scan that a restart cut off is done at the next start, and only once', async () => {
  const windows = await upgraded();
  await boot(windows, 60 * minute);
  const scans = () => windows.timeline.events.filter(({ text }) => text.startsWith('scans')).length;
  await boot(windows, 1000);
  await passTime(windows.clock, minute);
  assert.equal(scans(), 1);
  await boot(windows, 1000);
  await passTime(windows.clock, minute);
  assert.equal(scans(), 1);
});
