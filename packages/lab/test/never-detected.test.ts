/** Scenario never-detected: one retry, then held, told once, and let go with a corrected rule. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { neverDetected } from '../src/scenarios/never-detected/scenario.ts';
import { onlyHoldfastKeepsAll, seedTellsAll, timelineWith } from './support/stories.ts';

test('holdfast never loops; who runs what he does not see, does', async () => {
  await onlyHoldfastKeepsAll(neverDetected, 40);
});

test('a seed gives the same world to every profile, and the same trace to the same profile', async () => {
  await seedTellsAll(neverDetected, 1);
});

test('a wrong rule: one retry, held once with its reason, and verified without a run once it is corrected', async () => {
  const told = await timelineWith(neverDetected, 'holdfast', /corrects the rule/);
  assert.equal(told.match(/held after 2 attempts/g)?.length, 1);
  const [, after = ''] = told.split('the administrator corrects the rule');
  assert.match(after, /is present: every detection rule holds/);
  assert.doesNotMatch(after, /started$/m);
});

test('a wrong rule that stays wrong is held to the end, whatever restarts', async () => {
  const told = await timelineWith(neverDetected, 'holdfast', /the site has it as held/);
  assert.match(told, /held after 2 attempts[\s\S]*Windows starts/);
  assert.equal(told.match(/held after 2 attempts/g)?.length, 1);
});

test('the careless agent runs it again and again', async () => {
  const told = await timelineWith(
    neverDetected,
    'careless',
    /LOST: it ran \d+ times, and nothing was gained/,
  );
  assert.ok((told.match(/is not seen: setup\.exe is run/g)?.length ?? 0) > 3);
});
