/** Scenario page-for-a-package: a page that comes with status 200 is never taken for the client, whatever its length. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pageForAPackage } from '../src/scenarios/page-for-a-package/scenario.ts';
import { onlyHoldfastKeepsAll, seedTellsAll, timelineWith } from './support/stories.ts';

test('holdfast loses none, and a bootstrap that runs what it was sent loses many', async () => {
  await onlyHoldfastKeepsAll(pageForAPackage, 40);
});

test('a seed gives the same world to every profile, and the same trace to the same profile', async () => {
  await seedTellsAll(pageForAPackage, 1);
});

test('a page that says what it is, is refused before a byte of it is written', async () => {
  const told = await timelineWith(pageForAPackage, 'holdfast', /A web page came in the place of the content/);
  assert.match(told, /download waits \(network\.response-invalid\)[\s\S]*it is a client of its site$/);
});

test('one of the right length that calls itself bytes is told by its hash, and never installed', async () => {
  const told = await timelineWith(pageForAPackage, 'holdfast', /its hash differs/);
  assert.match(told, /content\.hash-mismatch[\s\S]*it is a client of its site$/);
});

test('the careless bootstrap saves the page as the package', async () => {
  const told = await timelineWith(pageForAPackage, 'careless', /is saved and run/);
  assert.match(told, /LOST: a page lies where the client should be/);
});
