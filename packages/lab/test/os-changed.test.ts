/** Scenario os-changed: through two upgrades of Windows the client stays who it is, and everything is looked at anew. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { osChanged } from '../src/scenarios/os-changed/scenario.ts';
import { onlyHoldfastKeepsAll, seedTellsAll, timelineWith } from './support/stories.ts';

test('holdfast loses none; one that believes, one that tries once and one that forgets who it is lose many', async () => {
  await onlyHoldfastKeepsAll(osChanged, 5);
});

test('a seed gives the same world to every profile, and the same trace to the same profile', async () => {
  await seedTellsAll(osChanged, 1);
});

test('the driver waits for file protection with a reason, and follows when it serves', async () => {
  const told = await timelineWith(osChanged, 'holdfast', /screen waits for protection-ready/);
  const order = [
    'The operating system was changed from Microsoft Windows XP 5.1.2600 to Microsoft Windows 7 6.1.7601',
    'screen waits for protection-ready: Win32 21',
    'file protection is initialised',
    'screen: 1.0.0-seven installed and verified',
  ];
  const places = order.map((text) => told.indexOf(text));
  assert.ok(!places.includes(-1), told);
  assert.deepEqual(
    places,
    places.toSorted((one, other) => one - other),
  );
});

test('a driver that set-up left behind is mended from the kept package, and follows', async () => {
  const told = await timelineWith(osChanged, 'holdfast', /leaves behind: .*screen\\seven/);
  assert.match(
    told,
    /component screen: restored .*screen\/seven\/screen\.mjs[\s\S]*screen: 1\.0\.0-seven installed/,
  );
});
