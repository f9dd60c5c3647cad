/** The client as a service shows that it lives, and waits for its enrolment. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { beat, type LoopLife } from '@holdfast/client';
import { linuxMachine } from '@holdfast/machine';
import type { Supervisor } from '@holdfast/ports';
import { serve } from '../src/client/serve.ts';
import { surroundings, temporaryFolder } from './support.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
before(async () => {
  folder = await temporaryFolder();
});
after(() => folder.remove());

/** Whoever watches, with what it was told. */
function watcher(patienceMs: number | null) {
  const told: string[] = [];
  const supervisor: Supervisor = {
    patienceMs,
    ready: () => told.push('ready'),
    alive: () => told.push('alive'),
    status: (text) => told.push(`status ${text}`),
    stopping: () => told.push('stopping'),
    close: () => told.push('closed'),
  };
  return { told, supervisor };
}

/** Beats a machine's time through: each sleep passes at once, until there were so many. */
async function beats(count: number, patienceMs: number | null, lives: (beat: number) => LoopLife) {
  const machine = linuxMachine();
  const { told, supervisor } = watcher(patienceMs);
  const over = new AbortController();
  let now = 0;
  const pulses: number[] = [];
  const state = await machine.disk.open(folder.path);
  let slept = 0;
  const clock = {
    now: () => now,
    monotonic: () => now,
    async sleep(ms: number) {
      now += ms;
      slept += 1;
      const pulse = await readFile(join(folder.path, 'pulse'), 'utf8').catch(() => undefined);
      if (pulse !== undefined) pulses.push((JSON.parse(pulse) as { wall: number }).wall);
      if (slept === count) over.abort();
    },
  };
  const vital = () => lives(slept + 1);
  const options = { state, version: '1.0.0', pid: 7, supervisor, vital, log: () => undefined };
  await beat({ clock, boot: machine.boot }, options, over.signal);
  await state.close();
  machine.close();
  return { told, pulses: new Set(pulses).size, now };
}

const well: LoopLife = { passes: 1, stuck: null };

test('a client is alive three times within the patience of whoever watches, and writes its pulse once a minute', async () => {
  const { told, pulses, now } = await beats(9, 60_000, () => well);
  assert.equal(now, 9 * 20_000);
  assert.deepEqual(
    told,
    Array.from({ length: 9 }, () => 'alive'),
  );
  assert.equal(pulses, 3);
});

test('where nobody watches, or for long, it beats once a minute for its pulse', async () => {
  for (const patienceMs of [null, 3_600_000]) {
    const { pulses, now } = await beats(5, patienceMs, () => well);
    assert.equal(now, 5 * 60_000);
    assert.equal(pulses, 5);
  }
});

test('a loop that is stuck is not counted alive, and says why; once it goes on it is again', async () => {
  const { told, pulses } = await beats(4, 180_000, (number) =>
    number === 2 || number === 3 ? { passes: 1, stuck: 'it waits' } : well,
  );
  assert.deepEqual(told, ['alive', 'status it waits', 'status works', 'alive']);
  assert.equal(pulses, 2);
});

test('a machine that is not enrolled has a service that is ready, waits, and stops cleanly', async () => {
  const state = join(folder.path, 'state');
  const { told, supervisor } = watcher(60_000);
  const stop = new AbortController();
  const outside = surroundings({ out: '', error: '' }, { stopped: stop.signal });
  const session = { surroundings: outside, json: false, answer: () => undefined, note: () => undefined };
  const ready = Promise.withResolvers<void>();
  const served = serve(session, state, { ...supervisor, ready: () => ready.resolve() });
  await ready.promise;
  stop.abort();
  await served;
  assert.ok(
    told.some((line) => line.startsWith('status waits: ')),
    told.join(),
  );
  assert.deepEqual(told.slice(-2), ['stopping', 'closed']);
  assert.match(await readFile(join(state, 'pulse'), 'utf8'), /"bootId"/);
});
