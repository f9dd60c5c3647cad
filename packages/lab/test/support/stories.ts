/** What the tests of stories from the field share: how many are lost, and that a seed is a whole story. */
import assert from 'node:assert/strict';
import { type Outcome, runSeeds, type Scenario } from '../../src/scenarios/scenario.ts';
import { timelineText } from '../../src/timeline/text.ts';

/** No machine is lost with Holdfast, and at least 5 % of them with each of the others; in seeds 1 to `seeds`. */
export async function onlyHoldfastKeepsAll(scenario: Scenario, seeds: number): Promise<void> {
  const tally = await runSeeds(scenario, 'holdfast', seeds);
  assert.equal(tally.lost, 0, `${tally.lost} lost, the first with seed ${tally.firstLostSeed}`);
  for (const { name } of scenario.profiles) {
    if (name === 'holdfast') continue;
    const { lost } = await runSeeds(scenario, name, seeds);
    assert.ok(lost >= seeds * 0.05, `${name} loses only ${lost} of ${seeds}`);
  }
}

/** One world for all profiles, one trace for each of them, and another world for another seed. */
export async function seedTellsAll(scenario: Scenario, seed: number): Promise<void> {
  const outcomes: Outcome[] = [];
  for (const { name } of scenario.profiles) {
    const outcome = await scenario.run(name, seed);
    const again = await scenario.run(name, String(seed));
    assert.equal(again.traceHash, outcome.traceHash);
    assert.deepEqual(again.events, outcome.events);
    outcomes.push(outcome);
  }
  const hashes = (of: (outcome: Outcome) => string) => new Set(outcomes.map(of)).size;
  assert.equal(
    hashes(({ worldHash }) => worldHash),
    1,
  );
  assert.equal(
    hashes(({ traceHash }) => traceHash),
    outcomes.length,
  );
  const other = await scenario.run('holdfast', seed + 1);
  assert.notEqual(other.worldHash, outcomes[0]?.worldHash);
}

/** The timeline of the first seed whose story with this profile has a line like this. */
export async function timelineWith(scenario: Scenario, profile: string, line: RegExp): Promise<string> {
  for (let seed = 1; seed <= 100; seed += 1) {
    const { events } = await scenario.run(profile, seed);
    if (events.some(({ text }) => line.test(text))) return timelineText(events);
  }
  throw new Error(`no story of ${scenario.name} with ${profile} tells ${line}`);
}
