/** The screen driver in use is replaced while the power fails anywhere: there is always one that was tested, and the old one goes last. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Installation, loadComponentWork } from '@holdfast/client';
import { createSerial, type Gate } from '@holdfast/engine';
import { newKeys, type StandIn, standIn } from '../../client/test/support/stand-in.ts';
import { readContent } from '../src/disk/content.ts';
import { layFile } from '../src/machine/lay.ts';
import { makeFolders, type SimulatedMachine, simulatedMachine } from '../src/machine/machine.ts';

const { settleDriver, activeDriver } = await loadComponentWork();

const install = '/opt/holdfast-client';
const state = '/state';
const keys = newKeys();
const versions = { old: standIn({ keys }), new: standIn({ keys, version: '1.1.0' }) };

/** Every so many calls; 1 in a longer run: every call. */
const stride = Number(process.env.HOLDFAST_COMPONENT_STRIDE ?? 11);

const folderOf = (client: StandIn) => (client === versions.old ? `${install}/seed` : `${install}/next`);

type Setting = { readonly gates?: readonly Gate[]; readonly works?: (folder: string) => boolean };

/** One life, up to its answer or its end; `undefined` when it was cut off. */
async function settle(machine: SimulatedMachine, client: StandIn, setting: Setting = {}) {
  const installation: Installation = {
    ports: machine.ports('settle'),
    place: { installFolder: install, versionFolder: folderOf(client) },
    stateFolder: state,
    releaseKey: client.releaseKey,
    version: client.version,
    exclusive: createSerial(),
  };
  const { gates = [], works = () => true } = setting;
  const settling = settleDriver(installation, {
    component: 'screen',
    gates,
    selfTest: async (folder) => {
      assertWhole(machine, folder);
      return works(folder) ? { passed: true, text: 'one picture' } : { passed: false, text: 'no picture' };
    },
  });
  let report: Awaited<typeof settling> | undefined;
  settling.then(
    (answer) => {
      report = answer;
    },
    () => undefined,
  );
  const how = await machine.clock.run(() => report !== undefined, 60 * 60_000);
  return how === 'done' ? await settling : undefined;
}

async function active(machine: SimulatedMachine) {
  const asking = activeDriver({ ports: machine.ports('ask'), stateFolder: state }, 'screen');
  let answered = false;
  asking.then(() => {
    answered = true;
  });
  await machine.clock.run(() => answered, 1_000);
  return await asking;
}

/** Whatever is tested or used is a whole driver of one version and variant. */
function assertWhole(machine: SimulatedMachine, path: string): void {
  const [, version = '', variant = ''] = /\/(\d+\.\d+\.\d+)-(\w+)$/.exec(path) ?? [];
  const client = Object.values(versions).find((one) => one.version === version);
  const wanted = client?.tree.get(`seed/screen/${variant}/screen.mjs`);
  const node = makeFolders(machine.volume, path).entries.get('screen.mjs');
  assert.ok(wanted && node?.kind === 'file', `${path} is no driver`);
  assert.deepEqual(Buffer.from(readContent(node.content, 0, node.content.length)), wanted, path);
}

function drivers(machine: SimulatedMachine): string[] {
  return [...makeFolders(machine.volume, `${state}/components/screen`).entries.keys()].sort();
}

function newMachine(): SimulatedMachine {
  const machine = simulatedMachine('drivers', { folders: [install, state] });
  for (const client of Object.values(versions)) {
    for (const [path, bytes] of client.tree) {
      if (path.startsWith('seed/'))
        layFile(machine.volume, `${folderOf(client)}/${path.slice('seed/'.length)}`, bytes);
    }
  }
  return machine;
}

/** With the old driver in use. */
async function upgraded(): Promise<SimulatedMachine> {
  const machine = newMachine();
  const report = await settle(machine, versions.old);
  assert.equal(report?.active?.folder, '1.0.0-new');
  machine.powerCut({ names: 'lost', contents: 'lost' });
  return machine;
}

test('the first driver is the variant of this system, and the next version takes its place', async () => {
  const machine = await upgraded();
  assert.deepEqual(drivers(machine), ['1.0.0-new']);
  const report = await settle(machine, versions.new);
  assert.deepEqual([report?.changed, report?.work.state], [true, 'done']);
  machine.powerCut({ names: 'lost', contents: 'lost' });
  assert.deepEqual(drivers(machine), ['1.1.0-new']);
  assert.equal((await active(machine))?.folder, '1.1.0-new');
});

test('an upgrade of the system to another range of versions brings the other variant', async () => {
  const machine = await upgraded();
  machine.boot.upgrade('9.9');
  const report = await settle(machine, versions.old);
  assert.equal(report?.active?.folder, '1.0.0-old');
  assert.deepEqual(drivers(machine), ['1.0.0-old']);
});

test('nothing is touched before the gates are open, and then it goes on', async () => {
  const machine = await upgraded();
  let open = false;
  const gate: Gate = {
    name: 'protection-ready',
    check: async () =>
      open ? { open: true } : { open: false, reason: 'it does not answer yet', evidence: { win32: 21 } },
  };
  const waiting = await settle(machine, versions.new, { gates: [gate] });
  assert.equal(waiting?.work.state, 'waiting');
  assert.equal(waiting.work.wait?.gate, 'protection-ready');
  assert.deepEqual(drivers(machine), ['1.0.0-new']);
  open = true;
  assert.equal((await settle(machine, versions.new, { gates: [gate] }))?.active?.folder, '1.1.0-new');
});

test('a driver that fails its test leaves the old one in use, and is tried again when it is asked for again', async () => {
  const machine = await upgraded();
  const failed = await settle(machine, versions.new, { works: () => false });
  assert.deepEqual(
    [failed?.work.state, failed?.active?.folder, failed?.changed],
    ['undone', '1.0.0-new', false],
  );
  assert.match(failed?.work.reason ?? '', /no picture/);
  assert.deepEqual(drivers(machine), ['1.0.0-new']);
  assert.equal((await settle(machine, versions.new))?.active?.folder, '1.1.0-new');
  assert.deepEqual(drivers(machine), ['1.1.0-new']);
});

for (const [index, fate] of (['lost', 'kept', 'random'] as const).entries()) {
  test(`the power fails at any port call of a replacement, and there is a whole driver in use, with what was on its way ${fate}`, async () => {
    const whole = await upgraded();
    const begun = whole.callCount();
    await settle(whole, versions.new);
    const calls = whole.callCount();
    assert.ok(calls - begun > 100, 'the replacement does nothing');
    for (let call = begun + 1 + index * 3; call <= calls; call += stride) {
      for (const when of ['before', 'after'] as const) {
        const machine = await upgraded();
        machine.stopAt({ call, when, action: () => machine.powerCut({ names: fate, contents: fate }) });
        await settle(machine, versions.new);
        machine.stopAt(undefined);
        const where = `${when} call ${call - begun} of ${calls - begun}`;
        const after = await active(machine);
        assert.ok(after, where);
        assertWhole(machine, after.path);
        for (let pass = 0; pass < 3; pass += 1) {
          const report = await settle(machine, versions.new);
          if (report?.work.state === 'done') break;
          await machine.clock.run(() => false, 60_000);
        }
        machine.powerCut({ names: 'lost', contents: 'lost' });
        assert.equal((await active(machine))?.folder, '1.1.0-new', where);
        assert.deepEqual(drivers(machine), ['1.1.0-new'], where);
      }
    }
  });
}
