/** Scenario removed-at-restart: exit code 0 is no promise for the next restart. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { removedAtRestart } from '../src/scenarios/removed-at-restart/scenario.ts';
import { onlyHoldfastKeepsAll, seedTellsAll, timelineWith } from './support/stories.ts';

test('holdfast loses none, and whoever believes exit code 0 loses many', async () => {
  await onlyHoldfastKeepsAll(removedAtRestart, 40);
});

test('a seed gives the same world to every profile, and the same trace to the same profile', async () => {
  await seedTellsAll(removedAtRestart, 1);
});

test('a removal that is there to see is no success before the restart, and after it fails with its reason', async () => {
  const told = await timelineWith(removedAtRestart, 'holdfast', /tool\.exe is removed at the next restart/);
  const [before = '', after = ''] = told.split('the machine is restarted\n');
  assert.match(
    before,
    /reboot-pending: Tool 2\.0 needs a restart of the machine: c:\\program files\\tool\\tool\.exe is removed/,
  );
  assert.doesNotMatch(before, /succeeded/);
  const failed =
    /waiting: Installation of Tool 2\.0: the machine has restarted, and file .*tool\.exe is missing/;
  assert.match(after, failed);
  assert.match(after, /succeeded: Tool 2\.0 is present/);
});

test('a removal that nobody could see is told as the restart’s doing, and repaired', async () => {
  const told = await timelineWith(removedAtRestart, 'holdfast', /a clean-up that the old version had left/);
  assert.match(
    told,
    /broken: Tool 2\.0 is broken: the machine has restarted since it was verified, and file .*tool\.exe/,
  );
  assert.match(told, /broken: [\s\S]*succeeded: Tool 2\.0 was repaired and verified/);
});

test('a file that the restart replaces is waited for, and not taken for a failure', async () => {
  const told = await timelineWith(removedAtRestart, 'holdfast', /the new one comes at the restart/);
  assert.match(told, /reboot-pending: .*tool\.dll is replaced at the next restart/);
  assert.equal(told.match(/Installation of Tool 2\.0 started/g)?.length, 1);
});

test('the careless profile is told nothing, and nothing is left to run', async () => {
  const told = await timelineWith(removedAtRestart, 'careless', /LOST/);
  assert.match(told, /succeeded: Tool 2\.0: exit code 0/);
  assert.match(told, /LOST: the files of Tool are of no one version$/);
});
