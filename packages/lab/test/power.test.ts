/** Sleep of a simulated machine: nothing runs in it, and what its clocks say of it is as on the platform. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nodeAt, type SimulatedMachine, simulatedMachine } from '../src/machine/machine.ts';
import { clockPort } from '../src/world/clock.ts';
import { inVirtualTime } from '../src/world/run.ts';

const hour = 3_600_000;
type Kind = 'linux' | 'windows';

/** A timer of ten seconds that the machine begins three seconds before it sleeps for an hour: when it fires. */
async function timerOverSleep(kind: Kind): Promise<{ firedAt: number; counted: number }> {
  const machine = simulatedMachine('sleep', { kind });
  const ports = machine.ports('program');
  let firedAt = 0;
  const begun = ports.clock.monotonic();
  void ports.clock.sleep(10_000).then(() => {
    firedAt = machine.clock.elapsed();
  });
  await pass(machine, 3_000);
  machine.power.suspend();
  await pass(machine, hour);
  assert.equal(firedAt, 0);
  machine.power.resume();
  await pass(machine, 20_000);
  return { firedAt, counted: ports.clock.monotonic() - begun };
}

function pass({ clock }: SimulatedMachine, ms: number): Promise<void> {
  return inVirtualTime(clock, () => clockPort(clock).sleep(ms));
}

test('on Windows a timer that was due in the sleep fires on wake, and the clock has counted the sleep', async () => {
  assert.deepEqual(await timerOverSleep('windows'), { firedAt: hour + 3_000, counted: hour + 23_000 });
});

test('on Linux a timer has left on wake what it had left, and the clock has not counted the sleep', async () => {
  assert.deepEqual(await timerOverSleep('linux'), { firedAt: hour + 10_000, counted: 23_000 });
});

/** A machine with an open folder, and a look at it from outside. */
async function machineWithFolder() {
  const machine = simulatedMachine('sleep', { folders: ['/base'] });
  const folder = await machine.ports('program').disk.open('/base');
  return { machine, folder, isThere: () => nodeAt(machine.volume, '/base/file') === 'file' };
}

test('what a program asks of a sleeping machine is done when it wakes', async () => {
  const { machine, folder, isThere } = await machineWithFolder();
  machine.power.suspend();
  const created = folder.create('file');
  await pass(machine, hour);
  assert.equal(isThere(), false);
  machine.power.resume();
  await created;
  assert.equal(isThere(), true);
});

test('what was on its way when the machine fell asleep is answered when it wakes', async () => {
  const machine = simulatedMachine('sleep');
  const { network } = machine.ports('program');
  let asked = 0;
  const answer = () => {
    asked += 1;
    return { status: 204, headers: {}, body: [], after: 'end' } as const;
  };
  machine.network.servers.set('site.example', { authority: '', answer });
  const url = 'https://site.example/';
  const tls = { authorities: 'none-yet' } as const;
  let answeredAt = 0;
  const request = network.request({ method: 'GET', url, tls, idleTimeoutMs: 60_000 }).then(() => {
    answeredAt = machine.clock.elapsed();
  });
  await pass(machine, 1);
  machine.power.suspend();
  await pass(machine, hour);
  assert.deepEqual([asked, answeredAt], [1, 0]);
  machine.power.resume();
  await request;
  assert.equal(answeredAt, hour + 1);
});

test('power that is cut in the sleep ends what slept: it does nothing more, and the machine is awake', async () => {
  const { machine, folder, isThere } = await machineWithFolder();
  machine.power.suspend();
  void folder.create('file');
  await pass(machine, hour);
  machine.powerCut({ names: 'kept', contents: 'kept' });
  await pass(machine, hour);
  assert.equal(isThere(), false);
  await machine.ports('next').disk.open('/base');
});

test('on a slow disk every call takes its time, until the machine starts again', async () => {
  const machine = simulatedMachine('slow', { folders: ['/base'] });
  machine.power.slowDown(() => 500);
  let opened = 0;
  void machine
    .ports('program')
    .disk.open('/base')
    .then(() => {
      opened = machine.clock.elapsed();
    });
  await pass(machine, 1_000);
  assert.equal(opened, 500);
  machine.powerCut({ names: 'kept', contents: 'kept' });
  const before = machine.clock.elapsed();
  await inVirtualTime(machine.clock, () => machine.ports('next').disk.open('/base'));
  assert.equal(machine.clock.elapsed(), before);
});
