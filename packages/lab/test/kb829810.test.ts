/** Scenario kb829810: what the careless profile loses, and the engine does not. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytesSource, explainFile } from '@holdfast/msi';
import type { Volume } from '../src/disk/volume.ts';
import { makeFolders } from '../src/machine/machine.ts';
import { repairLine, tryWorkarounds } from '../src/scenarios/kb829810/cures.ts';
import { holdfast } from '../src/scenarios/kb829810/holdfast.ts';
import { live } from '../src/scenarios/kb829810/life.ts';
import { clientPackages } from '../src/scenarios/kb829810/packages.ts';
import type { Profile } from '../src/scenarios/kb829810/profile.ts';
import { kb829810 } from '../src/scenarios/kb829810/scenario.ts';
import { sms2003 } from '../src/scenarios/kb829810/sms2003.ts';
import { drawWorld } from '../src/scenarios/kb829810/world.ts';
import { mergedTally, runSeeds } from '../src/scenarios/scenario.ts';
import { timelineText } from '../src/timeline/text.ts';

const slice = 120;
const fivePercent = slice * 0.05;
/** Each of them has the whole client. */
const clients = 20;

test('sms2003 loses at least 5 % of its machines, each by error 21, and both workarounds cure each', async () => {
  const tally = await runSeeds(kb829810, 'sms2003', slice);
  assert.ok(tally.lost >= fivePercent, `${tally.lost} lost`);
  assert.ok(tally.lost < slice, 'the error comes only in some cases');
  assert.equal(tally.lostWithout21, 0);
  assert.deepEqual(Object.keys(tally.errors), ['21']);
  assert.equal(tally.cured, tally.lost);
});

test('the engine alone loses none, and in at least 5 % its gate was closed by a real 21', async () => {
  const tally = await runSeeds(kb829810, 'engine', slice / 2);
  assert.equal(tally.lost, 0);
  assert.deepEqual(tally.errors, {});
  assert.ok(tally.gateClosedBy21 >= fivePercent / 2, `${tally.gateClosedBy21} closed`);
});

test('the engine without its gate loses at least 5 %: it is the gate that makes the difference', async () => {
  const tally = await runSeeds(kb829810, 'engine-ungated', slice / 2, { withoutCures: true });
  assert.ok(tally.lost >= fivePercent / 2, `${tally.lost} lost`);
  assert.equal(tally.lostWithout21, 0);
  assert.equal(tally.gateClosedBy21, 0);
});

test('the client, enrolled on Windows 2000, loses none on Windows XP, and its gate was closed by a real 21', async () => {
  const tally = await runSeeds(kb829810, 'holdfast', clients);
  assert.equal(tally.lost, 0);
  assert.deepEqual(tally.errors, {});
  assert.ok(tally.gateClosedBy21 >= clients * 0.05, `${tally.gateClosedBy21} closed`);
});

test('the client whose program has no gate meets error 21, and loses those where its tries are used up before', async () => {
  const tally = await runSeeds(kb829810, 'holdfast-ungated', clients, { withoutCures: true });
  const { lost, errors, lostWithout21, gateClosedBy21 } = tally;
  assert.ok(lost >= 1 && lost < (errors[21] ?? 0), `${lost} lost`);
  assert.deepEqual([lostWithout21, gateClosedBy21], [0, 0]);
});

/** The client, on a machine where the upgrade of Windows has done something to it. */
const beneath = (done: (volume: Volume) => void): Profile => ({
  ...holdfast,
  begin(windows, ...others) {
    done(windows.machine.volume);
    return holdfast.begin(windows, ...others);
  },
});

function removeIn(volume: Volume, path: string, ...names: readonly string[]): void {
  const folder = makeFolders(volume, path);
  for (const name of names) volume.remove({ folder, name });
  volume.syncFolder(folder);
}

test('a client that is another one on Windows XP, and one whose own driver cannot come, are seen', async () => {
  const state = '/root/drive_c/Documents and Settings/All Users/Application Data/Holdfast';
  const lives = [
    beneath((volume) => removeIn(volume, state, 'client.journal', 'keys')),
    beneath((volume) => {
      removeIn(volume, '/root/drive_c/Program Files/Holdfast/Client/seed/screen', 'xp');
      // What it would be mended from.
      removeIn(volume, state, 'package');
    }),
  ];
  const reasons = [];
  for (const profile of lives) reasons.push((await live(profile, 1, { sharedPast: true })).reason);
  assert.deepEqual(reasons, [
    'the site has this machine another number of times than once',
    'the screen driver for Windows XP Professional is not there',
  ]);
});

/** The first seed whose machine sms2003 loses. */
async function lostSeed(): Promise<number> {
  for (let seed = 1; seed < slice; seed += 1) {
    if ((await live(sms2003, seed, { sharedPast: true })).lost) return seed;
  }
  throw new Error('no machine is lost');
}

test('a seed gives the same world to every profile, and the same trace to the same profile', async () => {
  const seed = await lostSeed();
  const [careless, again, engine] = [
    await kb829810.run('sms2003', seed),
    await kb829810.run('sms2003', String(seed)),
    await kb829810.run('holdfast', seed),
  ];
  assert.equal(again.traceHash, careless.traceHash);
  assert.deepEqual(again.events, careless.events);
  assert.equal(engine.worldHash, careless.worldHash);
  assert.notEqual(engine.traceHash, careless.traceHash);
  const other = await kb829810.run('sms2003', seed + 1);
  assert.notEqual(other.worldHash, careless.worldHash);
});

test('a life that runs its past ends as one that goes on from the snapshot', async () => {
  const seed = await lostSeed();
  for (const { name } of kb829810.profiles) {
    const shared = await kb829810.run(name, seed);
    const whole = await kb829810.run(name, seed, { unshared: true });
    assert.deepEqual(
      [whole.lost, whole.reason, whole.errors, whole.cured],
      [shared.lost, shared.reason, shared.errors, shared.cured],
    );
    assert.equal(whole.worldHash, shared.worldHash);
    const installed = whole.events.filter(({ text }) => text.endsWith('Client is installed'));
    assert.equal(installed.length, 3);
  }
});

test('a life leaves nothing to the next one: whoever was there before, its trace is the same', async () => {
  const seeds = [3, 4, 5];
  const tracesOf = async (order: readonly number[]) => {
    const traces = new Map<number, string>();
    for (const seed of order) traces.set(seed, (await kb829810.run('sms2003', seed)).traceHash);
    return seeds.map((seed) => traces.get(seed));
  };
  const forward = await tracesOf(seeds);
  assert.equal(new Set(forward).size, seeds.length);
  for (const profile of ['holdfast', 'holdfast-ungated']) await kb829810.run(profile, 4);
  assert.deepEqual(await tracesOf(seeds.toReversed()), forward);
});

test('seeds that are run apart are counted as seeds that are run together', async () => {
  const parts = [
    await runSeeds(kb829810, 'sms2003', 7, { from: 5 }),
    await runSeeds(kb829810, 'sms2003', 4, { from: 1 }),
  ];
  assert.deepEqual(mergedTally(parts), await runSeeds(kb829810, 'sms2003', 11));
});

test('the world is drawn before anybody acts: drawing it alone gives the same', async () => {
  const life = await live(sms2003, 'a name', { sharedPast: true });
  assert.deepEqual(life.world, drawWorld('a name'));
});

test('the timeline tells of error 21, of the gate that waited, and of the end', async () => {
  const seed = await lostSeed();
  const careless = timelineText((await kb829810.run('sms2003', seed)).events);
  assert.match(careless, /! +\| +Windows File Protection Error 21 with file Msvcp60\.dll/);
  assert.match(careless, /LOST: KBStuff\.sys is missing$/);
  const engine = timelineText((await kb829810.run('holdfast', seed)).events);
  assert.match(engine, /# +Remote Control for Windows XP 1\.0 waits for file-protection: Win32 21/);
  assert.match(engine, /the drivers for Windows XP are installed and verified$/);
  assert.doesNotMatch(engine, /Error 21/);
});

test('both workarounds run to the letter, on forks of the lost machine', async () => {
  const { windows, world } = await live(sms2003, await lostSeed(), { sharedPast: true });
  assert.equal(repairLine, 'msiexec /I client.msi /L*v c:\\repair.log REINSTALLMODE=vmeus REINSTALL=ALL');
  const { volume } = windows.machine;
  const cures = await tryWorkarounds({ volume, world, packages: await clientPackages() });
  assert.deepEqual(
    cures.map(({ workaround, exitCode, cured }) => [workaround, exitCode, cured]),
    [
      ['ccmsetup', 0, true],
      ['msiexec', 0, true],
    ],
  );
  const [, byHand] = cures;
  assert.ok(byHand?.log);
  const { installations } = await explainFile(bytesSource(byHand.log));
  const [repair, ...others] = installations;
  assert.equal(others.length, 0);
  assert.deepEqual([repair?.outcome, repair?.product.name], ['succeeded', 'SMS 2003 Advanced Client']);
});

test('a profile that is not there is refused', async () => {
  await assert.rejects(kb829810.run('nobody', 1), /kb829810 has no profile nobody/);
});
