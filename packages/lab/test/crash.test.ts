/** Every flow is cut off at its operations: nothing is broken; and disks for careless programs are found out. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Carelessness, carelessnesses } from '../src/crash/careless.ts';
import type { CrashTally } from '../src/crash/cuts.ts';
import type { CrashFlow } from '../src/crash/flow.ts';
import { crashFlows } from '../src/crash/flows.ts';

/** Seeds of each flow, and how many calls lie between two that are cut. */
const seeds = Number(process.env.SEEDS ?? 2);
const stride = Number(process.env.STRIDE ?? 32);

/** What this run has seen of all flows. */
const tallies: CrashTally[] = [];

function flowNamed(name: string): CrashFlow {
  const found = crashFlows.find((flow) => flow.name === name);
  assert.ok(found, `there is no flow ${name}`);
  return found;
}

function carelessNamed(name: string): Carelessness {
  const found = carelessnesses.find((one) => one.name === name);
  assert.ok(found, `nobody is careless in the way ${name}`);
  return found;
}

for (const flow of crashFlows) {
  test(`${flow.name}: whatever is cut off ends as promised`, async () => {
    // Where a whole client comes back, a recovery takes long: `holdfast lab crash` cuts it as often as the others.
    const isLong = /^(client-|component-|rescue)/.test(flow.name);
    // A trial lasts minutes of virtual time, all of it watched.
    const every = /^client-(upgrade|revert)/.test(flow.name) ? stride * 5 : stride;
    const tally = await flow.run({
      seeds: isLong ? Math.ceil(seeds / 2) : seeds,
      stride: every,
      secondStride: isLong ? 0 : 40,
      randomWays: 2,
    });
    tallies.push(tally);
    assert.deepEqual(tally.brokenPromises, []);
    assert.equal(tally.broken, 0);
    assert.ok(tally.states > 0 && tally.cuts >= tally.operations / every);
  });
}

test('the flows are cut while they recover too', () => {
  const twice = tallies.reduce((sum, tally) => sum + tally.secondCuts, 0);
  assert.ok(twice > tallies.length, `only ${twice}`);
});

/** Broken promises of a flow on a disk for careless programs; of which cut, and which problem. */
async function brokenBy(how: string, name: string, every: number): Promise<CrashTally> {
  const options = { stride: every, secondStride: 0, randomWays: 2, careless: carelessNamed(how) };
  return await flowNamed(name).run(options);
}

const bites: readonly (readonly [how: string, flow: string, stride: number, problem: RegExp])[] = [
  ['never-syncs', 'journal-compaction', 6, /were durable|damaged at byte 0/],
  ['renames-first', 'journal-compaction', 1, /damaged at byte 0/],
  ['removes-first', 'journal-compaction', 1, /has 0 entries/],
  ['forgets-names', 'journal-compaction', 6, /has \d+ entries/],
  ['never-syncs', 'policy-apply', 3, /never told|clients|policy|not reached|other messages|another message/],
  ['never-syncs', 'outbox-delivery', 9, /never told|another message|lost|not reached|streams/],
  ['never-syncs', 'program-install', 9, /tool|never told|streams|not reached/],
  ['renames-first', 'msi-install', 4, /neither before nor after/],
  ['removes-first', 'msi-uninstall', 3, /neither before nor after|does not come back/],
  ['never-syncs', 'msi-repair', 9, /neither before nor after|does not come back/],
  ['never-syncs', 'component-repair', 40, /not as it was released|is missing|does not come back/],
  ['forgets-names', 'rescue', 40, /nobody is told|is left|does not come back/],
];

for (const [how, name, every, problem] of bites) {
  test(`${name} on a disk that ${how} breaks promises`, async () => {
    const { broken, brokenPromises } = await brokenBy(how, name, every);
    assert.ok(broken > 0, 'the checks of this flow see nothing');
    const problems = brokenPromises.flatMap((one) => one.problems);
    assert.ok(
      problems.some((one) => problem.test(one)),
      problems.slice(0, 5).join('\n'),
    );
  });
}

test('the same cut is the same every time, and is told in words', async () => {
  const flow = flowNamed('journal-compaction');
  const careless = carelessNamed('renames-first');
  const options = { seeds: 1, careless, secondStride: 5, randomWays: 3 };
  const [one, other] = [await flow.run(options), await flow.run(options)];
  assert.deepEqual(one, other);
  const twice = one.brokenPromises.find((broken) => broken.again !== undefined);
  for (const broken of [one.brokenPromises[0], twice]) {
    assert.ok(broken !== undefined);
    const told = await flow.tell(broken, careless);
    assert.deepEqual(told.problems, broken.problems);
    assert.match(told.text, new RegExp(`cut off before call ${broken.at}: `));
    assert.match(told.text, /Then the machine does this:\n {2}keeper /);
    assert.match(told.text, /BROKEN:/);
  }
});

test('a call or a way that is not there is refused', async () => {
  const flow = flowNamed('journal-compaction');
  await assert.rejects(flow.tell({ seed: 1, at: 100_000, way: 'all-lost' }), { code: 'not-found' });
  await assert.rejects(flow.tell({ seed: 1, at: 1, way: 'sideways' }), { code: 'not-found' });
  const again = { at: 100_000, way: 'all-lost' };
  await assert.rejects(flow.tell({ seed: 1, at: 1, way: 'killed', again }), { code: 'not-found' });
});
