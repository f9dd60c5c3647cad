/** A foreign agent is taken over: careless ways leave machines that nobody can see. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crashFlows } from '../src/crash/flows.ts';
import { foreignAgent } from '../src/scenarios/foreign-agent/scenario.ts';
import { onlyHoldfastKeepsAll, seedTellsAll } from './support/stories.ts';

test('whoever removes first, or puts nothing back, loses machines; the client loses none', async () => {
  await onlyHoldfastKeepsAll(foreignAgent, Number(process.env.SEEDS ?? 60));
});

test('a seed tells all of a takeover', async () => {
  await seedTellsAll(foreignAgent, 4);
});

test('a takeover that is cut off in each of its three stories ends with one remote control', async () => {
  const flow = crashFlows.find(({ name }) => name === 'takeover');
  const tally = await flow?.run({ seeds: 3, stride: 12, secondStride: 60, randomWays: 1 });
  assert.deepEqual(tally?.brokenPromises, []);
  assert.ok((tally?.cuts ?? 0) > 100);
});
