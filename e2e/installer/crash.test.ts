/**
 * Generated packages, each installed, repaired, replaced and removed: cut off before every single call that changes the
 * disk, and told a failure at every single call that can fail. With --full it is 200 packages.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allLost, byChance, clientKilled } from '../../packages/lab/src/crash.ts';
import { storiesOf } from '../../packages/lab/test/support/installer-packages.ts';
import {
  type Cuts,
  cutEverywhere,
  cutTwice,
  failEverywhere,
  tell,
} from '../../packages/lab/test/support/installer-story.ts';

const full = process.env.HOLDFAST_FULL === '1';

/** Seeds of the packages; a part of them where FROM and TO are given, for several machines. */
const from = Number(process.env.FROM ?? 1);
const to = Number(process.env.TO ?? (full ? 200 : 1));
/** Only every so-manieth call, where the time for all is not there. */
const stride = Number(process.env.STRIDE ?? 1);

const all = { packages: 0, cuts: 0, twice: 0, failures: 0, ms: performance.now() };

function none({ problems, made }: Cuts, story: string): number {
  assert.deepEqual(problems.slice(0, 5), [], `${story}: ${problems.length} of ${made}`);
  return made;
}

for (let seed = from; seed <= to; seed += 1) {
  test(`package ${seed}: every cut and every failure ends before or after`, async () => {
    const stories = await storiesOf(seed, async (story) => (await tell(story)).tree);
    for (const story of Object.values(stories)) {
      const told = await tell(story);
      all.cuts += none(await cutEverywhere(told, [allLost, byChance, clientKilled], stride), story.name);
      all.twice += none(
        await cutTwice(told, [clientKilled, byChance], [41 * stride, 11 * stride]),
        story.name,
      );
      all.failures += none(await failEverywhere(story, told, stride), story.name);
    }
    all.packages += 1;
  });
}

test('the figures of this run', () => {
  const seconds = Math.round((performance.now() - all.ms) / 1000);
  console.log(
    `${all.packages} packages, ${stride === 1 ? 'every call' : `one call in ${stride}`}: ${all.cuts} power cuts and kills, ${all.twice} more during recovery, ${all.failures} failures, ${seconds} s`,
  );
});
