/** Scenario slow-first-boot: the service manager gives 30 seconds, whatever the disk and the network do. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { slowFirstBoot } from '../src/scenarios/slow-first-boot/scenario.ts';
import { onlyHoldfastKeepsAll, seedTellsAll, timelineWith } from './support/stories.ts';

test('holdfast loses none, and a service that reaches its server first loses many', async () => {
  await onlyHoldfastKeepsAll(slowFirstBoot, 40);
});

test('a seed gives the same world to every profile, and the same trace to the same profile', async () => {
  await seedTellsAll(slowFirstBoot, 1);
});

test('the service answers, what the upgrade lost is repaired behind its gate, and the site hears of it later', async () => {
  const told = await timelineWith(slowFirstBoot, 'holdfast', /waits for boot-settled/);
  const answers = /the service answers after (\d+\.\d) s/.exec(told);
  assert.ok(Number(answers?.[1]) < 30);
  assert.match(told, /# +Tool 2\.0 waits for boot-settled: Windows is still setting up/);
  const order = [
    'the service answers',
    'everything has started',
    'repaired and verified',
    'the network is there',
  ];
  const places = order.map((text) => told.indexOf(text));
  assert.deepEqual(
    places,
    places.toSorted((one, other) => one - other),
  );
  const [, online = ''] = told.split('the network is there\n');
  assert.match(online, /broken: .*tool\.dll is missing[\s\S]*succeeded: Tool 2\.0 was repaired and verified/);
});

test('the careless service is given up with error 1053, and nobody starts it again', async () => {
  const told = await timelineWith(slowFirstBoot, 'careless', /given up/);
  assert.match(told, /! +\| .*the service did not answer within 30 s: given up, and not started again/);
  assert.match(told, /LOST: the service did not answer in time, and does not run$/);
});
