/** Scenario other-architecture: what was built for other machines is no package for this one, however it comes. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { otherArchitecture } from '../src/scenarios/other-architecture/scenario.ts';
import { onlyHoldfastKeepsAll, seedTellsAll, timelineWith } from './support/stories.ts';

test('holdfast loses none, and a bootstrap that goes by product and version loses many', async () => {
  await onlyHoldfastKeepsAll(otherArchitecture, 40);
});

test('a seed gives the same world to every profile, and the same trace to the same profile', async () => {
  await seedTellsAll(otherArchitecture, 1);
});

test('a release without a package for this machine is a missing prerequisite that the site hears of', async () => {
  const told = await timelineWith(otherArchitecture, 'holdfast', /has no package for linux x64/);
  assert.match(told, /manifest failed \(setup\.prerequisite\)[\s\S]*it is a client of its site$/);
});

test('a package that is called ours is known for what it is by its own signed manifests', async () => {
  const told = await timelineWith(otherArchitecture, 'holdfast', /is of architecture arm64, not x64/);
  assert.match(told, /install (waits|failed) \(component\.damaged\)[\s\S]*it is a client of its site$/);
});

test('the careless bootstrap installs the first package of the list', async () => {
  const told = await timelineWith(otherArchitecture, 'careless', /linux-arm64\.tar\.gz is saved and run/);
  assert.match(told, /LOST: the client of another architecture is installed/);
});
