/** The simulated Windows from start to start: pending operations, upgrades, installers that a restart cuts off. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HostFiles } from '@holdfast/msi';
import { installDrivers } from '../src/scenarios/kb829810/client.ts';
import { passTime } from '../src/scenarios/kb829810/life.ts';
import { clientPackages } from '../src/scenarios/kb829810/packages.ts';
import { putFile, readFile } from '../src/windows/files.ts';
import { type SimulatedWindows, simulatedWindows } from '../src/windows/machine.ts';
import { msiexec } from '../src/windows/msiexec.ts';
import { systemFolder, systems } from '../src/windows/system.ts';
import { inVirtualTime } from '../src/world/run.ts';

const quick = { kernelMs: 1000, protectionMs: 1000, services: {} };
const textOf = async (files: HostFiles, path: string) =>
  Buffer.from((await readFile(files, path)) ?? []).toString();
const boot = (windows: SimulatedWindows) => inVirtualTime(windows.clock, () => windows.boot(quick, {}));

test('what was left for the next start is done when Windows starts', async () => {
  const windows = await simulatedWindows('pending');
  const first = await boot(windows);
  await putFile(first.host.files, 'C:\\fresh.txt', Buffer.from('new'));
  await putFile(first.host.files, 'C:\\used.txt', Buffer.from('old'));
  await first.host.files.atRestart('C:\\fresh.txt', 'C:\\used.txt');
  assert.equal(await textOf(first.host.files, 'C:\\used.txt'), 'old');
  const { host } = await boot(windows);
  assert.equal(await textOf(host.files, 'C:\\used.txt'), 'new');
  assert.equal(await host.files.stat('C:\\fresh.txt'), undefined);
});

test('every start has a boot of its own, and an upgrade another epoch, version and system files', async () => {
  const windows = await simulatedWindows('upgrade');
  const before = await boot(windows);
  const [firstBoot, firstSystem] = [await before.ports.boot.id(), await before.ports.boot.operatingSystem()];
  await windows.upgrade('xp');
  const { host, ports } = await boot(windows);
  assert.notEqual(await ports.boot.id(), firstBoot);
  const system = await ports.boot.operatingSystem();
  assert.notEqual(system.epoch, firstSystem.epoch);
  assert.equal(system.version, '5.1');
  assert.equal(host.machine.properties.get('VersionNT'), '501');
  assert.equal(host.machine.folders.get('WindowsFolder'), 'C:\\WINNT\\');
  for (const { path, bytes } of systems.xp.files) {
    assert.deepEqual(await readFile(host.files, path), Uint8Array.from(bytes));
  }
});

test('what ran before a restart does nothing after it', async () => {
  const windows = await simulatedWindows('dead');
  const { clock } = await boot(windows);
  let late = false;
  void clock.sleep(5000).then(() => {
    late = true;
  });
  await boot(windows);
  await passTime(windows.clock, 60_000);
  assert.equal(late, false);
});

test('the drivers of a client go with the version of Windows that it is installed on', async () => {
  const packages = await clientPackages();
  const { advanced } = packages;
  for (const [name, variant] of [
    ['2000', '2000'],
    ['xp', 'xp'],
  ] as const) {
    const windows = await simulatedWindows(`drivers ${name}`);
    if (name === 'xp') await windows.upgrade('xp');
    const { host } = await boot(windows);
    await inVirtualTime(windows.clock, async () => {
      await host.clock.sleep(60_000);
      await putFile(host.files, 'C:\\client.msi', advanced.bytes);
      assert.equal((await msiexec(host, 'msiexec /i client.msi', 'C:\\')).exitCode, 0);
    });
    const found = await readFile(host.files, `${systemFolder}\\drivers\\KBStuff.sys`);
    assert.deepEqual(found, Uint8Array.from(packages.driver('KBStuff', variant)));
  }
});

test('an installation that fails by error 21 leaves everything as it was', async () => {
  const packages = await clientPackages();
  const windows = await simulatedWindows('undone');
  const first = await boot(windows);
  await inVirtualTime(windows.clock, async () => {
    await putFile(first.host.files, `${systemFolder}\\ccmsetup\\client.msi`, packages.advanced.bytes);
    await msiexec(first.host, 'msiexec /i client.msi', `${systemFolder}\\ccmsetup`);
  });
  await windows.upgrade('xp');
  const { host } = await inVirtualTime(windows.clock, () =>
    windows.boot({ ...quick, protectionMs: 3_600_000 }, {}),
  );
  const result = await inVirtualTime(windows.clock, () => installDrivers(host, packages));
  assert.equal(result.exitCode, 1603);
  assert.deepEqual(
    [result.cause?.installerError, result.cause?.values[0], result.outcome],
    [1933, '21', 'undone'],
  );
  const found = await readFile(host.files, `${systemFolder}\\drivers\\KBStuff.sys`);
  assert.deepEqual(found, Uint8Array.from(packages.driver('KBStuff', '2000')));
});
