/**
 * A run of the installer that is cut off, or told a failure, at one port call: the machine is as before or as after.
 *
 * The run is made once. Before every call that changes the disk the disk is forked; each fork meets its downfall, the
 * installer is started on it anew, and then everything that is not durable is lost. Calls that change nothing need no
 * cuts: the disk is the same before and after them.
 */
import { isHoldfastError } from '@holdfast/contract';
import { asOnlyInstaller, type RunResult, type WindowsHost } from '@holdfast/msi';
import type { Downfall } from '../../src/crash/downfalls.ts';
import type { Volume } from '../../src/disk.ts';
import { makeFolders } from '../../src/machine.ts';
import { randomFrom } from '../../src/random.ts';
import { noTrace, type Trace } from '../../src/trace.ts';
import {
  differences,
  diskWith,
  factsOf,
  type InstallerWorld,
  installerWorld,
  rootPath,
  type Tree,
  treeOf,
} from './installer-world.ts';

export type Story = {
  readonly name: string;
  readonly before: Tree;
  /** Files that another program holds until the machine is started anew; paths below the root. */
  readonly held?: readonly string[];
  /**
   * Plans and runs; the lock is held, and what was broken off is at its end.
   * @param ended called whenever an operation is at its end: a file staged, a step applied, undone or finished
   */
  act(host: WindowsHost, ended?: () => void): Promise<RunResult>;
};

export type Ends = { readonly before: readonly string[]; readonly after: readonly string[] };

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

const lost = { names: 'lost', contents: 'lost' } as const;
const changing: ReadonlySet<unknown> = new Set([
  'disk.folder',
  'disk.create',
  'disk.rename',
  'disk.remove',
  'disk.removeFolder',
  'disk.syncFolder',
  'file.write',
  'file.truncate',
  'file.setTimes',
  'file.sync',
]);

function diskOf({ before, held = [] }: Story): Volume {
  const disk = diskWith(before);
  for (const path of held) {
    const cut = path.lastIndexOf('/');
    const file = makeFolders(disk, `${rootPath}${path.slice(0, cut)}`).entries.get(path.slice(cut + 1));
    if (file?.kind !== 'file') throw new Error(`there is no file ${path} to be held`);
    file.holders = 1;
  }
  return disk;
}

async function act(world: InstallerWorld, story: Story, ended?: () => void): Promise<RunResult> {
  const host = await world.start();
  return await asOnlyInstaller(host, () => story.act(host, ended));
}

/** Notes calls, and which of them are the first of an operation. */
function courseOf<Call>() {
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
async function recover(world: InstallerWorld): Promise<void> {
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
    add(_number, _life, name, path) {
      if (changing.has(name)) add({ call: `${name} ${path}`, disk: disk.fork() });
    },
  };
  await work(installerWorld(1, disk, trace), ended);
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

function judge(disk: Volume, ends: Ends, wanted: 'before' | 'after' | 'either'): readonly string[] {
  const now = factsOf(treeOf(disk));
  const isAs = (end: readonly string[]) =>
    end.length === now.length && end.every((one, at) => one === now[at]);
  if (wanted !== 'after' && isAs(ends.before)) return [];
  if (wanted !== 'before' && isAs(ends.after)) return [];
  const far = (end: readonly string[]) => differences(now, end).length + differences(end, now).length;
  const nearest = wanted !== 'before' && far(ends.after) < far(ends.before) ? ends.after : ends.before;
  return [
    [
      `neither before nor after (${wanted} was promised)`,
      ...differences(now, nearest).map((fact) => `+ ${fact}`),
      ...differences(nearest, now).map((fact) => `- ${fact}`),
    ].join('\n  '),
  ];
}

function fallen({ disk }: Moment, { damage }: Downfall, seed: number): Volume {
  const fork = disk.fork();
  if (damage !== 'kill') fork.powerCut(damage, randomFrom(seed));
  return fork;
}

async function end(disk: Volume, ends: Ends, seed: number): Promise<readonly string[]> {
  await recover(installerWorld(seed, disk));
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

const successes: readonly number[] = [0, 3010];

/** Calls that can fail, by name and path. */
async function failingOf(story: Story): Promise<Course<string>> {
  const disk = diskOf(story);
  const { course, add, ended } = courseOf<string>();
  disk.fault = (operation, path) => {
    add(`${operation} ${path}`);
    return undefined;
  };
  await act(installerWorld(1, disk), story, ended);
  return course;
}

/** Tells the run a failure at one of the calls that can fail, once. @param at its index, from 0 */
async function failOnce(story: Story, ends: Ends, at: number): Promise<readonly string[]> {
  const disk = diskOf(story);
  const world = installerWorld(1, disk);
  let asked = 0;
  let told = '';
  disk.fault = (operation, path) => {
    asked += 1;
    if (asked !== at + 1) return undefined;
    told = `${operation} ${path}`;
    return 'disk.failed';
  };
  let result: RunResult | undefined;
  let thrown: unknown;
  try {
    result = await act(world, story);
  } catch (failure) {
    if (!isHoldfastError(failure)) return [`${told}: ${String(failure)}`];
    thrown = failure;
  }
  disk.fault = () => undefined;
  if (told === '') return [`call ${at} was not reached`];
  const wanted = result === undefined ? 'either' : successes.includes(result.exitCode) ? 'after' : 'before';
  await recover(world);
  disk.powerCut(lost, randomFrom(1));
  return judge(disk, ends, wanted).map(
    (problem) => `${at}: ${told} (${result?.exitCode ?? String(thrown)}): ${problem}`,
  );
}

/** Tells the run a failure at calls that can fail. */
export async function failAt(story: Story, ends: Ends, choice: Choice = everyCall()): Promise<Cuts> {
  const problems: string[] = [];
  const chosen = choice(await failingOf(story));
  for (const at of chosen) problems.push(...(await failOnce(story, ends, at)));
  return { made: chosen.length, problems };
}
