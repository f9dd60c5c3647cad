/** Scenario q257224: remote control is reinstalled during the periodic component verify. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { q257224 } from '../src/scenarios/q257224/scenario.ts';
import { runSeeds } from '../src/scenarios/scenario.ts';
import { onlyHoldfastKeepsAll, seedTellsAll, timelineWith } from './support/stories.ts';

test('holdfast answers whenever it is wanted; SMS 2.0, and the engine without its gate, do not', async () => {
  await onlyHoldfastKeepsAll(q257224, 50);
});

test('a seed gives the same world to every profile, and the same trace to the same profile', async () => {
  // One with a session and a damaged driver at the time of the verify cycle: the profiles differ.
  await seedTellsAll(q257224, 10);
});

test('the workaround of the article, a restart of the computer, cures every machine that is lost', async () => {
  const { lost, cured } = await runSeeds(q257224, 'sms2', 50);
  assert.equal(cured, lost);
});

test('SMS 2.0: the agent is disabled, the status is Install pending, and nobody answers until the restart', async () => {
  const told = await timelineWith(q257224, 'sms2', /LOST: a technician could not take/);
  const story =
    /agent is disabled; Remote Control: Install pending[\s\S]*nobody answers: the Remote Control agent/;
  assert.match(told, story);
  assert.match(told, /somebody restarts the computer[\s\S]*Remote Control is reinstalled: ended with 0/);
});

test('SMS 2.0 cuts off a technician who is at work', async () => {
  await timelineWith(q257224, 'sms2', /the technician was cut off: the agent was stopped/);
});

test('holdfast leaves alone what is whole, and repairs at once what is not', async () => {
  const told = await timelineWith(q257224, 'holdfast', /^Wuser32\.exe is deleted/);
  assert.match(told, /is deleted[\s\S]*byte for byte[\s\S]*repair begins[\s\S]*every post-condition holds/);
  const whole = await timelineWith(q257224, 'holdfast', /a technician takes the machine/);
  assert.ok(!whole.includes('repair begins') || whole.includes('is deleted'));
});

test('holdfast waits with a repair until nobody controls the machine', async () => {
  const told = await timelineWith(q257224, 'holdfast', /waiting for no-remote-session/);
  const story =
    /# +remote-control: waiting for no-remote-session[\s\S]*the technician is done[\s\S]*repair begins/;
  assert.match(told, story);
});
