/**
 * A run of the installer that is cut off at one port call: the machine is as before or as after.
 *
 * The run is made once. Before every call that changes the disk the disk is forked; each fork meets its downfall, the
 * installer is started on it anew, and then everything that is not durable is lost. Calls that change nothing need no
 * cuts: the disk is the same before and after them.
 */
import { HoldfastError } from '@holdfast/contract';
import { asOnlyInstaller, type RunResult } from '@holdfast/msi';
import { changeOf } from '../../src/crash/course.ts';
import type { Downfall } from '../../src/crash/downfalls.ts';
import type { FileNode, Place } from '../../src/disk/nodes.ts';
import type { Volume } from '../../src/disk/volume.ts';
import type { Story } from '../../src/flows/installer/packages.ts';
import {
  diskWith,
  type Ends,
  factsOf,
  type InstallerWorld,
  installerWorld,
  rootPath,
  strayFrom,
  type Tree,
  treeOf,
} from '../../src/flows/installer/root.ts';
import { makeFolders } from '../../src/machine/machine.ts';
import { randomFrom } from '../../src/world/random.ts';
import { noTrace, type Trace } from '../../src/world/trace.ts';

/** The disk as it is before a call that changes it, and what call that is. */
export type Moment = { readonly call: string; readonly disk: Volume };

/** Calls in their order, and the indexes of those that each begin an operation. */
export type Course<Call> = { readonly calls: readonly Call[]; readonly starts: readonly number[] };

export type Told = Ends & {
  readonly result: RunResult;
  readonly tree: Tree;
  /** Calls that change the disk. */
  readonly moments: Course<Moment>;
};

/** Which calls of a course meet a downfall, by index. */
export type Choice = (course: Course<unknown>) => readonly number[];

/** Every `stride`-th call. */
export const everyCall =
  (stride = 1): Choice =>
  ({ calls }) =>
    Array.from({ length: Math.ceil(calls.length / stride) }, (_, index) => index * stride);

/** The first call of every operation, and three drawn from its midst. */
export const everyOperation =
  (seed: number): Choice =>
  ({ calls, starts }) => {
    const random = randomFrom(seed);
    return starts.flatMap((start, index) => {
      const length = (starts[index + 1] ?? calls.length) - start;
      const midst = Array.from({ length: Math.min(3, length - 1) }, () => 1 + random.integer(length - 1));
      return [...new Set([0, ...midst])].map((offset) => start + offset);
    });
  };

export const lost = { names: 'lost', contents: 'lost' } as const;
/** Every installer of these tests has a number of its own, on whatever fork of a disk. */
let lives = 0;

export function worldOf(seed: number, disk: Volume, trace: Trace = noTrace): InstallerWorld {
  lives += 10;
  return installerWorld(seed, disk, lives, trace);
}

/** Files that are held are neither replaced nor removed, as Windows has it; on a fork nobody holds them. */
export function diskOf({ before, held = [] }: Story): Volume {
  const disk = diskWith(before);
  const files = new Set(held.map((path) => fileAt(disk, path)));
  const { move, remove } = disk;
  const refuse = ({ folder, name }: Place): void => {
    const node = folder.entries.get(name);
    if (node?.kind === 'file' && files.has(node)) throw new HoldfastError('disk.busy', `${name} is in use.`);
  };
  disk.move = (from, to) => {
    refuse(from);
    refuse(to);
    move(from, to);
  };
  disk.remove = (place) => {
    refuse(place);
    remove(place);
  };
  return disk;
}

function fileAt(disk: Volume, path: string): FileNode {
  const cut = path.lastIndexOf('/');
  const file = makeFolders(disk, `${rootPath}${path.slice(0, cut)}`).entries.get(path.slice(cut + 1));
  if (file?.kind !== 'file') throw new Error(`there is no file ${path} to be held`);
  return file;
}

export async function act(world: InstallerWorld, story: Story, ended?: () => void): Promise<RunResult> {
  const host = await world.start();
  return await asOnlyInstaller(host, () => story.act(host, ended));
}

/** Notes calls, and which of them are the first of an operation. */
export function courseOf<Call>() {
  const calls: Call[] = [];
  const starts: number[] = [];
  let fresh = true;
  return {
    course: { calls, starts },
    add(call: Call) {
      if (fresh) starts.push(calls.length);
      fresh = false;
      calls.push(call);
    },
    ended() {
      fresh = true;
    },
  };
}

/** Starts the installer anew, as its next run does. */
export async function recover(world: InstallerWorld): Promise<void> {
  await asOnlyInstaller(await world.start(), async () => undefined);
}

/** Does the work on a disk, and forks the disk before each of its calls that change it. */
async function momentsOf(
  disk: Volume,
  work: (world: InstallerWorld, ended: () => void) => Promise<unknown>,
): Promise<Course<Moment>> {
  const { course, add, ended } = courseOf<Moment>();
  const trace: Trace = {
    ...noTrace,
    add(...parts) {
      const call = changeOf(parts);
      if (call !== undefined) add({ call, disk: disk.fork() });
    },
  };
  await work(worldOf(1, disk, trace), ended);
  return course;
}

/** Runs the story undisturbed: what the machine is then, durable. */
export async function tell(story: Story): Promise<Told> {
  const disk = diskOf(story);
  let result: RunResult | undefined;
  const moments = await momentsOf(disk, async (world, ended) => {
    result = await act(world, story, ended);
  });
  if (result === undefined) throw new Error('the run has no result');
  disk.powerCut(lost, randomFrom(1));
  const tree = treeOf(disk);
  return { before: factsOf(story.before), after: factsOf(tree), tree, result, moments };
}

export function judge(disk: Volume, ends: Ends, wanted: 'before' | 'after' | 'either'): readonly string[] {
  const strays = strayFrom(factsOf(treeOf(disk)), ends, wanted);
  return strays.length === 0 ? [] : [strays.join('\n  ')];
}

function fallen({ disk }: Moment, { damage }: Downfall, seed: number): Volume {
  const fork = disk.fork();
  if (damage !== 'kill') fork.powerCut(damage, randomFrom(seed));
  return fork;
}

async function end(disk: Volume, ends: Ends, seed: number): Promise<readonly string[]> {
  await recover(worldOf(seed, disk));
  disk.powerCut(lost, randomFrom(seed));
  return judge(disk, ends, 'either');
}

export type Cuts = { readonly made: number; readonly problems: readonly string[] };

/** Cuts the run off before calls that change the disk. */
export async function cutAt(
  { moments, ...ends }: Told,
  ways: readonly Downfall[],
  choice: Choice = everyCall(),
): Promise<Cuts> {
  const problems: string[] = [];
  let made = 0;
  for (const at of choice(moments)) {
    const moment = moments.calls[at];
    if (moment === undefined) continue;
    for (const way of ways) {
      made += 1;
      const found = await end(fallen(moment, way, at), ends, 2);
      problems.push(...found.map((problem) => `${at}: ${moment.call}: ${way.name}: ${problem}`));
    }
  }
  return { made, problems };
}

/** Cuts the run off, and then the recovery from that at each of its calls, or at every `stride`-th. */
export async function cutTwice(
  { moments, ...ends }: Told,
  ways: readonly [Downfall, Downfall],
  strides: readonly [first: number, second: number],
): Promise<Cuts> {
  const problems: string[] = [];
  let made = 0;
  for (const at of everyCall(strides[0])(moments)) {
    const moment = moments.calls[at];
    if (moment === undefined) continue;
    const recovery = (await momentsOf(fallen(moment, ways[0], at), recover)).calls;
    for (let second = at % strides[1]; second < recovery.length; second += strides[1]) {
      const again = recovery[second];
      if (again === undefined) break;
      made += 1;
      const found = await end(fallen(again, ways[1], second), ends, 3);
      problems.push(...found.map((problem) => `${at}: ${moment.call}, ${second}: ${again.call}: ${problem}`));
    }
  }
  return { made, problems };
}
