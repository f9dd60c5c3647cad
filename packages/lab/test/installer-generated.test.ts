/** Generated packages: installed, repaired, replaced, removed; cut off and failing; twice, and to the last trace. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allLost, byChance, clientKilled } from '../src/crash/downfalls.ts';
import type { Story } from '../src/flows/installer/packages.ts';
import { differences } from '../src/flows/installer/root.ts';
import { failAt } from './support/installer-failures.ts';
import { storiesOf } from './support/installer-packages.ts';
import { type Cuts, cutAt, everyCall, type Told, tell } from './support/installer-story.ts';

/** Packages of the sample, and how many calls of a run lie between two that are cut off or fail. */
const sample = Array.from({ length: Number(process.env.SEEDS ?? 10) }, (_, seed) => seed + 1);
const stride = Number(process.env.STRIDE ?? 60);

function none({ problems, made }: Cuts): void {
  assert.deepEqual(problems.slice(0, 5), [], `${problems.length} of ${made}`);
}

async function endOf(story: Story): Promise<Told> {
  const told = await tell(story);
  assert.equal(told.result.exitCode, 0, `${story.name}: ${JSON.stringify(told.result)}`);
  return told;
}

for (const seed of sample) {
  test(`package ${seed}: every end is before or after, repair twice changes nothing, removal leaves nothing`, async () => {
    const stories = await storiesOf(seed, async (story) => (await endOf(story)).tree);
    for (const story of Object.values(stories)) {
      const told = await endOf(story);
      none(await cutAt(told, [allLost, byChance, clientKilled], everyCall(stride)));
      none(await failAt(story, told, everyCall(4 * stride)));
    }
    const repaired = await endOf(stories.repair);
    const again = await endOf({ ...stories.repair, before: repaired.tree });
    assert.deepEqual(differences(again.after, repaired.after), []);
    assert.deepEqual(differences(repaired.after, again.after), []);
    if (stories.uninstall === undefined) return;
    const removed = await endOf(stories.uninstall);
    const fresh = await endOf(stories.install);
    assert.deepEqual({ left: differences(removed.after, fresh.before) }, { left: [] });
    assert.deepEqual({ taken: differences(fresh.before, removed.after) }, { taken: [] });
  });
}
