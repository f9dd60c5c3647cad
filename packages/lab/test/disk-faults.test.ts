/** What survives a power cut on the simulated disk, and how its injected faults look. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Folder } from '@holdfast/ports';
import { rejectsWith } from '@holdfast/ports/suites';
import type { Damage } from '../src/disk/damage.ts';
import { type SimulatedMachine, simulatedMachine } from '../src/machine/machine.ts';

const allLost: Damage = { names: 'lost', contents: 'lost' };
const allKept: Damage = { names: 'kept', contents: 'kept' };
const onlyNames: Damage = { names: 'kept', contents: 'lost' };
const byChance: Damage = { names: 'random', contents: 'random' };

async function newDisk(seed: number | string = 1): Promise<{ machine: SimulatedMachine; folder: Folder }> {
  const machine = simulatedMachine(seed, { folders: ['/base'] });
  return { machine, folder: await reopen(machine) };
}

const reopen = (machine: SimulatedMachine) => machine.ports('test').disk.open('/base');

async function put(folder: Folder, name: string, text: string, sync: boolean): Promise<void> {
  await using file = await folder.create(name);
  await file.write(0, Buffer.from(text));
  if (sync) await file.sync();
}

async function textsIn(folder: Folder): Promise<Record<string, string>> {
  const texts: Record<string, string> = {};
  for (const { name, kind } of await folder.list()) {
    if (kind !== 'file') continue;
    await using file = await folder.read(name);
    texts[name] = Buffer.from(await file.read(0, await file.size())).toString();
  }
  return texts;
}

/** What is in the folder after a power cut. */
async function after(machine: SimulatedMachine, damage: Damage): Promise<Record<string, string>> {
  machine.powerCut(damage);
  return await textsIn(await reopen(machine));
}

test('what was synced, file and folder, survives with all else lost', async () => {
  const { machine, folder } = await newDisk();
  await put(folder, 'file', 'durable', true);
  await folder.sync();
  assert.deepEqual(await after(machine, allLost), { file: 'durable' });
});

test('a synced file whose folder was not synced loses its name', async () => {
  const { machine, folder } = await newDisk();
  await put(folder, 'file', 'durable', true);
  assert.deepEqual(await after(machine, allLost), {});
});

test('a name may survive without the content that was not synced', async () => {
  const { machine, folder } = await newDisk();
  await put(folder, 'file', 'lost', false);
  assert.deepEqual(await after(machine, onlyNames), { file: '' });
});

test('all that was on its way may survive', async () => {
  const { machine, folder } = await newDisk();
  await put(folder, 'file', 'kept', false);
  assert.deepEqual(await after(machine, allKept), { file: 'kept' });
});

test('a rename survives whole or not at all, by chance', async () => {
  const seen = new Set<string>();
  for (let seed = 0; seed < 40; seed++) {
    const { machine, folder } = await newDisk(seed);
    await put(folder, 'current', 'old', true);
    await put(folder, 'next', 'new', true);
    await folder.sync();
    await folder.rename('next', { name: 'current' });
    seen.add(JSON.stringify(await after(machine, byChance)));
  }
  assert.deepEqual([...seen].sort(), ['{"current":"new"}', '{"current":"old","next":"new"}']);
});

test('a rename between folders is durable with either of them, and never in both places', async () => {
  for (const synced of ['from', 'to']) {
    const { machine, folder } = await newDisk();
    const from = await folder.folder('from', { create: true });
    const to = await folder.folder('to', { create: true });
    await put(from, 'file', 'moved', true);
    for (const one of [from, folder]) await one.sync();
    await from.rename('file', { folder: to, name: 'file' });
    await (synced === 'from' ? from : to).sync();
    machine.powerCut(allLost);
    const again = await reopen(machine);
    assert.deepEqual(await textsIn(await again.folder('from')), {});
    assert.deepEqual(await textsIn(await again.folder('to')), { file: 'moved' });
  }
});

test('unsynced names may be lost in any order, but never what they build on', async () => {
  const seen = new Set<string>();
  for (let seed = 0; seed < 200; seed++) {
    const { machine, folder } = await newDisk(seed);
    await put(folder, 'first', '1', true);
    await put(folder, 'second', '2', true);
    await folder.rename('first', { name: 'third' });
    seen.add(Object.keys(await after(machine, byChance)).join(' '));
  }
  assert.deepEqual([...seen].sort(), ['', 'first', 'first second', 'second', 'second third', 'third']);
});

test('a write is lost, kept or torn between sectors of 512 bytes', async () => {
  const seen = new Set<string>();
  for (let seed = 0; seed < 200; seed++) {
    const { machine, folder } = await newDisk(seed);
    const file = await folder.create('file');
    await file.write(0, Buffer.alloc(1536, 'o'));
    await file.sync();
    await folder.sync();
    await file.write(0, Buffer.alloc(1536, 'n'));
    const { file: text = '' } = await after(machine, byChance);
    assert.match(text, /^(o{512}|n{512}){3}$/);
    seen.add([text[0], text[512], text[1024]].join(''));
  }
  assert.equal(seen.size, 8, `only ${[...seen]} were seen`);
});

test('after a failed sync the data is read, and a later sync does not save it', async () => {
  const { machine, folder } = await newDisk();
  const file = await folder.create('file');
  await folder.sync();
  await file.write(0, Buffer.from('data'));
  machine.volume.fault = (operation) => (operation === 'sync' ? 'disk.failed' : undefined);
  await rejectsWith(file.sync(), 'disk.failed');
  machine.volume.fault = () => undefined;
  await file.sync();
  assert.deepEqual(await textsIn(folder), { file: 'data' });
  assert.deepEqual(await after(machine, allKept), { file: '' });
});

test('a folder whose name was not synced is lost with all that is in it', async () => {
  const { machine, folder } = await newDisk();
  const inner = await folder.folder('inner', { create: true });
  await put(inner, 'file', 'durable', true);
  await inner.sync();
  machine.powerCut(allLost);
  assert.deepEqual(await (await reopen(machine)).list(), []);
});

test('a disk without room keeps what fits and gives room back', async () => {
  const machine = simulatedMachine(1, { folders: ['/base'], diskCapacity: 100 });
  const folder = await reopen(machine);
  const file = await folder.create('file');
  await rejectsWith(file.write(0, new Uint8Array(150)), 'disk.full');
  assert.equal(await file.size(), 100);
  await file.truncate(10);
  assert.equal(await machine.ports('test').disk.freeBytes('/base'), 90);
  machine.powerCut(allLost);
  assert.equal(await machine.ports('test').disk.freeBytes('/base'), 100);
});
