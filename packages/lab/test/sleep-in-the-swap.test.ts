/** Scenario sleep-in-the-swap: a day of sleep in the middle of the swap is no time that the set-up has run. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sleepInTheSwap } from '../src/scenarios/sleep-in-the-swap/scenario.ts';
import { onlyHoldfastKeepsAll, seedTellsAll, timelineWith } from './support/stories.ts';

test('holdfast loses none, and a time limit that counts sleep loses many', async () => {
  await onlyHoldfastKeepsAll(sleepInTheSwap, 40);
});

test('a seed gives the same world to every profile, and the same trace to the same profile', async () => {
  await seedTellsAll(sleepInTheSwap, 1);
});

test('on wake the set-up goes on where it was, and the site hears of it when the network is back', async () => {
  const told = await timelineWith(sleepInTheSwap, 'holdfast', /the laptop wakes/);
  const [, awake = ''] = told.split('the laptop wakes, without a network yet\n');
  assert.match(awake, /^\+26:/);
  assert.match(
    awake,
    /Installation of Tool 2\.0 ended with exit code 0[\s\S]*succeeded: Tool 2\.0 is present/,
  );
  assert.equal(told.match(/Installation of Tool 2\.0 started/g)?.length, 1);
});

test('a battery that is empty meanwhile leaves a swap that is taken up after the start', async () => {
  const told = await timelineWith(sleepInTheSwap, 'holdfast', /the battery is empty/);
  assert.match(told, /Windows starts[\s\S]*it was interrupted, and file .* tried again/);
  assert.match(told, /exactly Tool 2\.0 is there, and the site knows it$/);
});

test('the careless profile ends the set-up for the time that it slept, in the middle of the swap', async () => {
  const told = await timelineWith(sleepInTheSwap, 'careless', /longer than 10 minutes/);
  assert.match(
    told,
    /the laptop wakes[\s\S]*longer than 10 minutes[\s\S]*failed: Tool 2\.0: context deadline exceeded/,
  );
  assert.match(told, /LOST: the files of Tool are of no one version/);
});
