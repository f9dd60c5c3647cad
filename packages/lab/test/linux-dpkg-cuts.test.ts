/** The power is cut while the simulated dpkg works: what it leaves is what real dpkg can read and mend. `EVERY_CALL=1` for every call. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { type Downfall, powerCuts } from '../src/crash/downfalls.ts';
import type { Volume } from '../src/disk/volume.ts';
import { type DebianMachine, debianMachine } from '../src/linux/machine.ts';
import {
  debName,
  debOf,
  newMachine,
  queried,
  root,
  simulated,
  systemOf,
  withDpkg,
} from './support/dpkg-machine.ts';
import { dpkg, layOut, newRoot, query, simulatedTree } from './support/real-dpkg.ts';

let beforeUpgrade: Promise<Volume> | undefined;

async function installedOnce(): Promise<Volume> {
  const machine = newMachine();
  const words = ['-i', `/debs/${debName('anvil', '1.0')}`, `/debs/${debName('tongs', '1.0')}`];
  assert.equal((await simulated(machine, words)).code, 0);
  // That was long ago.
  machine.powerCut({ names: 'kept', contents: 'kept' });
  return machine.volume;
}

/** An upgrade that is cut off before or after one of its calls: the machine as it starts again; undefined beyond its last call. */
async function cutOff(call: number, way: Downfall): Promise<DebianMachine | undefined> {
  beforeUpgrade ??= installedOnce();
  const machine = debianMachine(1, { root, volume: (await beforeUpgrade).fork() });
  let [down, ended] = [false, false];
  const action = () => {
    down = true;
    if (way.damage !== 'kill') machine.powerCut(way.damage);
  };
  machine.stopAt({ call: machine.callCount() + call, when: way.when, action });
  const words = [`--root=${root}`, '-i', debName('anvil', '2.0-1')];
  const { processes } = machine.ports('test');
  void processes.start({ program: 'dpkg', arguments: words, folder: '/debs' }).then(async ({ exit }) => {
    await exit;
    ended = true;
  });
  await machine.clock.run(() => down || ended, 3_600_000);
  machine.stopAt(undefined);
  return down ? machine : undefined;
}

const whole = ['anvil 2.0-1 install ok installed', 'tongs 1.0 install ok installed'];
const everyCall = process.env.EVERY_CALL === '1';

async function eachCut(
  stride: number,
  look: (machine: DebianMachine, here: string, count: number) => Promise<void>,
): Promise<number> {
  let cuts = 0;
  for (const way of powerCuts) {
    for (let call = 1; ; call += everyCall ? 1 : stride) {
      const machine = await cutOff(call, way);
      if (machine === undefined) break;
      cuts += 1;
      await look(machine, `${way.name}, ${way.when} call ${call}`, cuts);
    }
  }
  return cuts;
}

test('what a cut leaves, real dpkg-query reads as the lab does, and real dpkg mends', withDpkg, async () => {
  const debs = await newRoot();
  const deb = join(debs.path, debName('anvil', '2.0-1'));
  await writeFile(deb, debOf('anvil', '2.0-1'));
  let mended = 0;
  const cuts = await eachCut(19, async (machine, here, count) => {
    const real = await newRoot();
    try {
      await layOut(systemOf(machine), real.path);
      assert.deepEqual((await query(real.path)).toSorted(), await queried(machine), here);
      if (!everyCall && count % 4 !== 0) return;
      const { code, output } = await dpkg(real.path, ['-i', deb]);
      assert.equal(code, 0, `${here}: ${output}`);
      assert.deepEqual((await query(real.path)).toSorted(), whole, here);
      mended += 1;
    } finally {
      await real.remove();
    }
  });
  await debs.remove();
  assert.ok(cuts > 30 && mended >= 7, `${cuts} cuts, ${mended} mended`);
});

test('the simulated dpkg mends every one of its cuts, and no program is anything but old or new', async () => {
  const cuts = await eachCut(5, async (machine, here) => {
    const program = simulatedTree(systemOf(machine)).get('/usr/bin/anvil');
    // A name on its way may be lost with its file: dpkg does not sync the folders of the system.
    assert.ok([undefined, 'anvil 1.0\n', 'anvil 2.0-1\n'].includes(program), `${here}: ${program}`);
    const { code, output } = await simulated(machine, ['-i', `/debs/${debName('anvil', '2.0-1')}`]);
    assert.equal(code, 0, `${here}: ${output}`);
    assert.deepEqual(await queried(machine), whole, here);
    const tree = simulatedTree(systemOf(machine));
    assert.equal(tree.get('/usr/bin/anvil'), 'anvil 2.0-1\n', here);
    assert.deepEqual(
      [...tree.keys()].filter((path) => /\.dpkg-|updates\/./.test(path)),
      [],
      here,
    );
  });
  assert.ok(cuts > 60, `only ${cuts} cuts`);
});
