/** Seeds, virtual time, calls and programs: what the simulated world promises to its tests. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { simulatedMachine } from '../src/machine/machine.ts';
import { virtualClock } from '../src/world/clock.ts';
import { randomFrom } from '../src/world/random.ts';
import { inVirtualTime } from '../src/world/run.ts';

test('a stream depends on the seed and its name, never on draws elsewhere', () => {
  const one = randomFrom(7);
  const other = randomFrom(7);
  one.stream('disk').bytes(100);
  one.word();
  assert.deepEqual(one.stream('network').bytes(20), other.stream('network').bytes(20));
  assert.notDeepEqual(one.stream('a').bytes(20), one.stream('b').bytes(20));
  assert.notDeepEqual(randomFrom(8).stream('c').bytes(20), one.stream('c').bytes(20));
});

test('the draws of a seed are the same for ever', () => {
  const random = randomFrom(1);
  assert.deepEqual([random.word(), random.word(), random.word()], [3910430543, 764655036, 1484468588]);
});

test('timers fire in the order of time, then of registration, one at a time', async () => {
  const clock = virtualClock();
  const told: string[] = [];
  const later = (name: string, ms: number) =>
    clock.schedule(ms, () => {
      told.push(`${name} at ${clock.elapsed()}`);
      queueMicrotask(() => told.push(`after ${name}`));
    });
  later('c', 20);
  later('a', 10);
  later('b', 10);
  const cancel = later('never', 15);
  cancel();
  assert.equal(await clock.run(() => false, 100), 'idle');
  assert.deepEqual(told, ['a at 10', 'after a', 'b at 10', 'after b', 'c at 20', 'after c']);
});

test('a thousand timers come in order', async () => {
  const clock = virtualClock();
  const random = randomFrom('timers');
  const fired: number[] = [];
  for (let timer = 0; timer < 1000; timer++) {
    const ms = random.integer(500);
    clock.schedule(ms, () => fired.push(ms));
  }
  await clock.run(() => false, 1000);
  assert.equal(fired.length, 1000);
  assert.deepEqual(
    fired,
    fired.toSorted((left, right) => left - right),
  );
});

test('work that waits for what never comes is an error, not a hang', async () => {
  const clock = virtualClock();
  await assert.rejects(
    inVirtualTime(clock, () => new Promise(() => undefined)),
    /Nothing is left to happen/,
  );
});

test('a call before which the power is cut has no effect, one after which it is cut has', async () => {
  for (const [when, entries] of [
    ['before', []],
    ['after', ['file']],
  ] as const) {
    const machine = simulatedMachine(1, { folders: ['/base'] });
    const folder = await machine.ports('test').disk.open('/base');
    const action = () => machine.powerCut({ names: 'kept', contents: 'kept' });
    machine.stopAt({ call: machine.callCount() + 1, when, action });
    let answered = false;
    void folder.create('file').then(() => {
      answered = true;
    });
    await machine.clock.run(() => false, 1000);
    assert.equal(answered, false, 'the dead were answered');
    const again = await machine.ports('test').disk.open('/base');
    assert.deepEqual(
      (await again.list()).map((entry) => entry.name),
      entries,
    );
  }
});

test('a program goes on when its client is killed, and dies with the power', async () => {
  for (const [end, expected] of [
    ['kill', 3],
    ['power', 1],
  ] as const) {
    const machine = simulatedMachine(1, { folders: ['/base'] });
    let steps = 0;
    machine.programs.programs.set('steps', async ({ clock }) => {
      for (; steps < 3; steps++) await clock.sleep(100);
      return 0;
    });
    const { processes } = machine.ports('client');
    const { identity } = await processes.start({ program: 'steps', arguments: [], folder: '/base' });
    await machine.clock.run(() => steps === 1, 1000);
    if (end === 'kill') machine.kill();
    else machine.powerCut({ names: 'lost', contents: 'lost' });
    assert.equal(await machine.ports('client').processes.alive(identity), end === 'kill');
    await machine.clock.run(() => false, 1000);
    assert.equal(steps, expected);
    assert.equal(await machine.ports('client').processes.alive(identity), false);
  }
});
