/** An evaluation: bounded in time and in what it does, ended by no check, and told when something has changed. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type HealthFinding, HoldfastError } from '@holdfast/contract';
import { type Check, failed, ok } from '../src/health/check.ts';
import { nextDaily } from '../src/health/daily.ts';
import { evaluate, evaluationLimitMs } from '../src/health/evaluate.ts';
import { outcomeOf } from '../src/health/outcome.ts';
import { recentRemedies, remediesPerDay, tooSoon } from '../src/health/remedies.ts';
import { stillestPassMs } from '../src/loop-life.ts';
import { dayMs, healthContext } from './support/health-context.ts';

const well: Check = { check: 'disk', look: async () => ok('as it should be') };
const never = () => new Promise<never>(() => undefined);

/** A check that is ill until it was mended so many times. */
function ill(mendedAfter: number): Check & { readonly mended: () => number } {
  let mended = 0;
  return {
    check: 'runtime',
    look: async () => (mended >= mendedAfter ? ok('well again') : failed('it is ill', 'system.failed')),
    remedy: async () => {
      mended += 1;
      return 'it was mended';
    },
    mended: () => mended,
  };
}

test('a check that throws is a finding with its code, and those after it are made', async (t) => {
  const context = await healthContext(t);
  const throwing = (thrown: unknown): Check => ({
    check: 'wmi',
    look: async () => {
      throw thrown;
    },
  });
  const checks = [throwing(new HoldfastError('disk.denied', 'No.')), throwing('odd'), well];
  const { findings } = await evaluate(context, 'daily', undefined, checks);
  assert.deepEqual(
    findings.map(({ state, error }) => [state, error]),
    [
      ['failed', 'disk.denied'],
      ['failed', 'internal'],
      ['ok', undefined],
    ],
  );
});

test('a look that hangs is given up after its limit, and so is a remedy; no other remedy begins beside one that goes on', {
  timeout: 20_000,
}, async (t) => {
  const context = await healthContext(t);
  const hanging: Check = { check: 'wmi', limitMs: 90_000, look: never };
  const stuck: Check = { check: 'systemd', look: async () => failed('it is ill'), remedy: never };
  const other = ill(1);
  const evaluation = evaluate(context, 'daily', undefined, [hanging, stuck, other, well]);
  let ended = false;
  void evaluation.finally(() => {
    ended = true;
  });
  const startedAt = context.time.now();
  while (!ended) {
    if (context.time.sleepers() > 0) context.time.advance(15_000);
    await new Promise((resolve) => setImmediate(resolve));
  }
  const { findings } = await evaluation;
  assert.deepEqual(
    findings.map(({ state, error }) => [state, error]),
    [
      ['failed', 'health.timeout'],
      ['failed', 'health.timeout'],
      ['failed', 'system.failed'],
      ['ok', undefined],
    ],
  );
  assert.match(findings[2]?.reason ?? '', /the remedy of systemd has not ended yet/);
  assert.equal(other.mended(), 0);
  assert.ok(context.time.now() - startedAt < 40 * 60_000);
  assert.equal(context.time.sleepers(), 0, 'something still waits');
});

test('looks that hang one after the other end long before the loop counts as dead', {
  timeout: 20_000,
}, async (t) => {
  const context = await healthContext(t);
  const hanging: Check = { ...ill(1), check: 'wmi', limitMs: 600_000, look: never };
  const evaluation = evaluate(
    context,
    'daily',
    undefined,
    Array.from({ length: 20 }, () => hanging),
  );
  let ended = false;
  void evaluation.finally(() => {
    ended = true;
  });
  const startedAt = context.time.now();
  while (!ended) {
    if (context.time.sleepers() > 0) context.time.advance(15_000);
    await new Promise((resolve) => setImmediate(resolve));
  }
  const { findings } = await evaluation;
  assert.deepEqual(
    [findings.length, new Set(findings.map(({ error }) => error))],
    [20, new Set(['health.timeout'])],
  );
  assert.match(findings.at(-1)?.reason ?? '', /What came before it took all the time/);
  assert.equal(context.time.now() - startedAt, evaluationLimitMs);
  assert.ok(evaluationLimitMs <= stillestPassMs - 15 * 60_000);
  assert.equal(context.time.sleepers(), 0, 'something still waits');
});

test('only what a second look finds well was remedied; what the remedy throws is said', async (t) => {
  const context = await healthContext(t);
  const refusing: Check = {
    ...ill(9),
    check: 'installer',
    remedy: async () => {
      throw new HoldfastError('system.refused', 'It may not.');
    },
  };
  const { findings } = await evaluate(context, 'daily', undefined, [
    ill(1),
    { ...ill(2), check: 'clock' },
    refusing,
  ]);
  assert.deepEqual(
    findings.map(({ state, remedy }) => [state, remedy]),
    [
      ['remedied', 'it was mended'],
      ['failed', 'it was mended'],
      ['failed', undefined],
    ],
  );
  assert.match(findings[2]?.reason ?? '', /it is ill; mending it failed: It may not/);
});

test('one thing is mended so many times a day and no more, with pauses, counted across restarts', async (t) => {
  const context = await healthContext(t);
  const check = ill(100);
  const look = async (occasion: 'daily' | 'request') => {
    const { findings } = await evaluate(context, occasion, undefined, [check]);
    return findings[0]?.reason ?? '';
  };
  await look('daily');
  assert.match(await look('daily'), /mended no earlier than/);
  assert.equal(check.mended(), 1);
  for (let count = 0; count < 9; count += 1) await look('request');
  assert.equal(check.mended(), remediesPerDay);
  assert.match(await look('request'), /3 times within a day and is left to a person/);
  context.time.advance(dayMs);
  await look('daily');
  assert.equal(check.mended(), remediesPerDay + 1);
});

test('a client that may only notify mends nothing', async (t) => {
  const context = await healthContext(t, { health: { notifyOnly: true } });
  const check = ill(1);
  const { findings } = await evaluate(context, 'request', undefined, [check]);
  assert.deepEqual([findings[0]?.state, check.mended()], ['failed', 0]);
});

test('an evaluation ends with its signal', async (t) => {
  const context = await healthContext(t);
  const stop = new AbortController();
  const evaluation = evaluate(context, 'daily', stop.signal, [{ check: 'wmi', look: never }]);
  stop.abort(new Error('stopped'));
  await assert.rejects(evaluation, /stopped/);
  assert.equal(context.time.sleepers(), 0);
});

test('texts of a report are plain and bounded', async (t) => {
  const context = await healthContext(t);
  const hostile: Check = { check: 'wmi', look: async () => failed(`\u001b[2J${'x'.repeat(5000)}`) };
  const { findings } = await evaluate(context, 'daily', undefined, [hostile]);
  assert.ok((findings[0]?.reason.length ?? 0) <= 500);
  assert.doesNotMatch(findings[0]?.reason ?? '', /\p{Cc}/u);
});

test('pauses between remedies grow, times of a wrong clock and of yesterday do not count', () => {
  const now = 10 * dayMs;
  assert.deepEqual(recentRemedies([now + 1, now - dayMs, now - dayMs + 1, now], now), [now - dayMs + 1, now]);
  assert.equal(tooSoon([], now, 'daily'), undefined);
  assert.match(tooSoon([now - 600_000 + 1], now, 'daily') ?? '', /no earlier/);
  assert.equal(tooSoon([now - 600_000], now, 'daily'), undefined);
  assert.match(tooSoon([now - dayMs / 2, now - 1_200_000 + 1], now, 'daily') ?? '', /no earlier/);
  assert.equal(tooSoon([now - dayMs / 2, now - 1_200_000], now, 'daily'), undefined);
});

test('the daily evaluation keeps its minute, and half a day from any other', () => {
  const midnight = 20_000 * dayMs;
  const at = (hours: number) => midnight + hours * 3_600_000;
  const six = 6 * 60;
  assert.equal(nextDaily(six, at(6), at(6)), at(30));
  assert.equal(nextDaily(six, at(7), at(8)), at(30));
  assert.equal(nextDaily(six, at(17), at(18)), at(30));
  assert.equal(nextDaily(six, at(19), at(20)), at(54));
  assert.equal(nextDaily(six, at(6), at(100)), at(30), 'what was missed is due since then');
  assert.equal(nextDaily(six, at(1000), at(7)), at(30), 'a clock that was set back');
  assert.equal(nextDaily(six, null, at(5)), at(6));
});

test('an outcome is another one when other checks fail or other codes, not when a number in a reason changes', () => {
  const finding = (state: HealthFinding['state'], reason = 'so') =>
    ({ check: 'disk', state, reason }) as const;
  const key = (...findings: HealthFinding[]) => outcomeOf({ findings }).key;
  assert.equal(key(finding('ok')), 'healthy');
  assert.equal(key(finding('failed', '5 bytes')), key(finding('failed', '6 bytes')));
  assert.notEqual(key(finding('failed')), key(finding('remedied')));
  assert.notEqual(key({ ...finding('failed'), error: 'disk.full' }), key(finding('failed')));
  const { status } = outcomeOf({ findings: [finding('failed', 'full'), finding('remedied'), finding('ok')] });
  assert.deepEqual(status, { name: 'client-unhealthy', details: { findings: 'disk: full' } });
});
