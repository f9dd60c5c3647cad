/** A deployment is cut off at every single port call, and converges every time. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allLost, byChance, clientKilled, everyCut, powerCuts } from '../src/crash/downfalls.ts';
import { deploymentFlow } from '../src/flows/deployment.ts';
import type { SimulatedMachine } from '../src/machine/machine.ts';
import { healingMs, noneOf } from './support/failures.ts';

const seed = 1;
const flow = deploymentFlow();
/** With one more power cut at the end: what was told to the site must be durable. */
const flowWithLastCut = deploymentFlow({ lastCut: true });

test('a whole deployment reaches its goal when nothing disturbs it', async () => {
  const { problems, calls } = await flow(seed);
  assert.deepEqual(problems, []);
  assert.ok(calls > 100, `only ${calls} port calls: the flow does not do what it should`);
});

for (const way of powerCuts) {
  test(`a whole deployment survives a power cut at every single port call: ${way.name}`, async () => {
    const { calls } = await flow(seed);
    const { failures, slowestMs } = await everyCut(
      way === byChance ? flowWithLastCut : flow,
      seed,
      calls,
      way,
    );
    noneOf(failures);
    assert.ok(slowestMs < healingMs, `one recovery took ${slowestMs} ms`);
  });
}

test('a disk that only says that it synced is found out', async () => {
  const lies = (machine: SimulatedMachine) => {
    machine.volume.syncFile = () => undefined;
  };
  const trusting = deploymentFlow({ prepare: lies });
  const { failures } = await everyCut(trusting, seed, 100, allLost, 5);
  assert.ok(failures.length > 0, 'the checks of this flow would not see lost work');
});

test('an installer that makes nothing durable is run again after a power cut, until its work stays', async () => {
  const careless = deploymentFlow({ careless: true });
  const { calls } = await careless(seed);
  const { failures } = await everyCut(careless, seed, calls, byChance, 7);
  noneOf(failures);
});

test('the same seed gives the same trace hash twice, another seed another one', async () => {
  const [first, second, other] = [await flow(seed), await flow(seed), await flow(seed + 1)];
  assert.equal(first.traceHash, second.traceHash);
  assert.notEqual(first.traceHash, other.traceHash);
});

test('the same power cut from the same seed gives the same trace hash twice', async () => {
  for (const way of [...powerCuts, clientKilled]) {
    const interruption = { ...way, call: 150 };
    const hashes = [await flow(seed, [interruption]), await flow(seed, [interruption])].map(
      (run) => run.traceHash,
    );
    assert.equal(hashes[0], hashes[1], way.name);
  }
});
