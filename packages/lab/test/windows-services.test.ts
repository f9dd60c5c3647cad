/** The service manager of the simulated Windows. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isHoldfastError } from '@holdfast/contract';
import { simulatedWindows } from '../src/windows/machine.ts';
import { startOrder } from '../src/windows/services.ts';
import { inVirtualTime } from '../src/world/run.ts';

const quick = { kernelMs: 1000, protectionMs: 1000 };

function service(name: string, loadOrderGroup = '', dependencies: readonly string[] = []) {
  return {
    name,
    displayName: name,
    type: 0x10,
    start: 2,
    errorControl: 1,
    binaryPath: `C:\\WINNT\\${name}.exe`,
    loadOrderGroup,
    dependencies,
    account: '',
    description: '',
  };
}

test('services start by group, and what they depend on starts before them', () => {
  const order = startOrder([
    service('alone'),
    service('printing', 'SpoolerGroup', ['calls']),
    service('calls', 'COM Infrastructure'),
    service('early', 'Event log', ['alone']),
  ]);
  assert.deepEqual(
    order.map(({ name }) => name),
    ['alone', 'early', 'calls', 'printing'],
  );
});

test('a circle of dependencies ends', () => {
  const order = startOrder([service('one', '', ['two']), service('two', '', ['one'])]);
  assert.equal(order.length, 2);
});

test('a service that does not answer within 30 s is given up, and what needs it does not start', async () => {
  const windows = await simulatedWindows('services');
  const { host } = await inVirtualTime(windows.clock, () =>
    windows.boot({ ...quick, services: { RpcSs: 45_000 } }, {}),
  );
  const running = async (name: string) => (await host.services.get(name))?.running;
  assert.equal(await running('RpcSs'), false);
  assert.equal(await running('Spooler'), false);
  assert.equal(await running('Eventlog'), true);
  const texts = windows.timeline.events.map(({ text }) => text);
  assert.ok(texts.includes('Remote Procedure Call (RPC) did not answer within 30 s: given up'));
  assert.ok(texts.includes('Print Spooler needs RpcSs, which does not run'));
  const givenUp = windows.timeline.events.find(({ win32 }) => win32 === 1053);
  const before = windows.timeline.events.findLast(({ at }) => givenUp !== undefined && at < givenUp.at);
  assert.equal((givenUp?.at ?? 0) - (before?.at ?? 0), 30_000);
});

test('a service starts when it is asked, its program runs, and it stops', async () => {
  const windows = await simulatedWindows('asked');
  const started: string[] = [];
  const { host } = await inVirtualTime(windows.clock, () =>
    windows.boot({ ...quick, services: {} }, { mine: async () => void started.push('mine') }),
  );
  await inVirtualTime(windows.clock, async () => {
    await host.services.put({ ...service('mine'), start: 3 });
    await host.services.start('mine', []);
  });
  assert.deepEqual(started, ['mine']);
  assert.equal((await host.services.get('mine'))?.running, true);
  await host.services.stop('mine');
  assert.equal((await host.services.get('mine'))?.running, false);
  await assert.rejects(host.services.start('nobody', []), (thrown) =>
    isHoldfastError(thrown, 'system.failed'),
  );
});
