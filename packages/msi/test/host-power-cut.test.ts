/** A change of the registry or of files is cut off at every single call: the old is there, or the new, and nothing else. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Downfall, powerCuts, type SimulatedMachine } from '@holdfast/lab';
import type { Disk } from '@holdfast/ports';
import type { RegistryChange, WindowsHost } from '../src/host/model.ts';
import { openHost } from '../src/host/open.ts';
import { performRestart } from '../src/host/restart.ts';
import { lonely, simulatedRoot, testClock, testEntropy } from './support/hosts.ts';

const key = (name: string) => ({ hive: 'HKLM', key: `Software\\${name}`, view: '64' }) as const;
const value = (name: string, text: string): RegistryChange => ({
  kind: 'set',
  place: key(name),
  name: 'v',
  data: { kind: 'text', text },
});

async function* bytes(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}

async function fileText(disk: Disk, path: string, name: string): Promise<string> {
  const folder = await disk.open(path);
  const file = await folder.read(name);
  const text = Buffer.from(await file.read(0, await file.size())).toString('latin1');
  await file.close();
  await folder.close();
  return text;
}

function hostOn(machine: SimulatedMachine, path: string, life: string): Promise<WindowsHost> {
  const { disk } = machine.ports(life);
  return openHost(disk, path, { clock: testClock(), entropy: testEntropy(), installer: lonely });
}

/** Runs `work` once for every call of it, cut off there; answers how often. `look` sees the machine after it. */
async function everyCall(
  way: Downfall,
  prepare: (host: WindowsHost) => Promise<void>,
  work: (host: WindowsHost) => Promise<void>,
  look: (machine: SimulatedMachine, path: string, how: 'whole' | 'cut') => Promise<void>,
): Promise<number> {
  for (let call = 1; ; call += 1) {
    const { machine, path } = await simulatedRoot(call);
    await prepare(await hostOn(machine, path, 'prepared'));
    const host = await hostOn(machine, path, 'cut');
    const cut = Promise.withResolvers<'cut'>();
    machine.stopAt({
      call: machine.callCount() + call,
      when: way.when,
      action: () => {
        machine.powerCut(way.damage === 'kill' ? { names: 'kept', contents: 'kept' } : way.damage);
        cut.resolve('cut');
      },
    });
    const how = await Promise.race([work(host).then(() => 'whole' as const), cut.promise]);
    machine.stopAt(undefined);
    if (how === 'whole') machine.powerCut({ names: 'lost', contents: 'lost' });
    await look(machine, path, how);
    if (how === 'whole') return call;
  }
}

async function prepare({ registry }: WindowsHost): Promise<void> {
  await registry.apply([value('Old', 'old'), value('Kept', 'kept')]);
}

for (const way of powerCuts) {
  test(`a change of a hive survives a power cut at every call as old or new: ${way.name}`, async () => {
    const seen = new Set<string>();
    const calls = await everyCall(
      way,
      prepare,
      ({ registry }) =>
        registry.apply([value('New', 'new'.repeat(500)), { kind: 'remove-key', place: key('Old') }]),
      async (machine, path, how) => {
        const { registry } = await hostOn(machine, path, 'later');
        const found = ['Old', 'New', 'Kept']
          .filter((name) => registry.values(key(name)) !== undefined)
          .join();
        assert.ok(found === 'Old,Kept' || found === 'New,Kept', `${how}: ${found}`);
        if (how === 'whole') assert.equal(found, 'New,Kept');
        seen.add(found);
        // What is there is a whole file, and it can be changed on.
        assert.ok((await fileText(machine.ports('reader').disk, path, 'system.reg')).endsWith('\n'));
        await registry.apply([value('Later', 'x')]);
      },
    );
    assert.ok(calls > 15, `only ${calls} calls`);
    assert.equal(seen.size, 2);
  });

  test(`a file that is placed survives a power cut at every call as old or new: ${way.name}`, async () => {
    const calls = await everyCall(
      way,
      async ({ files }) => {
        await files.stage('C:\\Windows\\a.dll', bytes('old'), 3);
        await files.sync('C:\\Windows');
      },
      async ({ files }) => {
        await files.stage('C:\\staged', bytes('newer'), 5, 1_000_000_000_000);
        await files.move('C:\\staged', 'C:\\Windows\\A.DLL');
      },
      async (machine, path, how) => {
        const { files } = await hostOn(machine, path, 'later');
        const text = await files.read('C:\\Windows\\a.dll', async (source) =>
          Buffer.from(await source.read(0, source.size)).toString(),
        );
        assert.ok(text === 'newer' || (how === 'cut' && text === 'old'), `${how}: ${text}`);
        if (text === 'newer') {
          assert.equal((await files.times('C:\\Windows\\a.dll'))?.modified, 1_000_000_000_000);
        }
      },
    );
    assert.ok(calls > 15, `only ${calls} calls`);
  });

  test(`what waits for a restart is done whole, whatever cuts it off: ${way.name}`, async () => {
    await everyCall(
      way,
      async ({ files }) => {
        for (const name of ['one', 'two']) {
          await files.stage(`C:\\${name}`, bytes(name), 3);
        }
        await files.sync('C:\\');
        await files.atRestart('C:\\one', 'C:\\Windows\\kept');
        await files.atRestart('C:\\two', undefined);
      },
      async (host) => void (await performRestart(host)),
      async (machine, path) => {
        const host = await hostOn(machine, path, 'later');
        assert.deepEqual(await performRestart(host), []);
        const found = await Promise.all(
          ['C:\\one', 'C:\\two', 'C:\\Windows\\kept'].map(
            async (name) => (await host.files.stat(name))?.size,
          ),
        );
        assert.deepEqual(found, [undefined, undefined, 3]);
      },
    );
  });
}
