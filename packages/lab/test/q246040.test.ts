/** Scenario q246040: all clients of a branch verify themselves on the same day. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { q246040 } from '../src/scenarios/q246040/scenario.ts';
import { onlyHoldfastKeepsAll, seedTellsAll, timelineWith } from './support/stories.ts';

test('holdfast finds the damage without filling the line; SMS 2.0 does one of the two', async () => {
  await onlyHoldfastKeepsAll(q246040, 10);
});

test('a seed gives the same world to every profile, and the same trace to the same profile', async () => {
  await seedTellsAll(q246040, 2);
});

test('SMS 2.0 copies all agents of all clients, and the line is full', async () => {
  const told = await timelineWith(q246040, 'sms2', /LOST: the line was full/);
  assert.match(told, /the line is full for half an hour: nobody in the branch can work/);
  assert.match(told, /the line is free again after \d+ minutes/);
});

test('with Cliverify switched off nothing goes over the line, and damage stays', async () => {
  const told = await timelineWith(q246040, 'sms2-cliverify-off', /LOST: PC\d+ has a damaged agent/);
  assert.match(told, /0\.0 MB went over the line/);
});

test('holdfast finds the damaged agent by its hash and fetches that agent alone', async () => {
  const told = await timelineWith(q246040, 'holdfast', /was repaired and verified/);
  assert.match(
    told,
    /(PC\d+): \w+\.dll is (?:deleted|altered)[\s\S]*\1: .* is broken: file [\s\S]*\1: .* was repaired/,
  );
  assert.doesNotMatch(told, /the line is full/);
});
