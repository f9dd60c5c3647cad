/**
 * The simulated disk and the real one are twins: the same work gives the same results and the same error codes.
 * `TWIN_SEQUENCES=10000` for more than a slice.
 */
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { lstat, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { isHoldfastError } from '@holdfast/contract';
import { linuxMachine } from '@holdfast/machine';
import type { Disk, Folder } from '@holdfast/ports';
import { newRoom } from '../src/disk/volume.ts';
import { makeFolders, type SimulatedMachine, simulatedMachine } from '../src/machine/machine.ts';
import { type Random, randomFrom } from '../src/world/random.ts';
import { noTrace } from '../src/world/trace.ts';
import { closeAll, nextStep, outcome, type Twin } from './support/disk-steps.ts';

const sequences = Number(process.env.TWIN_SEQUENCES ?? 600);
const stepsEach = 25;
/** Of so many sequences one begins with a program that runs, and whose file is therefore held. */
const heldOneIn = 50;

const heldName = 'd';
const simulatedBase = '/work';
/** Links beside the work: to what may come to be a file or a folder, and to nothing. */
const links = [
  ['link', 'a'],
  ['loose-link', 'nowhere'],
] as const;

const { disk } = linuxMachine();

async function realTwin(base: string): Promise<Twin> {
  const top = await disk.open(base);
  for (const [name, target] of links) await symlink(target, join(base, name));
  return {
    disk,
    base,
    folders: [top],
    files: [],
    modeOf: async (name) => {
      if ((await top.entry(name))?.kind !== 'file') return undefined;
      return (await lstat(join(base, name))).mode & 0o777;
    },
  };
}

async function simulatedTwin(machine: SimulatedMachine): Promise<Twin> {
  const { volume } = machine;
  const simulated = machine.ports('twin').disk;
  const top = await simulated.open(simulatedBase);
  const folder = makeFolders(volume, simulatedBase);
  for (const [name, target] of links) volume.newLink({ folder, name }, target);
  return {
    disk: simulated,
    base: simulatedBase,
    folders: [top],
    files: [],
    modeOf: async (name) => {
      if ((await top.entry(name))?.kind !== 'file') return undefined;
      const node = folder.entries.get(name);
      return node?.kind === 'file' ? node.mode : undefined;
    },
  };
}

/** A program that runs: Linux writes to no file that is one. Answers what ends it. */
async function holdBoth(
  real: Twin,
  { volume }: SimulatedMachine,
  content: Buffer,
): Promise<() => Promise<void>> {
  const path = join(real.base, heldName);
  await writeFile(path, content, { mode: 0o755 });
  const file = volume.newFile({ folder: makeFolders(volume, simulatedBase), name: heldName }, 0o755);
  volume.write(file, 0, content);
  file.runners = 1;
  const running = spawn(path, ['600'], { stdio: 'ignore' });
  await once(running, 'spawn');
  return async () => {
    running.kill();
    await once(running, 'exit');
  };
}

/** What both begin with: an empty folder, and one with a file in it. */
async function furnish({ folders: [top] }: Twin): Promise<void> {
  await (await top?.folder('b', { create: true }))?.close();
  const folder = await top?.folder('c', { create: true });
  await (await folder?.create('a'))?.close();
  await folder?.close();
}

/** One sequence on both, step by step, with the same draws. */
async function compare(real: Twin, simulated: Twin, seed: number): Promise<void> {
  const random = randomFrom(seed).stream('steps');
  for (const twin of [real, simulated]) await furnish(twin);
  const told: string[] = [];
  for (let count = 0; count < stepsEach; count++) {
    const step = nextStep(random, real.folders.length, real.files.length);
    told.push(step.told);
    const [ours, theirs] = [await outcome(step, simulated), await outcome(step, real)];
    assert.equal(ours, theirs, `seed ${seed}: simulated and real disk differ after\n${told.join('\n')}`);
  }
}

test(`${sequences} random sequences of disk work end the same on the simulated and on the real disk`, async () => {
  const base = await mkdtemp(join(tmpdir(), 'holdfast-twins-'));
  const program = await readFile('/bin/sleep');
  try {
    for (let seed = 1; seed <= sequences; seed++) {
      const own = join(base, `${seed}`);
      await mkdir(own);
      const real = await realTwin(own);
      const machine = simulatedMachine(seed, { folders: [simulatedBase], trace: noTrace });
      const simulated = await simulatedTwin(machine);
      const release = seed % heldOneIn === 0 ? await holdBoth(real, machine, program) : undefined;
      try {
        await compare(real, simulated, seed);
      } finally {
        await release?.();
        await closeAll(real);
      }
      await rm(own, { recursive: true });
    }
  } finally {
    await rm(base, { recursive: true, force: true });
  }
});

/** Bytes of a block of tmpfs, and how many the small disk has. */
const blockBytes = 4096;
const blocks = 16;

/** A small disk in memory; undefined where this account may not mount one. */
async function mounted(folder: string): Promise<boolean> {
  const options = ['-t', 'tmpfs', '-o', `size=${blocks * blockBytes}`, 'tmpfs', folder];
  return await promisify(execFile)('mount', options).then(
    () => true,
    () => false,
  );
}

/**
 * Work that fills and empties a disk, in whole blocks and without gaps: tmpfs counts blocks and leaves gaps out, the
 * simulated disk counts bytes, gaps among them. Nothing is removed while it is open.
 */
async function fillAndEmpty(folder: Folder, disk: Disk, random: Random): Promise<string> {
  const name = random.pick(['a', 'b', 'c']);
  const length = blockBytes * (1 + random.integer(6));
  const attempt = async (act: () => Promise<unknown>) => {
    try {
      await act();
      return 'done';
    } catch (thrown) {
      if (isHoldfastError(thrown)) return thrown.code;
      throw thrown;
    }
  };
  const drawn = random.integer(5);
  if (drawn === 0) return `remove ${await attempt(() => folder.remove(name))}`;
  if (drawn === 1)
    return `rename ${await attempt(() => folder.rename(name, { name: random.pick(['a', 'b']) }))}`;
  if ((await folder.entry(name)) === undefined) await (await folder.create(name)).close();
  const file = await folder.edit(name);
  const size = await file.size();
  const shrunk = Math.max(0, size - length);
  const how = await attempt(() =>
    drawn === 2 ? file.truncate(shrunk) : file.write(size, random.bytes(length)),
  );
  const after = await file.size();
  await file.close();
  return `${how} ${after} ${await disk.freeBytes(folder.path)}`;
}

test('a disk that fills up says so at the same byte, and has the same room again afterwards', async (context) => {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-full-'));
  if (!(await mounted(folder))) {
    await rm(folder, { recursive: true });
    context.skip('this account may mount no disk');
    return;
  }
  try {
    const machine = simulatedMachine(1, { trace: noTrace });
    const room = newRoom({ capacity: blocks * blockBytes });
    machine.volume.newFolder({ folder: machine.volume.root, name: 'small' }, room);
    const simulated = machine.ports('twin').disk;
    const [ours, theirs] = [await simulated.open('/small'), await disk.open(folder)];
    const [draws, same] = [randomFrom('full'), randomFrom('full')];
    const met: string[] = [];
    for (let step = 1; step <= 2_000; step++) {
      const told = await fillAndEmpty(ours, simulated, draws);
      assert.equal(told, await fillAndEmpty(theirs, disk, same), `step ${step}`);
      met.push(told);
    }
    assert.ok(met.filter((told) => told.startsWith('disk.full')).length > 50, 'the disk was never full');
    await theirs.close();
  } finally {
    await promisify(execFile)('umount', [folder]);
    await rm(folder, { recursive: true });
  }
});
