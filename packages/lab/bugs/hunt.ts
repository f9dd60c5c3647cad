/** Planting a bug into a copy of the packages, and exploring the copy until the bug is caught. */
import { spawn } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { PlantedBug } from './bug.ts';

const projectFolder = join(import.meta.dirname, '../../..');

/** Packages that the explorer runs through: only these are copied. */
const copied = ['contract', 'ports', 'engine', 'msi', 'rollout', 'client', 'lab'] as const;

export type Catch = {
  readonly bug: PlantedBug;
  /** The promise that the explorer saw broken; null = it was not caught. */
  readonly promise: string | null;
  /** What was seen. */
  readonly text: string;
  /** The seed that caught it, or the last one that was tried. */
  readonly seed: number;
  readonly seconds: number;
};

export type HuntLimits = {
  readonly from?: number;
  /** At most so many seeds. */
  readonly seeds: number;
  /** Milliseconds for the whole hunt. */
  readonly timeMs: number;
  /** Ends the hunt early. */
  readonly signal?: AbortSignal;
};

/** A copy of the packages in a folder of its own, with the modules of the project. */
export type Workspace = AsyncDisposable & { readonly folder: string };

export async function makeWorkspace(): Promise<Workspace> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-planted-'));
  const modules = join(folder, 'node_modules');
  await mkdir(join(modules, '@holdfast'), { recursive: true });
  for (const name of copied) {
    const [from, to] = [join(projectFolder, 'packages', name), join(folder, 'packages', name)];
    await cp(join(from, 'src'), join(to, 'src'), { recursive: true });
    await cp(join(from, 'package.json'), join(to, 'package.json'));
    await symlink(to, join(modules, '@holdfast', name), 'junction');
  }
  const seek = join(folder, 'packages/lab/bugs/seek.ts');
  await mkdir(dirname(seek), { recursive: true });
  await cp(join(import.meta.dirname, 'seek.ts'), seek);
  for (const name of await readdir(join(projectFolder, 'node_modules'))) {
    if (name.startsWith('.') || name === '@holdfast') continue;
    await symlink(join(projectFolder, 'node_modules', name), join(modules, name), 'junction');
  }
  return { folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
}

/** The text with the bug in it. @throws Error when the place of the bug is not there, or not the only one */
export function planted(bug: PlantedBug, text: string): string {
  const places = text.split(bug.find).length - 1;
  if (places !== 1) {
    throw new Error(`The text of planted bug ${bug.name} is ${places} times in ${bug.file}: write it anew.`);
  }
  return text.replace(bug.find, () => bug.replace);
}

/** Plants the bug into the workspace, hunts it, and takes it out again. */
export async function hunt({ folder }: Workspace, bug: PlantedBug, limits: HuntLimits): Promise<Catch> {
  const path = join(folder, 'packages', bug.file);
  const original = await readFile(path, 'utf8');
  await writeFile(path, planted(bug, original));
  const began = performance.now();
  try {
    const found = await seek(folder, limits);
    return { bug, ...found, seconds: Math.round(performance.now() - began) / 1000 };
  } finally {
    await writeFile(path, original);
  }
}

type Said = { readonly seed: number; readonly promise?: string; readonly text?: string };

/** Milliseconds after which one seed counts as one that never ends. */
const longestSeedMs = 60_000;

async function seek(
  folder: string,
  { from = 1, seeds, timeMs, signal }: HuntLimits,
): Promise<Pick<Catch, 'promise' | 'text' | 'seed'>> {
  const program = join(folder, 'packages/lab/bugs/seek.ts');
  const child = spawn(process.execPath, [program, String(from), String(seeds)], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let complaint = '';
  child.stderr.on('data', (chunk: Buffer) => {
    complaint = `${complaint}${chunk}`.slice(-2_000);
  });
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  let stopped: 'never-ends' | 'out-of-time' | undefined;
  const stop = (why: typeof stopped) => () => {
    stopped = why;
    child.kill('SIGKILL');
  };
  const outOfTime = setTimeout(stop('out-of-time'), timeMs);
  signal?.addEventListener('abort', stop('out-of-time'), { once: true });
  let neverEnds = setTimeout(stop('never-ends'), longestSeedMs);
  let last: Said = { seed: from };
  for await (const line of createInterface({ input: child.stdout })) {
    last = JSON.parse(line) as Said;
    clearTimeout(neverEnds);
    neverEnds = setTimeout(stop('never-ends'), longestSeedMs);
  }
  const code = await ended;
  clearTimeout(outOfTime);
  clearTimeout(neverEnds);
  const { seed, promise, text = '' } = last;
  if (promise !== undefined) return { promise, text, seed };
  if (stopped === 'never-ends') return { promise: 'I7', text: 'the seed never ends', seed };
  if (stopped === undefined && code !== 0) {
    return { promise: 'I2', text: `the process ended: ${complaint.trim().split('\n').at(-1) ?? ''}`, seed };
  }
  return { promise: null, text: 'not caught', seed };
}
