/** The client's rest: memory is given back before a long sleep, and never before a short one. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Clock } from '@holdfast/ports';
import { restingClock } from '../src/client/rest.ts';

test('memory is given back before a sleep of half a minute or more, and before no shorter one', async () => {
  const happened: string[] = [];
  const clock: Clock = {
    now: () => 1,
    monotonic: () => 2,
    sleep: async (ms) => {
      happened.push(`slept ${ms}`);
    },
  };
  const resting = restingClock(clock, () => happened.push('gave back'));
  await resting.sleep(29_999);
  await resting.sleep(30_000);
  assert.deepEqual(happened, ['slept 29999', 'gave back', 'slept 30000']);
  assert.deepEqual([resting.now(), resting.monotonic()], [1, 2]);
});

test('an aborted sleep is rejected as the clock itself rejects it', async () => {
  const reason = new Error('stopped');
  const clock: Clock = { now: () => 0, monotonic: () => 0, sleep: () => Promise.reject(reason) };
  await assert.rejects(restingClock(clock, () => undefined).sleep(60_000), reason);
});
