/** `holdfast lab fleet`: threads with a share each, one answer. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sharesOf } from '../src/verbs/lab/fleet.ts';
import { holdfast } from './support.ts';

test('two threads run their shares, and their reports are one answer', async () => {
  const { code, out, error } = await holdfast([
    ...['lab', 'fleet', '--clients', '11', '--hours', '4', '--jobs', '2', '--json'],
  ]);
  const answer = JSON.parse(out);
  assert.deepEqual([code, error, answer.problems], [0, '', []]);
  assert.deepEqual([answer.clients, answer.jobs, answer.virtualHours, answer.notReached], [11, 2, 4, 0]);
  assert.ok(answer.checkIns > 0 && answer.messages >= 11 && answer.seconds > 0 && answer.peakMemory > 0);
});

test('clients that do not get there are a no', async () => {
  const { code, out, error } = await holdfast([
    'lab',
    'fleet',
    '--clients',
    '3',
    '--hours',
    '1',
    '--jobs',
    '1',
  ]);
  assert.equal(code, 1);
  assert.match(out, /did not reach the goal: [123]\n/);
  assert.match(error, /hour 1 of 1/);
});

test('a stop ends the threads', async () => {
  const stopped = AbortSignal.timeout(300);
  const { code, error } = await holdfast(['lab', 'fleet', '--clients', '5000', '--json'], { stopped });
  assert.equal(code, 1);
  assert.match(error, /ended early/);
});

test('shares are even, and no client is in two', () => {
  const fleet = { seed: 1, clients: 10, hours: 1, pollSeconds: 60 };
  const shares = sharesOf(fleet, 3).map(({ first, clients }) => [first, clients]);
  assert.deepEqual(shares, [
    [1, 3],
    [4, 3],
    [7, 4],
  ]);
  assert.equal(sharesOf({ ...fleet, clients: 2 }, 5).length, 2);
});
