/** Scenario pending-restart: other people's files for the next restart are not waited for, our own are, with the reason. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pendingRestart } from '../src/scenarios/pending-restart/scenario.ts';
import { onlyHoldfastKeepsAll, seedTellsAll, timelineWith } from './support/stories.ts';

test('holdfast loses none; whoever does not look, and whoever looks at everybody’s files, lose many', async () => {
  await onlyHoldfastKeepsAll(pendingRestart, 30);
});

test('a seed gives the same world to every profile, and the same trace to the same profile', async () => {
  await seedTellsAll(pendingRestart, 1);
});

test('our own files: the timeline tells of the gate, of the reason at the site, and of the installation after the restart', async () => {
  const own = /left for the next restart: C:\\Program Files\\Tool\\tool\.exe is removed/;
  const told = await timelineWith(pendingRestart, 'holdfast', own);
  assert.match(told, /# +Tool 2\.0 waits for pending-reboot: c:\\program files\\tool\\tool\.exe is removed/);
  assert.match(
    told,
    /\* +: +waiting: Tool 2\.0 waits for pending-reboot: c:\\program files\\tool\\tool\.exe/,
  );
  assert.match(
    told,
    /the machine is restarted[\s\S]*tool\.exe is removed[\s\S]*Installation of Tool 2\.0 started/,
  );
  assert.match(told, /succeeded: Tool 2\.0 is present[\s\S]*it is there after the restart$/);
});

test('our own folder: one that the restart renames takes our files with it, so it is waited for too', async () => {
  const own = /left for the next restart: C:\\Program Files\\Tool becomes/;
  const told = await timelineWith(pendingRestart, 'holdfast', own);
  assert.match(told, /# +Tool 2\.0 waits for pending-reboot: c:\\program files\\tool is replaced/);
});

test('somebody else’s files: the set-up runs at once, where the overcautious one refuses without a reason', async () => {
  const foreign = /Tool 2\.0 was there before the restart/;
  const told = await timelineWith(pendingRestart, 'holdfast', foreign);
  assert.doesNotMatch(told, /waits for/);
  const refused = await timelineWith(pendingRestart, 'overcautious', /refuses with exit code 1603/);
  assert.match(refused, /failed: Tool 2\.0: exit code 1603/);
  assert.match(refused, /LOST/);
});

test('the careless set-up ends with exit code 0, and the restart undoes it', async () => {
  const told = await timelineWith(
    pendingRestart,
    'careless',
    /LOST: the site was told of success, and the restart undid/,
  );
  assert.match(told, /succeeded: Tool 2\.0: exit code 0[\s\S]*the machine is restarted[\s\S]*Tool/);
});
