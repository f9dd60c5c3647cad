/** Random work and random faults over the real client: its promises hold, and a broken one is seen, shrunk and told again. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isHoldfastError } from '@holdfast/contract';
import { drawPlan } from '../src/explore/draw.ts';
import { faultKinds } from '../src/explore/events.ts';
import { explore, exploreSeeds, exploreTwice } from '../src/explore/explore.ts';
import { readReplay, replay, replayText } from '../src/explore/replay.ts';
import { shrink } from '../src/explore/shrink.ts';
import type { SimulatedMachine } from '../src/machine/machine.ts';
import { newTrace } from '../src/world/trace.ts';

/** More by HOLDFAST_EXPLORE_SEEDS. */
const seeds = Number(process.env.HOLDFAST_EXPLORE_SEEDS ?? 24);

test('every promise is kept through random work and random faults', async () => {
  const { broken, faults, steps } = await exploreSeeds(1, seeds);
  const told = broken.map(({ plan, finding }) => `seed ${plan.seed}: ${finding?.promise}: ${finding?.text}`);
  assert.deepEqual(told, []);
  assert.ok(steps > 10 * seeds, `only ${steps} steps`);
  for (const kind of faultKinds) assert.ok(faults[kind] > 0, `${kind} never happened`);
});

test('the same seed gives the same plan and the same trace, another seed another one', async () => {
  assert.deepEqual(drawPlan(7), drawPlan(7));
  const [first, second, other] = [
    await explore(drawPlan(7), { trace: newTrace() }),
    await explore(drawPlan(7), { trace: newTrace() }),
    await explore(drawPlan(8), { trace: newTrace() }),
  ];
  assert.equal(first.traceHash, second.traceHash);
  assert.notEqual(first.traceHash, other.traceHash);
});

test('two traces of one plan that differ break I12', async () => {
  const plan = drawPlan(7);
  let runs = 0;
  const { finding } = await exploreTwice(plan, { prepare: ({ trace }) => trace.add(runs++) });
  assert.equal(finding?.promise, 'I12');
});

/** A disk that only says that it synced. */
const lies = (machine: SimulatedMachine) => {
  machine.volume.syncFile = () => undefined;
};

test('a disk that only says that it synced is found out, and the story shrinks to the power cut', async () => {
  let failed = await explore(drawPlan(1), { prepare: lies });
  for (let seed = 2; !failed.finding; seed++) failed = await explore(drawPlan(seed), { prepare: lies });
  const { exploration } = await shrink(failed, (plan) => explore(plan, { prepare: lies }));
  assert.equal(exploration.finding?.promise, failed.finding?.promise);
  assert.ok(exploration.plan.events.length <= 2, JSON.stringify(exploration.plan.events));
});

test('a replay file gives the same story again, and what is none is refused', async () => {
  const exploration = await explore(drawPlan(3));
  const again = await replay(readReplay(replayText(exploration)));
  assert.deepEqual(again.timeline, exploration.timeline);
  assert.equal(again.calls, exploration.calls);
  for (const text of ['', '{}', replayText(exploration).replace('"version": 1', '"version": 99')]) {
    assert.throws(
      () => readReplay(text),
      (thrown) => isHoldfastError(thrown, 'request.invalid'),
    );
  }
});
