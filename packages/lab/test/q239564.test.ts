/** Scenario q239564: client components are reinstalled during the periodic verification. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { q239564 } from '../src/scenarios/q239564/scenario.ts';
import { onlyHoldfastKeepsAll, seedTellsAll, timelineWith } from './support/stories.ts';

test('holdfast reinstalls nothing that is whole, and forgets no schedule; SMS 2.0 does', async () => {
  await onlyHoldfastKeepsAll(q239564, 40);
});

test('a seed gives the same world to every profile, and the same trace to the same profile', async () => {
  await seedTellsAll(q239564, 1);
});

test('SMS 2.0: all base and optional components are reinstalled, and inventories are taken at once', async () => {
  const told = await timelineWith(q239564, 'sms2', /6 of 6 components to reinstall/);
  assert.match(
    told,
    /reinstalled: Base, .*; ended with 0[\s\S]*HardwareInventory is taken, regardless of its schedule/,
  );
});

test('holdfast repairs the inventory that is damaged, and its schedule stays', async () => {
  const told = await timelineWith(q239564, 'holdfast', /^HardwareInventory: repair begins/);
  assert.equal(told.match(/repair begins/g)?.length, 1);
  assert.doesNotMatch(told, /regardless of its schedule/);
});
