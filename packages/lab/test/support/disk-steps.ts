/** Random steps of work on a disk, each told in words: every operation of the port, on folders and files opened so far. */
import assert from 'node:assert/strict';
import { isHoldfastError } from '@holdfast/contract';
import type { Disk, Folder, OpenFile } from '@holdfast/ports';
import type { Random } from '../../src/world/random.ts';
import { canonical } from '../../src/world/trace.ts';

/** One of the twins: its disk, the folder it works in, and what it has open. */
export type Twin = {
  readonly disk: Disk;
  readonly base: string;
  readonly folders: Folder[];
  readonly files: OpenFile[];
  /** Mode of a file in the base, looked at from outside the port; undefined where there is none. */
  readonly modeOf: (name: string) => Promise<number | undefined>;
};

export type Step = { readonly told: string; readonly work: (twin: Twin) => Promise<unknown> };

const names = ['a', 'b', 'c', 'd'] as const;
const badNames = ['..', '.', 'x/y', '', 'n'.repeat(300), 'nul\0'] as const;
const modes = [0o600, 0o644, 0o700, 0o444] as const;
/** Whole seconds: every file system keeps those. */
const times = [0, 1_000_000_000_000, 1_234_567_890_000] as const;

type Weighted = readonly [weight: number, make: () => Step];

export function nextStep(random: Random, folders: number, files: number): Step {
  const where = random.integer(folders);
  const which = files === 0 ? 0 : random.integer(files);
  const steps = [...folderSteps(random, where, random.integer(folders)), ...fileSteps(random, which)];
  let drawn = random.integer([...steps, ...pathSteps(random)].reduce((sum, [weight]) => sum + weight, 0));
  for (const [weight, make] of [...steps, ...pathSteps(random)]) {
    if (drawn < weight) return make();
    drawn -= weight;
  }
  throw new Error('the weights do not add up');
}

/** Whole paths: of the base, through what may be a folder, a file or a link, and such as are none. */
function pathSteps(random: Random): readonly Weighted[] {
  const path = random.pick(['', '/a', '/b/c', '/a/../b', '/link', '//a/', 'relative', '/\0']);
  const of = (base: string) => (path === 'relative' ? path : `${base}${path}`);
  return [
    [
      2,
      () => ({
        told: `open the path ${JSON.stringify(path)}`,
        work: async ({ disk, base, folders }) => void folders.push(await disk.open(of(base))),
      }),
    ],
    [
      1,
      () => ({
        told: `free bytes of the path ${JSON.stringify(path)}`,
        work: async ({ disk, base }) => ((await disk.freeBytes(of(base))) > 0 ? 'some' : 'none'),
      }),
    ],
  ];
}

function folderSteps(random: Random, where: number, to: number): readonly Weighted[] {
  const name = random.chance(1, 40) ? random.pick(badNames) : random.pick([...names, 'link', 'loose-link']);
  const other = random.chance(1, 60) ? random.pick(badNames) : random.pick(names);
  const mode = random.pick(modes);
  const told = JSON.stringify(name.slice(0, 12));
  const inFolder = (doing: string, work: (folder: Folder, twin: Twin) => Promise<unknown>): Step => ({
    told: `folder ${where}: ${doing}`,
    work: (twin) => work(present(twin.folders[where]), twin),
  });
  const opened = (doing: string, open: (folder: Folder) => Promise<OpenFile>) =>
    inFolder(doing, async (folder, twin) => void twin.files.push(await open(folder)));
  const entered = (doing: string, create: boolean) =>
    inFolder(doing, async (folder, twin) => void twin.folders.push(await folder.folder(name, { create })));
  return [
    [6, () => entered(`make ${told}`, true)],
    [3, () => entered(`open ${told}`, false)],
    [4, () => opened(`create ${told}`, (folder) => folder.create(name))],
    [4, () => opened(`create ${told} with mode ${mode}`, (folder) => folder.create(name, { mode }))],
    [2, () => ({ told: `mode of ${told}`, work: (twin) => twin.modeOf(name) })],
    [4, () => opened(`read ${told}`, (folder) => folder.read(name))],
    [4, () => opened(`edit ${told}`, (folder) => folder.edit(name))],
    [4, () => inFolder(`entry ${told}`, (folder) => folder.entry(name))],
    [4, () => inFolder('list', (folder) => folder.list())],
    [2, () => inFolder('names', (folder) => folder.names())],
    [2, () => inFolder(`times of ${told}`, async (folder) => timesTold(await folder.times(name)))],
    [
      10,
      () =>
        inFolder(`rename ${told} to ${JSON.stringify(other.slice(0, 12))} of ${to}`, (folder, twin) =>
          folder.rename(name, { folder: present(twin.folders[to]), name: other }),
        ),
    ],
    [
      3,
      () =>
        inFolder(`rename ${told} to ${JSON.stringify(other.slice(0, 12))}`, (folder) =>
          folder.rename(name, { name: other }),
        ),
    ],
    [5, () => inFolder(`remove ${told}`, (folder) => folder.remove(name))],
    [4, () => inFolder(`remove folder ${told}`, (folder) => folder.removeFolder(name))],
    [1, () => inFolder('sync', (folder) => folder.sync())],
    [1, () => inFolder('close', async (folder) => (where === 0 ? undefined : await folder.close()))],
  ];
}

function fileSteps(random: Random, which: number): readonly Weighted[] {
  const position = random.integer(6000);
  const data = random.bytes(random.integer(700));
  const time = random.pick(times);
  const inFile = (doing: string, work: (file: OpenFile) => Promise<unknown>): Step => ({
    told: `file ${which}: ${doing}`,
    work: async ({ files }) => {
      const file = files[which];
      return file && (await work(file));
    },
  });
  return [
    [8, () => inFile(`write ${data.length} at ${position}`, (file) => file.write(position, data))],
    [4, () => inFile(`truncate to ${position}`, (file) => file.truncate(position))],
    [6, () => inFile(`read at ${position}`, (file) => file.read(position - (position % 1000), 1500))],
    [2, () => inFile('size', (file) => file.size())],
    [3, () => inFile(`set times to ${time}`, (file) => file.setTimes(time))],
    [1, () => inFile('sync', (file) => file.sync())],
    [2, () => inFile('close', (file) => file.close())],
  ];
}

/** The clocks of the twins differ: only a time that was set is compared. */
function timesTold(found: Awaited<ReturnType<Folder['times']>>): string {
  if (found === undefined) return 'none';
  const set = times.find((time) => time === found.modified);
  return `${found.created === undefined ? 'no time of creation' : 'created'}, modified ${set ?? 'now'}`;
}

/** What a step answers, or the code that it fails with. */
export async function outcome(step: Step, twin: Twin): Promise<string> {
  try {
    return canonical(await step.work(twin));
  } catch (thrown) {
    if (isHoldfastError(thrown)) return thrown.code;
    throw thrown;
  }
}

export async function closeAll({ folders, files }: Twin): Promise<void> {
  await Promise.all([...folders, ...files].map((handle) => handle.close()));
}

function present<T>(value: T | undefined): T {
  assert.ok(value !== undefined);
  return value;
}
