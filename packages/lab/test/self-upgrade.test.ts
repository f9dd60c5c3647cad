/** Scenarios of a client's own upgrade: sleep, a site without time, and the way back; careless launchers lose in each. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sleepInTheTrial } from '../src/scenarios/self-upgrade/sleep-in-the-trial.ts';
import { trialWithoutSite } from '../src/scenarios/self-upgrade/trial-without-site.ts';
import { wayBack } from '../src/scenarios/self-upgrade/way-back.ts';
import { onlyHoldfastKeepsAll, seedTellsAll, timelineWith } from './support/stories.ts';

/** More by HOLDFAST_SCENARIO_SEEDS. */
const seeds = Number(process.env.HOLDFAST_SCENARIO_SEEDS ?? 7);

for (const scenario of [sleepInTheTrial, trialWithoutSite, wayBack]) {
  test(`${scenario.name}: holdfast loses none, and the others lose many`, async () => {
    await onlyHoldfastKeepsAll(scenario, seeds);
  });

  test(`${scenario.name}: a seed gives the same world to every profile, and the same trace to the same profile`, async () => {
    await seedTellsAll(scenario, 1);
  });
}

for (const phase of ['taken', 'switched', 'proving']) {
  test(`a laptop that falls asleep in phase ${phase} takes the version up on wake`, async () => {
    const told = await timelineWith(sleepInTheTrial, 'holdfast', new RegExp(`phase ${phase}`));
    assert.match(told, /exactly the right version runs, and the site knows it$/);
  });
}

for (const answer of ['the site answers 429', 'the site answers 503', 'nobody answers']) {
  test(`${answer}: a version on trial waits for its site`, async () => {
    const told = await timelineWith(trialWithoutSite, 'holdfast', new RegExp(answer));
    assert.match(told, /the trial has waited for the site, and came to the right end$/);
  });
}

test('a version that somebody has removed is not gone back to: the seed runs', async () => {
  const told = await timelineWith(wayBack, 'holdfast', /somebody removes version/);
  assert.match(told, /version 1\.0\.0 runs, and the site knows why$/);
});
