/** The way to a version: no stepping stone is stepped over, and every way ends. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareVersions } from '@holdfast/contract';
import fc from 'fast-check';
import { type Milestone, nextVersion } from '../src/index.ts';

const releases = (...all: Milestone[]) => {
  const known = new Map(all.map((one) => [one.version, one]));
  return (version: string) => known.get(version);
};
const stone = (below: string, via: string) => ({ below, via });

test('a client takes each stepping stone that it has not passed, the lowest first, and stones of stones', () => {
  const release = releases(
    { version: '3.0.0', steppingStones: [stone('2.0.0', '2.1.0'), stone('1.0.0', '1.2.0')] },
    { version: '2.1.0', steppingStones: [] },
    { version: '1.2.0', steppingStones: [stone('0.5.0', '0.5.0')] },
    { version: '0.5.0', steppingStones: [] },
  );
  const way = (from: string) => {
    const taken: string[] = [];
    for (let at = from; at !== '3.0.0'; ) {
      const step = nextVersion(at, '3.0.0', release);
      assert.ok('next' in step);
      at = step.next;
      taken.push(at);
    }
    return taken;
  };
  assert.deepEqual(way('0.1.0'), ['0.5.0', '1.2.0', '2.1.0', '3.0.0']);
  assert.deepEqual(way('0.5.0'), ['1.2.0', '2.1.0', '3.0.0']);
  assert.deepEqual(way('1.9.9'), ['2.1.0', '3.0.0']);
  assert.deepEqual(way('2.0.0'), ['3.0.0']);
});

test('a stone that the site does not have is named', () => {
  const release = releases({ version: '3.0.0', steppingStones: [stone('2.0.0', '2.1.0')] });
  assert.deepEqual(nextVersion('1.0.0', '3.0.0', release), { missing: '2.1.0' });
  assert.deepEqual(nextVersion('2.0.0', '3.0.0', release), { next: '3.0.0' });
  assert.deepEqual(nextVersion('2.0.0', '4.0.0', release), { missing: '4.0.0' });
});

test('whatever the releases say, each step leads up and no higher than the goal', () => {
  const version = fc.integer({ min: 0, max: 9 }).map((major) => `${major}.0.0`);
  const milestone = fc.record({
    version,
    steppingStones: fc.array(fc.record({ below: version, via: version }), { maxLength: 5 }),
  });
  fc.assert(
    fc.property(fc.array(milestone, { maxLength: 10 }), version, version, (all, from, to) => {
      fc.pre((compareVersions(from, to) ?? 0) < 0);
      const step = nextVersion(from, to, releases(...all));
      if ('missing' in step) return;
      assert.ok((compareVersions(from, step.next) ?? 0) < 0);
      assert.ok((compareVersions(step.next, to) ?? 1) <= 0);
    }),
    { numRuns: 1_000 },
  );
});
