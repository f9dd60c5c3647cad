/** The real client deploys over dpkg, and is cut off at its calls and at dpkg's. `EVERY_CALL=1` for all of them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allLost, byChance, clientKilled, everyCut, powerCuts } from '../src/crash/downfalls.ts';
import { dpkgDeploymentFlow } from '../src/linux/deployment.ts';
import { noTrace } from '../src/world/trace.ts';
import { healingMs, noneOf } from './support/failures.ts';

const seed = 1;
const stride = process.env.EVERY_CALL === '1' ? 1 : 17;
const flow = dpkgDeploymentFlow();

test('a deployment over dpkg reaches its goal, and the same seed gives the same trace twice', async () => {
  const [first, second] = [await flow(seed), await flow(seed)];
  assert.deepEqual(first.problems, []);
  assert.ok(first.calls > 300, `only ${first.calls} calls: dpkg was not run`);
  assert.equal(first.traceHash, second.traceHash);
});

for (const way of [...powerCuts, clientKilled]) {
  test(`a deployment over dpkg survives its downfall at its port calls: ${way.name}`, async () => {
    const { calls } = await flow(seed, [], noTrace);
    const cut = way === byChance ? dpkgDeploymentFlow({ lastCut: true }) : flow;
    const { failures, slowestMs } = await everyCut(cut, seed, calls, way, stride);
    noneOf(failures);
    assert.ok(slowestMs < healingMs, `one recovery took ${slowestMs} ms`);
  });
}

test('where the file system keeps a journal, to ask dpkg alone is enough', async () => {
  const asking = dpkgDeploymentFlow({ packageRuleOnly: true, journal: true });
  const { calls } = await asking(seed, [], noTrace);
  for (const way of [allLost, byChance]) noneOf((await everyCut(asking, seed, calls, way, stride)).failures);
});

test('where it keeps none, dpkg may say that a package is installed whose files are not there', async () => {
  const asking = dpkgDeploymentFlow({ packageRuleOnly: true, lastCut: true });
  const { problems } = await asking(seed, [], noTrace);
  assert.deepEqual(problems, ['the site says succeeded, and the program is not that of the package']);
  assert.deepEqual((await dpkgDeploymentFlow({ lastCut: true })(seed, [], noTrace)).problems, []);
});
