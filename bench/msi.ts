/** Packages and cabinets beside msitools and cabextract: whole processes, and in a process that runs already. */
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bytesSource, openDatabase } from '@holdfast/msi';
import { ensureCli } from '../scripts/cli.ts';
import type { Figure, Skipped } from './figure.ts';
import { median, type Side, startProcess } from './measure.ts';
import { makeMszipCabinet, repeatLzxFolders } from './sides/cabinets.ts';

const projectFolder = join(import.meta.dirname, '..');
const samples = join(projectFolder, '../shared/corpus/msi');
const nunit = join(samples, 'NUnit-2.5.2.9222.msi');
const vcredist = join(samples, 'vcredist.msi');
/** What the command `holdfast` runs. */
const launcher = join(projectFolder, 'packages/cli/bin/holdfast.mjs');

const largeBytes = 200_000_000;
const lzxBytes = 100_000_000;

/** One comparison. `{out}` in a command stands for a folder that is made for each run and removed after it. */
type Pair = {
  readonly name: string;
  readonly peer: string;
  /** Most that the time of holdfast may be, in times of the peer's. */
  readonly atMost: number;
  readonly rounds: number;
  readonly holdfast: readonly string[];
  readonly command: readonly string[];
  /** What of the peer's time is starting it, measured alone: it is not counted beside a process that runs already. */
  readonly start: readonly string[];
  readonly wholeProcesses: boolean;
};

/** Milliseconds from starting a program until it has ended well. */
async function timed(command: readonly string[], cwd: string): Promise<number> {
  const [program = '', ...words] = command;
  const started = performance.now();
  const child = spawn(program, words, { cwd, stdio: ['ignore', 'ignore', 'inherit'] });
  await new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) =>
      code === 0 ? resolve() : reject(new Error(`${program} ended with ${code}: ${words.join(' ')}`)),
    );
  });
  return performance.now() - started;
}

async function inside(side: Side<unknown>, words: readonly string[]): Promise<number> {
  const { milliseconds, errors } = JSON.parse(await side.send(JSON.stringify(words)));
  if (typeof milliseconds !== 'number') throw new Error(`holdfast ${words.join(' ')}: ${errors}`);
  return milliseconds;
}

/** Runs `work` with its words in a folder of its own. */
async function inNewFolder(
  parent: string,
  words: readonly string[],
  work: (words: readonly string[], folder: string) => Promise<number>,
): Promise<number> {
  const folder = mkdtempSync(join(parent, 'out-'));
  try {
    return await work(
      words.map((word) => word.replaceAll('{out}', join(folder, 'out'))),
      folder,
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Takes both sides in turn, after one round that is not counted. */
async function compare(pair: Pair, running: Side<unknown>, folder: string): Promise<Figure[]> {
  const times = {
    whole: [] as number[],
    inside: [] as number[],
    peer: [] as number[],
    start: [] as number[],
  };
  for (let round = 0; round <= pair.rounds; round += 1) {
    const taken = {
      whole: pair.wholeProcesses
        ? await inNewFolder(folder, [process.execPath, launcher, ...pair.holdfast], timed)
        : Number.NaN,
      peer: await inNewFolder(folder, pair.command, timed),
      inside: await inNewFolder(folder, pair.holdfast, (words) => inside(running, words)),
      start: await inNewFolder(folder, pair.start, timed),
    };
    if (round > 0)
      for (const key of ['whole', 'peer', 'inside', 'start'] as const) times[key].push(taken[key]);
  }
  const ratios = (own: readonly number[], peer: readonly number[]) =>
    median(own.map((time, round) => time / (peer[round] ?? Number.NaN)));
  const working = times.peer.map((time, round) => time - (times.start[round] ?? 0));
  const figure = (how: string, value: number, own: readonly number[], peer: readonly number[]): Figure => ({
    name: `msi: ${pair.name}, ${how}`,
    value,
    unit: 'times',
    target: { atMost: pair.atMost },
    sides: { 'holdfast ms': median(own), [`${pair.peer} ms`]: median(peer) },
  });
  const processes = figure('whole processes', ratios(times.whole, times.peer), times.whole, times.peer);
  const inProcess = figure('in process', ratios(times.inside, working), times.inside, working);
  return pair.wholeProcesses ? [processes, inProcess] : [inProcess];
}

/** The cabinets that a package holds as streams. */
async function cabinetsIn(path: string): Promise<Buffer[]> {
  const database = await openDatabase(bytesSource(readFileSync(path)));
  const cabinets: Buffer[] = [];
  for (const name of new Set(database.streams.map((stream) => stream.name))) {
    const source = database.stream(name);
    if (source === undefined) continue;
    const bytes = Buffer.from(await source.read(0, source.size));
    if (bytes.toString('latin1', 0, 4) === 'MSCF') cabinets.push(bytes);
  }
  return cabinets;
}

/** The work of each figure, with the inputs that it makes in `folder`. */
async function pairs(folder: string): Promise<readonly Pair[]> {
  const database = await openDatabase(bytesSource(readFileSync(nunit)));
  const tables = database.tables.join(' ');
  const large = join(folder, 'mszip.cab');
  await makeMszipCabinet(large, largeBytes);
  const cabinets = await cabinetsIn(vcredist);
  const lzx = join(folder, 'lzx.cab');
  writeFileSync(lzx, await repeatLzxFolders(cabinets, 1));
  const longLzx = join(folder, 'lzx-long.cab');
  writeFileSync(longLzx, await repeatLzxFolders(cabinets, lzxBytes));
  const shell = (script: string) => ['sh', '-c', script];
  const cabextract = ['cabextract', '--version'];
  const allLzx = { peer: 'cabextract', atMost: 2.5, start: cabextract, wholeProcesses: false };
  return [
    {
      name: `all ${database.tables.length} tables of NUnit's package in one command`,
      peer: 'msiinfo export of each',
      atMost: 1,
      rounds: 9,
      holdfast: ['msi', 'export', nunit],
      command: shell(`for table in ${tables}; do msiinfo export ${nunit} $table || exit 1; done`),
      start: shell(`for table in ${tables}; do msiinfo --version || exit 1; done`),
      wholeProcesses: true,
    },
    {
      name: "extracting NUnit's package",
      peer: 'msiextract',
      atMost: 1.2,
      rounds: 9,
      holdfast: ['msi', 'extract', nunit, '-C', '{out}'],
      command: ['msiextract', '-C', '{out}', nunit],
      start: ['msiextract', '--version'],
      wholeProcesses: true,
    },
    {
      name: `extracting an MSZIP cabinet of ${largeBytes / 1_000_000} MB made by gcab`,
      peer: 'cabextract',
      atMost: 1.2,
      rounds: 5,
      holdfast: ['cab', 'extract', large, '-C', '{out}'],
      command: ['cabextract', '-q', '-d', '{out}', large],
      start: cabextract,
      wholeProcesses: true,
    },
    // Unpacked to nowhere: `cabextract -t` would also take digests.
    {
      ...allLzx,
      name: "unpacking an LZX folder of vcredist.msi's",
      rounds: 15,
      holdfast: ['cab', 'test', lzx],
      command: ['cabextract', '-q', '-p', lzx],
    },
    {
      ...allLzx,
      name: `unpacking LZX of vcredist.msi, repeated to ${lzxBytes / 1_000_000} MB`,
      rounds: 7,
      holdfast: ['cab', 'test', longLzx],
      command: ['cabextract', '-q', '-p', longLzx],
    },
  ];
}

/** Why the comparison cannot run here; undefined where it can. */
function lacking(): string | undefined {
  for (const path of [nunit, vcredist])
    if (!existsSync(path)) return `the sample package ${path} is not here`;
  for (const tool of ['msiinfo', 'msiextract', 'cabextract', 'gcab']) {
    try {
      execFileSync(tool, ['--version'], { stdio: 'ignore' });
    } catch {
      return `${tool} is not installed (Debian packages msitools, cabextract, gcab)`;
    }
  }
  return undefined;
}

export async function msi(): Promise<readonly (Figure | Skipped)[]> {
  const reason = lacking();
  if (reason !== undefined) return [{ name: 'msi', skipped: reason }];
  await ensureCli();
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-bench-'));
  const running = await startProcess<unknown>(process.execPath, [
    join(import.meta.dirname, 'sides/holdfast.ts'),
  ]);
  try {
    const figures: (Figure | Skipped)[] = [];
    for (const pair of await pairs(folder)) figures.push(...(await compare(pair, running, folder)));
    return figures;
  } finally {
    await running.stop();
    rmSync(folder, { recursive: true });
  }
}
