/** The time limit of a program counts the time in which the machine was awake. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import type { Clock, Running } from '@holdfast/ports';
import { endAfter, openStopwatch } from '../src/time-limit.ts';

/** Sleepers wake only when told to, however long that takes. */
function wakeable() {
  const asked: number[] = [];
  let wake: (() => void) | undefined;
  const sleep: Clock['sleep'] = (ms, signal) =>
    new Promise((resolve, reject) => {
      asked.push(ms);
      wake = resolve;
      signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
    });
  const next = async () => {
    wake?.();
    await setImmediate();
  };
  return { asked, clock: { sleep }, next };
}

function program() {
  let kills = 0;
  const running: Running = {
    identity: { pid: 1, started: '1', bootId: 'boot' },
    exit: new Promise(() => {}),
    kill: async () => {
      kills += 1;
    },
  };
  return { running, kills: () => kills };
}

test('a machine that slept for a day in the middle of a program does not end it for that', async () => {
  const { clock, next, asked } = wakeable();
  const { running, kills } = program();
  const done = new AbortController();
  const limit = endAfter(clock, running, 600_000, done.signal);
  // The timer that was due in the sleep fires on wake; only its own length counts.
  await next();
  assert.equal(kills(), 0);
  assert.equal(asked.length, 2);
  done.abort();
  assert.equal(await limit, false);
  assert.equal(kills(), 0);
});

test('the pieces in which the time is counted add up to the limit, and then the program is ended', async () => {
  const { clock, next, asked } = wakeable();
  const { running, kills } = program();
  const limit = endAfter(clock, running, 40_000, new AbortController().signal);
  while (kills() === 0) await next();
  assert.equal(await limit, true);
  assert.equal(
    asked.reduce((sum, ms) => sum + ms, 0),
    40_000,
  );
});

test('what is looked at again and again is watched for the time between the looks, and not for a night that was slept', () => {
  let now = 1_000_000;
  const stopwatch = openStopwatch({ monotonic: () => now });
  assert.equal(stopwatch.look('one'), 0);
  now += 1_000;
  assert.equal(stopwatch.look('one'), 1_000);
  now += 9 * 3_600_000;
  assert.equal(stopwatch.look('one'), 16_000);
  assert.equal(stopwatch.look('another'), 0);
  assert.equal(stopwatch.look('one'), 0);
});
