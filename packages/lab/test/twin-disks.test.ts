/** The simulated disk and the real one are twins: the same work gives the same results and the same error codes. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { isHoldfastError } from '@holdfast/contract';
import { linuxMachine } from '@holdfast/machine';
import type { Folder, OpenFile } from '@holdfast/ports';
import { simulatedMachine } from '../src/machine.ts';
import { type Random, randomFrom } from '../src/random.ts';
import { canonical } from '../src/trace.ts';

const sequences = 1_000;
const stepsEach = 20;

type Handles = { readonly folders: Folder[]; readonly files: OpenFile[] };
type Step = { readonly told: string; readonly work: (handles: Handles) => Promise<unknown> };

const names = ['a', 'b', 'c', 'd'] as const;

function nextStep(random: Random, folders: number, files: number): Step {
  const where = random.integer(folders);
  const to = random.integer(folders);
  const which = files === 0 ? 0 : random.integer(files);
  const name = random.chance(1, 40) ? random.pick(['..', 'x/y', '', 'n'.repeat(300)]) : random.pick(names);
  const other = random.chance(1, 60) ? '.' : random.pick(names);
  const position = random.integer(6000);
  const data = random.bytes(random.integer(700));
  const inFolder = (told: string, work: (folder: Folder, handles: Handles) => Promise<unknown>): Step => ({
    told: `folder ${where}: ${told}`,
    work: (handles) => work(present(handles.folders[where]), handles),
  });
  const inFile = (told: string, work: (file: OpenFile) => Promise<unknown>): Step => ({
    told: `file ${which}: ${told}`,
    work: async (handles) => {
      const file = handles.files[which];
      return file && (await work(file));
    },
  });
  const opened = (told: string, open: (folder: Folder) => Promise<OpenFile>) =>
    inFolder(told, async (folder, handles) => void handles.files.push(await open(folder)));
  const entered = (told: string, create: boolean) =>
    inFolder(
      told,
      async (folder, handles) => void handles.folders.push(await folder.folder(name, { create })),
    );
  const steps: readonly (readonly [weight: number, make: () => Step])[] = [
    [6, () => entered(`make ${name}`, true)],
    [3, () => entered(`open ${name}`, false)],
    [8, () => opened(`create ${name}`, (folder) => folder.create(name))],
    [4, () => opened(`read ${name}`, (folder) => folder.read(name))],
    [4, () => opened(`edit ${name}`, (folder) => folder.edit(name))],
    [4, () => inFolder(`entry ${name}`, (folder) => folder.entry(name))],
    [4, () => inFolder('list', (folder) => folder.list())],
    [2, () => inFolder('names', (folder) => folder.names())],
    [
      2,
      () =>
        inFolder(`times ${name}`, async (folder) =>
          (await folder.times(name)) === undefined ? 'none' : 'some',
        ),
    ],
    [
      10,
      () =>
        inFolder(`rename ${name} to ${other} of ${to}`, (folder, handles) =>
          folder.rename(name, { folder: present(handles.folders[to]), name: other }),
        ),
    ],
    [5, () => inFolder(`remove ${name}`, (folder) => folder.remove(name))],
    [4, () => inFolder(`remove folder ${name}`, (folder) => folder.removeFolder(name))],
    [1, () => inFolder('close', async (folder) => (where === 0 ? undefined : await folder.close()))],
    [8, () => inFile(`write ${data.length} at ${position}`, (file) => file.write(position, data))],
    [4, () => inFile(`truncate to ${position}`, (file) => file.truncate(position))],
    [6, () => inFile('read', (file) => file.read(position - (position % 1000), 1500))],
    [2, () => inFile('size', (file) => file.size())],
    [1, () => inFile('sync', (file) => file.sync())],
    [1, () => inFolder('sync', (folder) => folder.sync())],
    [1, () => inFile('close', (file) => file.close())],
  ];
  let drawn = random.integer(steps.reduce((sum, [weight]) => sum + weight, 0));
  for (const [weight, make] of steps) {
    if (drawn < weight) return make();
    drawn -= weight;
  }
  throw new Error('the weights do not add up');
}

async function outcome(step: Step, handles: Handles): Promise<string> {
  try {
    return canonical(await step.work(handles));
  } catch (thrown) {
    if (isHoldfastError(thrown)) return thrown.code;
    throw thrown;
  }
}

function present<T>(value: T | undefined): T {
  assert.ok(value !== undefined);
  return value;
}

async function closeAll({ folders, files }: Handles): Promise<void> {
  await Promise.all([...folders, ...files].map((handle) => handle.close()));
}

test(`${sequences} random sequences of disk work end the same on the simulated and on the real disk`, async () => {
  const base = await mkdtemp(join(tmpdir(), 'holdfast-twins-'));
  const disk = linuxMachine().disk;
  try {
    for (let seed = 1; seed <= sequences; seed++) {
      const random = randomFrom(seed).stream('steps');
      const top = await disk.open(base);
      const real: Handles = { folders: [await top.folder(`${seed}`, { create: true })], files: [] };
      const machine = simulatedMachine(seed, { folders: ['/work'] });
      const simulated: Handles = { folders: [await machine.ports('twin').disk.open('/work')], files: [] };
      const told: string[] = [];
      for (let count = 0; count < stepsEach; count++) {
        const step = nextStep(random, real.folders.length, real.files.length);
        told.push(step.told);
        const [ours, theirs] = [await outcome(step, simulated), await outcome(step, real)];
        assert.equal(ours, theirs, `seed ${seed}: simulated and real disk differ after\n${told.join('\n')}`);
      }
      await closeAll(real);
      await top.close();
    }
  } finally {
    await rm(base, { recursive: true, force: true });
  }
});
