/** A loop that goes on is alive, however long its programs, downloads and rests are; one that hangs is not. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { NetworkResponse } from '@holdfast/ports';
import { longestProgramMs, overslept, stillestPassMs, watchLoop } from '../src/loop-life.ts';

function newLoop() {
  let now = 0;
  const loop = watchLoop({ monotonic: () => now });
  const after = (ms: number, programRuns = false) => {
    now += ms;
    return loop.look(programRuns).stuck;
  };
  return { loop, after, now: () => now };
}

test('a pass may last for its time, and no longer', () => {
  const { loop, after } = newLoop();
  loop.pass();
  assert.equal(after(stillestPassMs), null);
  assert.match(after(1) ?? '', /does not come/);
  loop.pass();
  assert.deepEqual(loop.look(false), { passes: 2, stuck: null });
});

test('a program may run for a day', () => {
  const { loop, after } = newLoop();
  loop.pass();
  assert.equal(after(longestProgramMs, true), null);
  assert.match(after(1, true) ?? '', /does not come/);
});

test('a rest may last as long as was asked, and a little longer', () => {
  const { loop, after, now } = newLoop();
  loop.pass();
  loop.rest(now() + 1_000);
  assert.equal(after(1_000 + overslept), null);
  assert.match(after(1) ?? '', /rest/);
  loop.pass();
  assert.equal(loop.look(false).stuck, null);
});

test('every piece of a long download is a sign of life', async () => {
  const { loop, after } = newLoop();
  loop.pass();
  async function* body() {
    for (let piece = 0; piece < 3; piece += 1) {
      after(stillestPassMs - 1);
      yield new Uint8Array(1);
    }
  }
  const response: NetworkResponse = { status: 200, headers: {}, body: body() };
  const network = loop.watched({ request: async () => response });
  const answer = await network.request({
    method: 'GET',
    url: 'https://site.example/',
    tls: { authorities: [] },
    idleTimeoutMs: 1,
  });
  for await (const _piece of answer.body) assert.equal(loop.look(false).stuck, null);
  assert.match(after(stillestPassMs + 1) ?? '', /does not come/);
});
