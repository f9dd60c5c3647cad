/** Scenario exit-codes: of every ending of an installer the site knows what is true. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exitCodes } from '../src/scenarios/exit-codes/scenario.ts';
import { onlyHoldfastKeepsAll, seedTellsAll, timelineWith } from './support/stories.ts';

const told = (line: RegExp) => timelineWith(exitCodes, 'holdfast', line);

test('holdfast has the truth of every program; who believes exit codes has not', async () => {
  await onlyHoldfastKeepsAll(exitCodes, 40);
});

test('a seed gives the same world to every profile, and the same trace to the same profile', async () => {
  await seedTellsAll(exitCodes, 1);
});

test('3010 and 1641 count only after the restart', async () => {
  const wanted = await told(/exit code 3010/);
  assert.match(wanted, /exit code 3010[\s\S]*needs a restart[\s\S]*somebody restarts[\s\S]*is present/);
  const started = await told(/^the installer of Program \d restarts/);
  assert.match(
    started,
    /(exit code 1641|of Program \d restarts the machine)[\s\S]*Windows starts[\s\S]*is present/,
  );
});

test('1618 waits and is tried again, 1603 is tried five times at most and then failed', async () => {
  assert.match(
    await told(/exit code 1618/),
    /1618 \(another installation is running\); tried again in \d+ s/,
  );
  const failed = await told(/^Installation of Program \d 1\.0 failed/);
  assert.match(failed, /failed: exit code 1603 \(a fatal error ended it\)/);
});

test('exit code 0 without anything there is held after one retry', async () => {
  const line = await told(/held after/);
  assert.match(line, /ended with exit code 0; verifying[\s\S]*ended well, but .* held after 2 attempts/);
});

test('an exit code of failure is no failure where everything is there', async () => {
  for (let seed = 1; seed <= 60; seed += 1) {
    const { events } = await exitCodes.run('holdfast', seed);
    const ran = events
      .filter(({ text }) => /started$|is present|exit code/.test(text))
      .map(({ text }) => text);
    const quiet = ran.some((text, index) => /started$/.test(text) && /is present/.test(ran[index + 1] ?? ''));
    if (quiet) return;
  }
  assert.fail('no program ended with a failure and was there');
});

test('the careless agent calls there what comes only with the restart', async () => {
  const line = /LOST: Program \d was called there at a time when it was not/;
  const careless = await timelineWith(exitCodes, 'careless', line);
  assert.match(careless, /ended with exit code (0|1641|3010): success/);
});
