/** Scenario overloaded-site: a site without time for a set-up is waited for as long as it asks, and the package is not blamed. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { overloadedSite } from '../src/scenarios/overloaded-site/scenario.ts';
import { onlyHoldfastKeepsAll, seedTellsAll, timelineWith } from './support/stories.ts';

test('holdfast loses none, and a bootstrap that blames the package for its site loses many', async () => {
  await onlyHoldfastKeepsAll(overloadedSite, 40);
});

test('a seed gives the same world to every profile, and the same trace to the same profile', async () => {
  await seedTellsAll(overloadedSite, 1);
});

test('the set-up waits, says how long, and goes on when the site has time again', async () => {
  const told = await timelineWith(overloadedSite, 'holdfast', /waits \(site\.unavailable\)/);
  assert.match(told, /status (429|503)[\s\S]*components ended/);
  assert.match(told, /the set-up ends with exit code 0[\s\S]*it is a client of its site$/);
});

test('the careless bootstrap gives its package up within a minute', async () => {
  const told = await timelineWith(overloadedSite, 'careless', /it is bad, and not tried again/);
  assert.match(told, /try 5 failed: .*answered with (429|503)/);
  assert.match(told, /LOST: /);
});
