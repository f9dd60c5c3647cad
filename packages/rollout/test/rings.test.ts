/** Rings: never the whole fleet at once, the same members always in the same ring, and when one is the last. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RingCounts, RingSize } from '@holdfast/contract';
import fc from 'fast-check';
import { defaultRules, divideIntoRings, limitOf, ringSizes, ringVerdict } from '../src/index.ts';

const sizes: fc.Arbitrary<RingSize> = fc.oneof(
  fc.double({ min: 0.001, max: 100, noNaN: true }).map((percent) => ({ percent })),
  fc.integer({ min: 1, max: 5_000 }).map((count) => ({ count })),
  fc.constant({ rest: true } as const),
);
const plans = fc.option(fc.array(sizes, { minLength: 1, maxLength: 20 }), { nil: undefined });
const fleet = (members: number, away = 0) =>
  Array.from({ length: members }, (_, index) => ({ id: `client-${index}`, isAway: index < away }));
const total = (of: readonly number[]) => of.reduce((sum, one) => sum + one, 0);

test('whatever is asked for, the first ring is at most a tenth and never the last one of two machines or more', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 20_000 }), plans, (members, plan) => {
      const rings = ringSizes(members, plan);
      assert.equal(total(rings), members);
      assert.ok(rings.every((size) => size > 0));
      const [first = 0] = rings;
      assert.ok(first <= Math.max(1, members * 0.1));
      if (members > 1) assert.ok(rings.length > 1 && first <= members / 2);
    }),
    { numRuns: 2_000 },
  );
});

test('sizes are as asked for, where nothing is against it', () => {
  const cases: [number, readonly RingSize[] | undefined, number[]][] = [
    [0, undefined, []],
    [1, undefined, [1]],
    [2, undefined, [1, 1]],
    [10, undefined, [1, 4, 5]],
    [100, undefined, [1, 9, 40, 50]],
    [10_000, undefined, [100, 900, 4_000, 5_000]],
    [10, [{ count: 1 }, { count: 3 }, { rest: true }], [1, 3, 6]],
    [10, [{ rest: true }], [1, 9]],
    [100, [{ percent: 100 }], [10, 90]],
    [100, [{ percent: 5 }, { count: 3 }], [5, 3, 92]],
    [1_000, Array.from({ length: 20 }, () => ({ percent: 0.01 })), [1, 1, 998]],
  ];
  for (const [members, plan, expected] of cases) {
    assert.deepEqual(ringSizes(members, plan), expected, JSON.stringify([members, plan]));
  }
});

test('every member is in one ring, in the same one however they are listed; another seed draws others', () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 300 }), fc.uuid(), plans, (members, seed, plan) => {
      const rings = divideIntoRings(fleet(members), seed, plan);
      assert.equal(new Set(rings.flat()).size, members);
      assert.deepEqual(divideIntoRings(fleet(members).reverse(), seed, plan), rings);
    }),
  );
  const firsts = new Set(
    Array.from({ length: 200 }, (_, seed) => divideIntoRings(fleet(20), `${seed}`)[0]?.[0]),
  );
  assert.ok(firsts.size > 15, `${firsts.size} of 20 machines went first in 200 draws`);
});

test('machines that are away come after all that are not', () => {
  const rings = divideIntoRings(fleet(100, 60), 'seed');
  const away = new Set(fleet(60).map(({ id }) => id));
  assert.deepEqual(
    rings.flat().map((id) => away.has(id)),
    [...Array(40).fill(false), ...Array(60).fill(true)],
  );
});

const counts = (of: Partial<RingCounts>): RingCounts => ({
  waiting: 0,
  ordered: 0,
  'on-trial': 0,
  blessed: 0,
  failed: 0,
  silent: 0,
  accepted: 0,
  ...of,
});
const hour = 3_600_000;
const verdict = (of: Partial<RingCounts>, quietMs: number | null = hour, change = {}) =>
  ringVerdict(counts(of), { ...defaultRules, ...change }, quietMs ?? undefined).verdict;

test('limits are a share of the ring, at least one, and never more than all of it', () => {
  assert.deepEqual(
    [1, 20, 21, 100].map((members) => limitOf({ percent: 5 }, members)),
    [1, 1, 2, 5],
  );
  assert.deepEqual(
    [1, 3, 9].map((members) => limitOf({ count: 5 }, members)),
    [1, 3, 5],
  );
});

test('failures and silence at their limits stop, one below is tolerated, what was accepted counts no more', () => {
  assert.equal(verdict({ blessed: 95, failed: 5 }), 'stop');
  assert.equal(verdict({ blessed: 96, failed: 4 }), 'go-on');
  assert.equal(verdict({ blessed: 90, silent: 10 }), 'stop');
  assert.equal(verdict({ blessed: 91, silent: 9 }), 'go-on');
  assert.equal(verdict({ ordered: 95, failed: 5 }), 'stop');
  assert.equal(verdict({ blessed: 50, accepted: 50 }), 'go-on');
  assert.equal(verdict({ failed: 1 }, hour, { failures: { count: 9 } }), 'stop');
  assert.equal(verdict({ accepted: 1 }), 'go-on');
});

test('a ring is waited for while one of it has not ended, until it has settled, and until half of it took the version', () => {
  assert.equal(verdict({ blessed: 99, ordered: 1 }), 'wait');
  assert.equal(verdict({ blessed: 99, 'on-trial': 1 }), 'wait');
  assert.equal(verdict({ blessed: 100 }, hour - 1), 'wait');
  assert.equal(verdict({ blessed: 100 }, null), 'wait');
  assert.equal(verdict({ blessed: 100 }), 'go-on');
  assert.equal(verdict({ blessed: 49, waiting: 51 }), 'wait');
  assert.equal(verdict({ blessed: 50, waiting: 50 }), 'go-on');
  assert.equal(verdict({ waiting: 5 }), 'wait');
});

test('no ring goes on without one that took the version, whatever the limits, unless all of it was accepted', () => {
  const number = fc.integer({ min: 0, max: 50 });
  const limit = fc.oneof(
    fc.integer({ min: 1, max: 100 }).map((count) => ({ count })),
    fc.integer({ min: 1, max: 100 }).map((percent) => ({ percent })),
  );
  fc.assert(
    fc.property(
      fc.record({ waiting: number, failed: number, silent: number, accepted: number }),
      fc.record({ failures: limit, silence: limit, settleSeconds: fc.integer({ min: 0, max: 9 }) }),
      (of, rules) => {
        fc.pre(of.waiting + of.failed + of.silent > 0);
        assert.notEqual(verdict(of, hour, rules), 'go-on');
      },
    ),
    { numRuns: 1_000 },
  );
});
