/** The mending of components is cut off at every port call: each file is the damaged or the whole one, and the next life ends whole. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Installation, loadComponentWork } from '@holdfast/client';
import { createSerial } from '@holdfast/engine';
import { newKeys, standIn } from '../../client/test/support/stand-in.ts';
import { filesBelow, layFile, treeProblems } from '../src/machine/lay.ts';
import { makeFolders, type SimulatedMachine, simulatedMachine } from '../src/machine/machine.ts';

const { repairComponents } = await loadComponentWork();

const install = '/opt/holdfast-client';
const state = '/state';
const client = standIn({ keys: newKeys(), runtimeBytes: 3_000 });

/** What is wrong when the story begins: the content that lies there, or undefined for nothing at all. */
const damaged = new Map<string, Buffer | undefined>([
  ['seed/manifests/core.json', Buffer.from('torn')],
  ['seed/core/holdfast-client.mjs', Buffer.from('half a file')],
  ['seed/software/software.mjs', undefined],
  ['runtime/node', Buffer.alloc(3_000, 'x')],
]);

/** Every so many calls, others for each fate; 1 in a longer run: every call. */
const stride = Number(process.env.HOLDFAST_COMPONENT_STRIDE ?? 37);

function newWorld(): SimulatedMachine {
  const machine = simulatedMachine('components', { folders: [install, state] });
  for (const [path, bytes] of client.tree) {
    const lies = damaged.has(path) ? damaged.get(path) : bytes;
    if (lies) layFile(machine.volume, `${install}/${path}`, lies);
  }
  for (const [name, bytes] of client.kept('deb')) layFile(machine.volume, `${state}/package/${name}`, bytes);
  return machine;
}

function installationOn(machine: SimulatedMachine): Installation {
  return {
    ports: machine.ports('repair'),
    place: { installFolder: install, versionFolder: `${install}/seed` },
    stateFolder: state,
    releaseKey: client.releaseKey,
    version: client.version,
    exclusive: createSerial(),
  };
}

/** One life; `cut` when it came to its end before its work did. */
async function live(machine: SimulatedMachine): Promise<'whole' | 'cut'> {
  let end: 'whole' | 'cut' | undefined;
  const repairing = repairComponents(installationOn(machine)).then((report) => {
    assert.deepEqual(report.unrestored, []);
    end = 'whole';
  });
  repairing.catch(() => undefined);
  const how = await machine.clock.run(() => end !== undefined, 60 * 60_000);
  if (how === 'done') await repairing;
  return end ?? 'cut';
}

function assertOldOrNew(machine: SimulatedMachine, where: string): void {
  const lying = filesBelow(machine.volume, install);
  for (const [path, bytes] of client.tree) {
    const found = lying.get(path);
    const old = damaged.has(path) ? damaged.get(path) : bytes;
    const isOld = old === undefined ? found === undefined : found?.equals(old) === true;
    assert.ok(
      isOld || found?.equals(bytes),
      `${where}: ${path} is neither what it was nor what it should be`,
    );
  }
}

function assertNothingElse(machine: SimulatedMachine, where: string): void {
  assert.deepEqual(treeProblems(filesBelow(machine.volume, install), client.tree), [], where);
  assert.deepEqual(
    [...makeFolders(machine.volume, `${state}/components`).entries.keys()],
    ['components.journal'],
    where,
  );
}

test('a repair that nothing disturbs ends whole, durably', async () => {
  const machine = newWorld();
  assert.equal(await live(machine), 'whole');
  machine.powerCut({ names: 'lost', contents: 'lost' });
  assertNothingElse(machine, 'after the last cut');
  assert.ok(machine.callCount() > 200, `only ${machine.callCount()} calls: it does not do what it should`);
});

for (const [index, fate] of (['lost', 'kept', 'random'] as const).entries()) {
  for (const when of ['before', 'after'] as const) {
    test(`a repair that is cut off ${when} any port call is taken up, with what was on its way ${fate}`, async () => {
      const whole = newWorld();
      await live(whole);
      const calls = whole.callCount();
      const first = 1 + (((index * 2 + (when === 'after' ? 1 : 0)) * 6) % stride);
      for (let call = first; call <= calls; call += stride) {
        const where = `call ${call} of ${calls}`;
        const machine = newWorld();
        const damage = { names: fate, contents: fate };
        machine.stopAt({ call, when, action: () => machine.powerCut(damage) });
        await live(machine);
        machine.stopAt(undefined);
        assertOldOrNew(machine, where);
        assert.equal(await live(machine), 'whole', where);
        machine.powerCut({ names: 'lost', contents: 'lost' });
        assertNothingElse(machine, where);
      }
    });
  }
}

test('a full disk, and one that may not be written, are reported and heal with the next repair', async () => {
  for (const code of ['disk.full', 'disk.read-only', 'disk.failed'] as const) {
    const machine = newWorld();
    machine.volume.fault = (operation, path) =>
      operation === 'write' && path.startsWith(install) ? code : undefined;
    let problem = '';
    const broken = repairComponents(installationOn(machine)).then((report) => {
      problem = report.unrestored.map(({ reason }) => reason).join();
    });
    await machine.clock.run(() => problem !== '', 60 * 60_000);
    await broken;
    assertOldOrNew(machine, code);
    machine.volume.fault = () => undefined;
    assert.equal(await live(machine), 'whole', code);
    assertNothingElse(machine, code);
  }
});

test('a running program is put aside, replaced, and gone with the repair after its end', async () => {
  const machine = newWorld();
  const runtime = makeFolders(machine.volume, `${install}/runtime`);
  let running = true;
  // As Windows has it: it may be renamed, and neither be replaced nor removed.
  machine.volume.fault = (operation, path) => {
    const replacing =
      operation === 'rename' && path.endsWith('node.restoring') && runtime.entries.has('node');
    const removing = operation === 'remove' && path.endsWith('node.aside');
    return running && (replacing || removing) ? 'disk.busy' : undefined;
  };
  assert.equal(await live(machine), 'whole');
  assert.deepEqual([...runtime.entries.keys()].sort(), ['node', 'node.aside']);
  assert.equal(await live(machine), 'whole');
  assert.equal(runtime.entries.has('node.aside'), true);
  running = false;
  assert.equal(await live(machine), 'whole');
  assertNothingElse(machine, 'in the end');
});
