/** Scenario debian-upgrade: what a careless agent loses, and the client does not. `DEBIAN_SEEDS=200` for more than a slice. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { debianUpgrade } from '../src/scenarios/debian-upgrade/scenario.ts';
import type { Outcome } from '../src/scenarios/scenario.ts';
import { timelineText } from '../src/timeline/text.ts';

const slice = Number(process.env.DEBIAN_SEEDS ?? 24);
const fivePercent = slice * 0.05;

async function outcomes(profile: string): Promise<readonly Outcome[]> {
  const all: Outcome[] = [];
  for (let seed = 1; seed <= slice; seed += 1) all.push(await debianUpgrade.run(profile, seed));
  return all;
}

const refused = /dpkg frontend lock was locked by another process/;

test('careless loses at least 5 % of its machines, most of them because dpkg was locked', async () => {
  const lost = (await outcomes('careless')).filter((one) => one.lost);
  assert.ok(lost.length >= fivePercent && lost.length < slice / 2, `${lost.length} of ${slice} lost`);
  const byLock = lost.filter(({ events }) => events.some(({ text }) => refused.test(text)));
  assert.ok(byLock.length > lost.length / 2, `${byLock.length} of ${lost.length} by the lock`);
});

test('holdfast loses none, and in at least 5 % it waited for dpkg', async () => {
  const all = await outcomes('holdfast');
  const lost = all.filter((one) => one.lost).map(({ seed, reason }) => `seed ${seed}: ${reason}`);
  assert.deepEqual(lost, []);
  const waited = all.filter(({ events }) => events.some(({ gate }) => gate === 'installer-idle'));
  assert.ok(waited.length >= fivePercent, `only ${waited.length} waited`);
});

test('the same machine is lost by the one and kept by the other, and the timeline says why', async () => {
  const careless = (await outcomes('careless')).find((one) => one.lost);
  assert.ok(careless !== undefined);
  const { seed } = careless;
  assert.match(
    timelineText(careless.events),
    /the script ended with 0 \(dpkg: 2, .*locked by another process/,
  );
  assert.match(timelineText(careless.events), /LOST: rc-driver is not-installed$/);
  const ours = await debianUpgrade.run('holdfast', seed);
  assert.equal(ours.worldHash, careless.worldHash);
  assert.match(
    timelineText(ours.events),
    /# +.* waits for installer-idle: unattended-upgr \(process \d+\) holds dpkg's lock/,
  );
  assert.match(timelineText(ours.events), /Remote control driver 2\.0-1\+deb12u1 is present/);
  const again = await debianUpgrade.run('careless', seed);
  assert.equal(again.traceHash, careless.traceHash);
  assert.notEqual(ours.traceHash, careless.traceHash);
});
