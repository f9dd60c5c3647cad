/** The time axis of a picture: what is quiet is cut out, what is left is to scale. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { timeAxis } from '../src/timeline/axis.ts';
import { spelled, stamp, tickLabel } from '../src/timeline/moments.ts';

const [left, right] = [100, 952];
const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const every = (ms: number, count: number, from = 0) =>
  Array.from({ length: count }, (_, at) => from + at * ms);

test('minutes, hours later a minute, and a day later a moment: two cuts, as long as what they leave out', () => {
  const times = [...every(10_000, 20), ...every(5000, 8, 5 * hour), day];
  const { pieces, cuts, x } = timeAxis(times.toReversed(), left, right);
  assert.equal(pieces.length, 3);
  assert.deepEqual(
    cuts.map(({ ms }) => ms),
    [5 * hour - 190_000, 19 * hour - 35_000],
  );
  assert.ok(x(190_000) - x(0) > 300, 'the first minutes have room');
  assert.equal(x(20_000) - x(10_000), x(30_000) - x(20_000));
});

test('the quiet nights of a week are cut out, all of them where there are no more than five', () => {
  const days = every(day, 5).flatMap((morning) => every(minute, 10, morning));
  assert.equal(timeAxis(days, left, right).cuts.length, 4);
});

test('nothing is cut out where nothing stands out', () => {
  for (const times of [[], [0], [0, day], every(hour, 100), every(1, 50), [0, 0, 0]]) {
    assert.equal(timeAxis(times, left, right).cuts.length, 0, String(times));
  }
});

test('every moment has its place inside the axis, later ones never further left', () => {
  const shapes = [[0, day], [0, 1, 2, day, 40 * day], every(7, 300), [...every(1, 5), ...every(1, 5, day)]];
  for (const times of shapes) {
    const { x } = timeAxis(times, left, right);
    const places = times.map(x);
    assert.deepEqual(
      places.toSorted((a, b) => a - b),
      places,
    );
    for (const place of places) assert.ok(place >= left && place <= right, `${place} of ${times}`);
  }
});

test('every piece has ticks, and each stands where its time is', () => {
  const { ticks, pieces, x } = timeAxis(
    [...every(9000, 25), ...every(3000, 9, 5 * hour + 1), day],
    left,
    right,
  );
  for (const { from, to } of pieces) assert.ok(ticks.some(({ at }) => at >= from && at <= to));
  for (const tick of ticks) assert.ok(Math.abs(tick.x - x(tick.at)) < 1e-6);
  assert.ok(ticks.length < 16, 'they leave room for their words');
  assert.equal(ticks.at(-1)?.label, '24:00:00');
  assert.equal(timeAxis(every(1500, 9), left, right).ticks[0]?.label, '0:00');
});

test('moments and lengths are told as people read them', () => {
  assert.deepEqual([0, 90_340, 5 * hour + 61_000].map(stamp), ['+00:00:00.0', '+00:01:30.3', '+05:01:01.0']);
  const ticks = [0, 90_000, 90_500].map((ms) => tickLabel(ms, false));
  assert.deepEqual(ticks, ['0:00', '1:30', '1:30.5']);
  assert.deepEqual([tickLabel(90_000, true), tickLabel(day, true)], ['0:01:30', '24:00:00']);
  assert.deepEqual([400, 59_600, 129_400, hour, 5 * hour + 23 * minute + 45_000, 18 * day + 3].map(spelled), [
    '0.4 s',
    '1 min',
    '2 min 9 s',
    '1 h',
    '5 h 23 min',
    '18 d',
  ]);
});
