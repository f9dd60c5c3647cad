/** The live feed: told at once, without repetitions, and ended with the site. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LiveEvent } from '@holdfast/contract';
import { createLiveFeed } from '../src/live/model.ts';
import { openConsoleSite } from './support/console-site.ts';

/** A clock whose sleeps end when the test says so. */
function heldClock() {
  const sleeping: (() => void)[] = [];
  return {
    clock: {
      now: () => 0,
      monotonic: () => 0,
      sleep: () => new Promise<void>((resolve) => sleeping.push(resolve)),
    },
    async wake() {
      sleeping.shift()?.();
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

test('the first event is told at once, and a hundred more as one', async () => {
  const { clock, wake } = heldClock();
  const feed = createLiveFeed(clock, new AbortController().signal);
  const heard: LiveEvent[] = [];
  const end = feed.subscribe((event) => heard.push(event));
  for (let count = 0; count < 101; count += 1) feed.publish({ kind: 'status', id: 'a' });
  assert.equal(heard.length, 1);
  await wake();
  assert.equal(heard.length, 2);
  await wake();
  feed.publish({ kind: 'status', id: 'a' });
  assert.equal(heard.length, 3);
  end();
  await wake();
  feed.publish({ kind: 'status', id: 'a' });
  assert.equal(heard.length, 3);
});

test('more objects than can be named become one event', async () => {
  const { clock, wake } = heldClock();
  const feed = createLiveFeed(clock, new AbortController().signal);
  const heard: LiveEvent[] = [];
  feed.subscribe((event) => heard.push(event));
  for (let count = 0; count < 1_000; count += 1) feed.publish({ kind: 'client', id: String(count) });
  await wake();
  assert.deepEqual(heard.slice(1), [{ kind: 'client', id: '*' }]);
});

test('a console hears of a new token, and its stream ends with the site', async () => {
  const site = await openConsoleSite();
  const response = await fetch(`${site.url}/api/v1/events`, { headers: { 'x-api-key': site.apiKey } });
  assert.equal(response.headers.get('content-type'), 'text/event-stream');
  assert.equal(response.headers.get('x-content-type-options'), 'nosniff');
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  assert.ok(reader);
  assert.equal((await reader.read()).value, 'retry: 2000\n\n');
  const made = await site.call<{ id: string }>('POST', '/tokens', {
    label: 'x',
    maxUses: 1,
    lifetimeSeconds: 60,
  });
  const told = (await reader.read()).value ?? '';
  assert.deepEqual(JSON.parse(told.replace(/^data: /, '')), { kind: 'token', id: made.body.id });
  const end = reader.closed.catch(() => undefined); // Cut rather than ended is as good here.
  await site.close();
  await reader.read().catch(() => undefined);
  await end;
});
