/** Scenario held-pulse: a sign of life that cannot be written is one proof of a death, and one is not enough. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { heldPulse } from '../src/scenarios/held-pulse/scenario.ts';
import { onlyHoldfastKeepsAll, seedTellsAll, timelineWith } from './support/stories.ts';

test('holdfast ends no client that answers, and one proof of a death ends many', async () => {
  await onlyHoldfastKeepsAll(heldPulse, 12);
});

test('a seed gives the same world to every profile, and the same trace to the same profile', async () => {
  await seedTellsAll(heldPulse, 1);
});

test('a pulse that is old while the service answers is said, and nothing else is done', async () => {
  const told = await timelineWith(heldPulse, 'holdfast', /the second starter: doubt/);
  assert.match(
    told,
    /the pulse cannot be written from now on[\s\S]*doubt: the service answers its manager, but/,
  );
});

test('a client that really hangs is ended and lives again', async () => {
  const told = await timelineWith(heldPulse, 'holdfast', /the main loop hangs/);
  assert.match(told, /the main loop hangs[\s\S]*the client is ended[\s\S]*the client starts/);
  assert.match(told, /the client was ended when it hung$/);
});

test('the careless second starter ends a client that works', async () => {
  const told = await timelineWith(heldPulse, 'careless', /the pulse is old, so the client is dead/);
  assert.match(told, /LOST: a client that answers was ended/);
});
