/** Jobs of changes: applied behind gates, verified, undone, held; and taken up after a crash at any point. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { carryOutAll, carryOutUntilSettled, type Gate, type Job, type Json, released } from '../src/index.ts';
import {
  type ChangeOptions,
  changeOf,
  failure,
  type Life,
  ledgerOf,
  newLife,
  newWorld,
  portsOf,
  settle,
  type World,
} from './support/changes.ts';

const names = ['a', 'b', 'c'];

function jobOf(world: World, life: Life, more: Readonly<Record<string, ChangeOptions>> = {}): Job {
  const changes = names.map((name) => changeOf(world, life, name, more[name]));
  return { id: 'job', version: '1', changes };
}

const kinds = (world: World) => world.events.map(({ what, change }) => (change ? `${what} ${change}` : what));
const valuesOf = (world: World) => [...world.values.values()];

test('changes are made in order, each verified by its post-condition, and done once', async () => {
  const world = newWorld(names);
  const life = newLife();
  const [report] = await settle(world, life, [jobOf(world, life)]);
  assert.equal(report?.state, 'done');
  assert.deepEqual(valuesOf(world), ['new', 'new', 'new']);
  assert.deepEqual(kinds(world), [
    ...names.flatMap((name) => [`applying ${name}`, `applied ${name}`, `verified ${name}`]),
    'done',
  ]);
  await settle(world, life, [jobOf(world, life)]);
  assert.equal(world.events.length, 10, 'what is done is not done again');
});

test('what drifts later is repaired, and what is repaired too often in a day is held until the next', async () => {
  const world = newWorld(names);
  const life = newLife();
  await settle(world, life, [jobOf(world, life)]);
  for (let times = 0; times < 5; times++) {
    world.values.set('b', 'old');
    const [report] = await settle(world, life, [jobOf(world, life)]);
    assert.equal(report?.state, 'done');
  }
  world.values.set('b', 'old');
  const [held] = await carryOutAll([jobOf(world, life)], ledgerOf(world, life), portsOf(world));
  assert.equal(held?.state, 'held');
  assert.ok(held.wakeAt !== null && held.wakeAt > world.now);
});

test('Win32 21 in the middle of a change: taken back, tried again after a growing wait, then done', async () => {
  const world = newWorld(names);
  const life = newLife();
  const ready = world.now + 10 * 60_000;
  const midway = () => {
    if (world.now < ready) throw failure(21);
  };
  const between: string[][] = [];
  const ledger = ledgerOf(world, life);
  for (let pass = 0; pass < 100; pass++) {
    const [report] = await carryOutAll([jobOf(world, life, { b: { midway } })], ledger, portsOf(world));
    if (report?.state === 'done') break;
    between.push(valuesOf(world));
    world.now = report?.wakeAt ?? world.now;
  }
  assert.deepEqual(valuesOf(world), ['new', 'new', 'new']);
  assert.ok(between.length > 3 && between.length < 12, `${between.length} tries in ten minutes`);
  for (const values of between) assert.deepEqual(values, ['new', 'old', 'old'], 'never between');
});

test('a wait that was written down by a clock a year ahead is over when the clock is right again', async () => {
  const world = newWorld(names);
  const life = newLife();
  let ready = false;
  const notYet = () => {
    if (!ready) throw failure(21);
  };
  const job = jobOf(world, life, { a: { midway: notYet } });
  const changes = job.changes.map((change) => ({
    ...change,
    undo: async (note: Json) => {
      notYet();
      await change.undo(note);
    },
  }));
  const pass = () => carryOutAll([{ ...job, changes }], ledgerOf(world, life), portsOf(world));
  const year = 365 * 86_400_000;
  world.now += year;
  // Neither made nor taken back: what waits is the undoing.
  assert.equal((await pass())[0]?.state, 'waiting');
  assert.equal(world.values.get('a'), 'half');
  world.now -= year;
  ready = true;
  await pass();
  assert.notEqual(world.values.get('a'), 'half');
});

test('not ready for ever: the attempts of one version are bounded, and a new version has its own', async () => {
  const world = newWorld(names);
  const life = newLife();
  let tries = 0;
  const midway = () => {
    tries += 1;
    throw failure(1618);
  };
  const job = jobOf(world, life, { a: { midway } });
  const [report] = await settle(world, life, [job]);
  assert.equal(report?.state, 'held');
  assert.equal(tries, 60);
  await settle(world, life, [job]);
  assert.equal(tries, 60, 'what is held is not tried again');
  await settle(world, life, [{ ...jobOf(world, life), version: '2' }]);
  assert.deepEqual(valuesOf(world), ['new', 'new', 'new']);
});

test('a refusal is reported and passed by; what depends on it is passed by for its pre-condition', async () => {
  const world = newWorld(names);
  const life = newLife();
  const midway = () => {
    throw failure(5);
  };
  const precondition = async () => ({ holds: false, reason: 'b is not there' }) as const;
  const job = { ...jobOf(world, life, { b: { midway }, c: { precondition } }) };
  const [report] = await settle(world, life, [job]);
  assert.equal(report?.state, 'refused');
  assert.deepEqual(valuesOf(world), ['new', 'old', 'old']);
  assert.deepEqual(
    report.refused.map(({ change }) => change),
    ['b', 'c'],
  );
});

test('a fatal error takes everything back, the last change first, and the job is not tried again', async () => {
  const world = newWorld(names);
  const life = newLife();
  const midway = () => {
    throw failure(1603);
  };
  const job = jobOf(world, life, { c: { midway } });
  const [report] = await settle(world, life, [job]);
  assert.equal(report?.state, 'undone');
  assert.match(report.reason ?? '', /1603/);
  assert.deepEqual(valuesOf(world), ['old', 'old', 'old']);
  assert.deepEqual(kinds(world).slice(-5), ['undoing c', 'undone c', 'undone b', 'undone a', 'undone']);
  const count = world.events.length;
  await settle(world, life, [job]);
  assert.equal(world.events.length, count);
  const record = world.records.get('job');
  assert.ok(record);
  world.records.set('job', released(record));
  await settle(world, life, [jobOf(world, life)]);
  assert.deepEqual(valuesOf(world), ['new', 'new', 'new']);
});

test('applied, and detection still false: one retry, then held', async () => {
  const world = newWorld(names);
  const life = newLife();
  let tries = 0;
  const becomes = () => {
    tries += 1;
    return 'something else';
  };
  const [report] = await settle(world, life, [jobOf(world, life, { b: { becomes } })]);
  assert.equal(report?.state, 'held');
  assert.equal(tries, 2);
  assert.match(report.reason ?? '', /b was applied, and b is not new/);
  assert.deepEqual(valuesOf(world), ['new', 'old', 'old']);
});

test('a change that needs a restart counts after the restart, and only if it holds then', async () => {
  for (const survives of [true, false]) {
    const world = newWorld(names);
    const life = newLife();
    const job = () => jobOf(world, life, { b: { answer: 'restart-needed' } });
    assert.equal((await settle(world, life, [job()]))[0]?.state, 'restart-needed');
    assert.deepEqual(valuesOf(world), ['new', 'new', 'old'], 'what comes after waits too');
    assert.equal((await settle(world, life, [job()]))[0]?.state, 'restart-needed');
    world.bootId = 'boot 2';
    if (!survives) world.values.set('b', 'gone');
    const [report] = await settle(world, life, [job()]);
    assert.equal(report?.state, survives ? 'done' : 'restart-needed');
    assert.equal(kinds(world).filter((kind) => kind === 'applying b').length, survives ? 1 : 2);
  }
});

test('a job at a closed gate says since when and why, blocks no other, and goes on when its gate stirs', async () => {
  const world = newWorld([...names, 'other']);
  const life = newLife();
  let ready = false;
  let stir = () => {};
  const gate: Gate = {
    name: 'file-protection',
    check: async () =>
      ready ? { open: true } : { open: false, reason: 'Win32 21 (it is not ready)', evidence: { win32: 21 } },
    watch: (changed) => {
      stir = changed;
      return () => {};
    },
  };
  const jobs = [
    jobOf(world, life, { a: { gates: [gate] } }),
    { id: 'other', version: '1', changes: [changeOf(world, life, 'other')] },
  ];
  const ports = portsOf(world);
  const since = world.now;
  const first = await carryOutAll(jobs, ledgerOf(world, life), ports);
  world.now += 60_000;
  const [waiting] = await carryOutAll(jobs, ledgerOf(world, life), ports);
  assert.deepEqual(waiting?.wait, {
    gate: 'file-protection',
    since,
    reason: 'Win32 21 (it is not ready)',
    evidence: { win32: 21 },
  });
  assert.equal(waiting.reason, 'waiting for file-protection since 08:00: Win32 21 (it is not ready)');
  assert.equal(first[1]?.state, 'done');
  assert.equal(world.values.get('a'), 'old');
  assert.equal(kinds(world).filter((kind) => kind === 'gate-closed a').length, 1, 'said once');
  const asleep = Promise.withResolvers<void>();
  const sleep = (_: number, signal?: AbortSignal) =>
    new Promise<void>((_resolve, reject) => {
      signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
      asleep.resolve();
    });
  const settled = carryOutUntilSettled(jobs, ledgerOf(world, life), {
    ...ports,
    clock: { ...ports.clock, sleep },
  });
  await asleep.promise;
  ready = true;
  stir();
  assert.equal((await settled)[0]?.state, 'done');
  assert.ok(kinds(world).includes('gate-opened a'));
});

for (const [ending, options, expected] of [
  ['goes well', {}, 'new'],
  ['ends in a fatal error', { c: { midway: () => fatal() } }, 'old'],
] as const) {
  test(`a crash at any call of a job that ${ending} is finished or undone by the next lives`, async () => {
    let points = 0;
    for (let last = 0; ; last++) {
      const world = newWorld(names);
      const life = newLife(last);
      const ended = await Promise.race([
        settle(world, life, [jobOf(world, life, options)]),
        life.over.promise,
      ]);
      // A second life ends too, a few calls on, so that the recovery is interrupted as well.
      const second = newLife((last % 5) + 1);
      await Promise.race([settle(world, second, [jobOf(world, second, options)]), second.over.promise]);
      world.bootId = 'boot 2';
      const third = newLife();
      await settle(world, third, [jobOf(world, third, options)]);
      assert.deepEqual(valuesOf(world), [expected, expected, expected], `after call ${last}`);
      points += 1;
      if (ended !== 'over') break;
    }
    assert.ok(points > 15, `${points} points`);
  });
}

function fatal(): never {
  throw failure(1603);
}

test('whatever fails and whenever it is killed: each value is old or new when the client rests, never between', async () => {
  const outcome = fc.constantFrom(0, 0, 5, 21, 32, 1603, 3010);
  const scripts = fc.array(outcome, { maxLength: 12 });
  const lives = fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 3 });
  await fc.assert(
    fc.asyncProperty(scripts, lives, async (script, ends) => {
      const world = newWorld(names);
      const left = [...script];
      const midway = () => {
        const win32 = left.shift();
        if (win32) throw failure(win32);
      };
      const options = { a: { midway }, b: { midway }, c: { midway } };
      const live = async (life: Life) =>
        await Promise.race([settle(world, life, [jobOf(world, life, options)]), life.over.promise]);
      for (const last of ends) {
        await live(newLife(last));
        world.bootId += '+';
      }
      let reports = await live(newLife());
      for (let boots = 0; boots < 20 && reports !== 'over'; boots++) {
        if (reports[0]?.state !== 'restart-needed') break;
        world.bootId += '+';
        reports = await live(newLife());
      }
      const state = reports === 'over' ? reports : reports[0]?.state;
      assert.ok(state === 'done' || state === 'refused' || state === 'undone' || state === 'held', state);
      for (const value of valuesOf(world)) assert.notEqual(value, 'half');
      if (state === 'done') assert.deepEqual(valuesOf(world), ['new', 'new', 'new']);
      if (state === 'undone') assert.deepEqual(valuesOf(world), ['old', 'old', 'old']);
    }),
    { numRuns: 300 },
  );
});

test('a new version takes up what the old one has begun', async () => {
  const world = newWorld(names);
  const life = newLife(12);
  await Promise.race([settle(world, life, [jobOf(world, life)]), life.over.promise]);
  assert.ok(valuesOf(world).includes('half'), valuesOf(world).join());
  const next = newLife();
  const undone: string[] = [];
  const job = jobOf(world, next);
  const changes = job.changes.map((change) => ({
    ...change,
    undo: async (note: Json) => {
      undone.push(change.name);
      await change.undo(note);
    },
  }));
  const [report] = await settle(world, next, [{ ...job, version: '2', changes }]);
  assert.equal(report?.state, 'done');
  assert.equal(undone.length, 1);
});
