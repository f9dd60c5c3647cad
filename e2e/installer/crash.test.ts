/**
 * Generated packages, each installed, repaired, replaced and removed: cut off, and told a failure, at every operation.
 * With --full it is 200 packages; with EVERY_CALL=1 at every single call to the disk, which takes six times as long.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allLost, byChance, clientKilled } from '../../packages/lab/src/crash/downfalls.ts';
import { failAt } from '../../packages/lab/test/support/installer-failures.ts';
import { storiesOf } from '../../packages/lab/test/support/installer-packages.ts';
import {
  type Cuts,
  cutAt,
  cutTwice,
  everyCall,
  everyOperation,
  tell,
} from '../../packages/lab/test/support/installer-story.ts';

const full = process.env.HOLDFAST_FULL === '1';

/** Seeds of the packages; a part of them where FROM and TO are given, for several machines. */
const from = Number(process.env.FROM ?? 1);
const to = Number(process.env.TO ?? (full ? 200 : 1));
const everyOne = process.env.EVERY_CALL === '1';

const all = { packages: 0, operations: 0, cuts: 0, twice: 0, failures: 0, ms: performance.now() };

function none({ problems, made }: Cuts, story: string): number {
  assert.deepEqual(problems.slice(0, 5), [], `${story}: ${problems.length} of ${made}`);
  return made;
}

for (let seed = from; seed <= to; seed += 1) {
  test(`package ${seed}: every cut and every failure ends before or after`, async () => {
    const choice = everyOne ? everyCall() : everyOperation(seed);
    const stories = await storiesOf(seed, async (story) => (await tell(story)).tree);
    for (const story of Object.values(stories)) {
      const told = await tell(story);
      all.operations += told.moments.starts.length;
      all.cuts += none(await cutAt(told, [allLost, byChance, clientKilled], choice), story.name);
      const apart = everyOne ? 1 : 4;
      const twice = await cutTwice(told, [clientKilled, byChance], [41 * apart, 11 * apart]);
      all.twice += none(twice, story.name);
      all.failures += none(await failAt(story, told, choice), story.name);
    }
    all.packages += 1;
  });
}

test('the figures of this run', () => {
  const seconds = Math.round((performance.now() - all.ms) / 1000);
  console.log(
    `${all.packages} packages, every ${everyOne ? 'call' : `operation (${all.operations})`}: ${all.cuts} power cuts and kills, ${all.twice} more during recovery, ${all.failures} failures, ${seconds} s`,
  );
});
