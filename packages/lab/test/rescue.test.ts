/** The second starter on simulated machines: what it does for a client that lives, hangs, or is gone, hour after hour. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pulseName, type RescueReport, rescue } from '@holdfast/client';
import { openPath, replaceFile, withOpen } from '@holdfast/engine';
import { simulatedMachine } from '../src/machine/machine.ts';
import { virtualClock } from '../src/world/clock.ts';
import { inVirtualTime } from '../src/world/run.ts';

const folder = '/state';
/** Of the calls of a rescue, each so-manieth is cut at; 1 = every one. */
const cutEvery = Number(process.env.HOLDFAST_CUT_EVERY ?? 5);
const minute = 60_000;
const hour = 60 * minute;

/** A machine whose client beats while its service runs, until it hangs. */
function newWorld(seed: string) {
  const clock = virtualClock();
  const machine = simulatedMachine(seed, { clock, folders: [folder] });
  const world = { hangs: false, starts: 0, stops: 0 };
  let sinceMs = 0;
  machine.starters.onService((running) => {
    if (!running) {
      world.stops += 1;
      return;
    }
    world.starts += 1;
    sinceMs = machine.boot.uptime();
  });

  async function beat(): Promise<void> {
    const { active, deaf } = machine.starters.get('service');
    if (!active || deaf || world.hangs) return;
    const { disk, boot } = machine.ports('client');
    const pulse = {
      bootId: await boot.id(),
      sinceMs,
      awakeMs: (await boot.awake?.()) ?? 0,
      wall: clock.now(),
      pid: 7,
      version: '1.0.0',
    };
    await withOpen(disk.open(folder), (state) =>
      replaceFile(state, pulseName, Buffer.from(JSON.stringify(pulse))),
    );
  }

  /** Time passes, with a beat a minute. */
  async function pass(ms: number): Promise<void> {
    const { clock: port } = machine.ports('time');
    for (let passed = 0; passed < ms; passed += minute) {
      await beat();
      await port.sleep(minute);
    }
  }

  async function run(): Promise<RescueReport> {
    const { starters, ...ports } = machine.ports('rescue');
    assert.ok(starters);
    const place = {
      folder,
      installFolder: '/opt/holdfast-client',
      site: null,
      version: '1.0.0',
      releaseKey: undefined,
    };
    return await rescue({ ...ports, starters }, place);
  }

  /** An hour after the other, the second starter runs; answers what it decided. */
  async function hours(count: number): Promise<string[]> {
    const decided: string[] = [];
    for (let done = 0; done < count; done += 1) {
      await pass(hour);
      const { decision } = await run();
      decided.push(decision.kind === 'act' ? decision.act : decision.kind);
    }
    return decided;
  }

  const inTime = (body: () => Promise<void>) => inVirtualTime(clock, body);
  return { machine, world, pass, run, hours, inTime };
}

test('a client that is well is left alone for a day', async () => {
  const { hours, world, inTime } = newWorld('well');
  await inTime(async () => {
    assert.deepEqual(new Set(await hours(24)), new Set(['well']));
    assert.deepEqual(world, { hangs: false, starts: 0, stops: 0 });
  });
});

test('a client that was stopped is started, each time', async () => {
  const { machine, hours, world, inTime } = newWorld('stopped');
  await inTime(async () => {
    for (let day = 0; day < 5; day += 1) {
      machine.starters.set('service', { active: false });
      assert.deepEqual(await hours(3), ['start', 'well', 'well']);
    }
    assert.equal(world.starts, 5);
  });
});

test('a client that hangs is ended once; while it hangs on it is reported and left alone', async () => {
  const { machine, hours, world, inTime } = newWorld('hangs');
  await inTime(async () => {
    await hours(1);
    world.hangs = true;
    // Deaf to its manager from the start on.
    machine.starters.onService((running) => {
      if (running) machine.starters.set('service', { deaf: true });
      else world.stops += 1;
    });
    machine.starters.set('service', { deaf: true });
    const decided = await hours(48);
    assert.equal(decided[0], 'restart');
    assert.deepEqual(new Set(decided.slice(1)), new Set(['doubt']));
    assert.equal(world.stops, 1);
  });
});

test('once it has lived well again, it may be ended again', async () => {
  const { machine, hours, world, inTime } = newWorld('again');
  await inTime(async () => {
    for (let time = 0; time < 3; time += 1) {
      world.hangs = true;
      machine.starters.set('service', { deaf: true });
      assert.deepEqual(await hours(1), ['restart']);
      world.hangs = false;
      assert.deepEqual(await hours(2), ['well', 'well']);
    }
    assert.equal(world.stops, 3);
  });
});

test('a machine that wakes from a long sleep finds nothing wrong', async () => {
  const { machine, hours, run, inTime, world } = newWorld('sleeps');
  await inTime(async () => {
    await hours(1);
    machine.power.suspend();
    machine.clock.schedule(40 * hour, machine.power.resume);
    machine.starters.set('service', { deaf: true });
    const { decision } = await run();
    assert.equal(decision.kind, 'doubt');
    assert.equal(world.stops, 0);
  });
});

test('a power cut at any call of a rescue leaves one that is taken up: the client lives, and was ended once at most', async () => {
  const calls = await countedRescue();
  assert.ok(calls > 20, `${calls} calls`);
  for (let call = 1; call <= calls; call += cutEvery) await cutAt(call);
});

async function hungWorld(seed: string) {
  const made = newWorld(seed);
  const { machine, hours, world } = made;
  const prepare = async () => {
    await hours(1);
    world.hangs = true;
    machine.starters.set('service', { deaf: true });
    await made.pass(20 * minute);
    world.hangs = false;
  };
  return { ...made, prepare };
}

async function countedRescue(): Promise<number> {
  const { machine, prepare, run, inTime } = await hungWorld('counted');
  let calls = 0;
  await inTime(async () => {
    await prepare();
    const before = machine.callCount();
    await run();
    calls = machine.callCount() - before;
  });
  return calls;
}

async function cutAt(call: number): Promise<void> {
  const { machine, prepare, run, hours, world, inTime } = await hungWorld(`cut ${call}`);
  await inTime(async () => {
    await prepare();
    let cut = false;
    await new Promise<void>((resolve) => {
      machine.stopAt({
        call: machine.callCount() + call,
        when: 'after',
        action: () => {
          cut = true;
          machine.powerCut({ names: 'lost', contents: 'lost' });
          resolve();
        },
      });
      run().then(() => resolve(), resolve);
    });
    machine.stopAt(undefined);
    assert.ok(cut, `call ${call} was never made`);
    await hours(2);
    assert.equal(machine.starters.get('service').active, true, `call ${call}`);
    assert.ok(world.stops <= 1, `ended ${world.stops} times after a cut at call ${call}`);
    const { disk } = machine.ports('look');
    const names = await withOpen(openPathOf(disk), (spool) => spool.names());
    assert.ok(names.length <= 2, `${names}`);
  });
}

function openPathOf(disk: { open(path: string): ReturnType<typeof openPath> }) {
  return disk.open(folder).then((state) => openPath(state, ['rescue'], { create: true }));
}
