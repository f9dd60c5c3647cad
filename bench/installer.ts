/** The installer: how long a repair plan takes, and an installation beside the real msiexec, whole processes both. */
import { execFileSync, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { localDisk } from '@holdfast/machine';
import { initRoot } from '@holdfast/msi';
import { isFresh } from '../packages/cli/bin/built.mjs';
import { makeWinePrefix, type WinePrefix, wineAvailable } from '../packages/machine/wine/index.ts';
import { ensureCli } from '../scripts/cli.ts';
import type { Figure, Skipped } from './figure.ts';
import { median, startProcess } from './measure.ts';

const projectFolder = join(import.meta.dirname, '..');
const nunit = join(projectFolder, '../shared/corpus/msi/NUnit-2.5.2.9222.msi');
/** What the command `holdfast` runs. */
const launcher = join(projectFolder, 'packages/cli/bin/holdfast.mjs');
/** A file of the package, below drive C. */
const installedFile = 'Program Files (x86)/NUnit 2.5.2/bin/net-2.0/nunit.exe';

const planRounds = 15;
const installRounds = 7;
const coldRounds = 5;

/** Milliseconds from starting `holdfast msiexec` until it has ended well. */
async function holdfast(root: string, words: readonly string[]): Promise<number> {
  const started = performance.now();
  const child = spawn(process.execPath, [launcher, 'msiexec', ...words, '--root', root], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', resolve);
  });
  const taken = performance.now() - started;
  if (code !== 0) throw new Error(`holdfast msiexec ${words.join(' ')} ended with ${code}`);
  return taken;
}

/** The same of the real msiexec. */
async function wine(prefix: WinePrefix, words: readonly string[]): Promise<number> {
  const started = performance.now();
  const { code, output } = await prefix.run('msiexec', words);
  const taken = performance.now() - started;
  if (code !== 0) throw new Error(`msiexec ${words.join(' ')} ended with ${code}: ${output}`);
  return taken;
}

/** Installs, for which time is taken, and removes again, for which none is. */
async function installOnce(
  driveC: string,
  run: (words: readonly string[]) => Promise<number>,
): Promise<number> {
  const taken = await run(['/i', nunit, '/qn']);
  if (!existsSync(join(driveC, installedFile))) throw new Error(`Nothing was installed in ${driveC}.`);
  await run(['/x', nunit, '/qn']);
  if (existsSync(join(driveC, installedFile))) throw new Error(`It was not removed from ${driveC}.`);
  return taken;
}

type Side = { readonly name: string; once(): Promise<number> };

/** Takes all sides in turn, after one round that is not counted. */
async function inTurn(
  sides: readonly Side[],
  rounds: number,
): Promise<ReadonlyMap<string, readonly number[]>> {
  const times = new Map<string, number[]>(sides.map(({ name }) => [name, []]));
  for (let round = 0; round <= rounds; round += 1) {
    for (const { name, once } of sides) {
      const taken = await once();
      if (round > 0) times.get(name)?.push(taken);
    }
  }
  return times;
}

function ratio(
  name: string,
  times: ReadonlyMap<string, readonly number[]>,
  [own, peer]: readonly [string, string],
): Figure {
  const [ownTimes, peerTimes] = [times.get(own) ?? [], times.get(peer) ?? []];
  return {
    name: `installer: ${name}`,
    value: median(ownTimes.map((time, round) => time / (peerTimes[round] ?? Number.NaN))),
    unit: 'times',
    target: { atMost: 1 },
    sides: { 'holdfast ms': median(ownTimes), 'wine ms': median(peerTimes) },
  };
}

/** The root that a machine without Wine would make. */
async function makeEmptyRoot(folder: string): Promise<string> {
  await initRoot({ disk: localDisk(), clock: Date }, folder, { architecture: 'x64', windows: '10.0' });
  return folder;
}

async function installing(folder: string): Promise<readonly Figure[]> {
  await using prefix = await makeWinePrefix(join(folder, 'prefix'));
  // Where the same Windows is for both, each has a copy of it.
  const copy = join(folder, 'copy');
  cpSync(join(folder, 'prefix'), copy, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true });
  const empty = await makeEmptyRoot(join(folder, 'empty'));
  const msiexec: Side = {
    name: 'wine',
    once: () => installOnce(prefix.driveC, (words) => wine(prefix, words)),
  };
  const into = (name: string, root: string): Side => ({
    name,
    once: () => installOnce(join(root, 'drive_c'), (words) => holdfast(root, words)),
  });
  // A wineserver that stays; the prefix ends it when it is closed.
  const environment = {
    ...process.env,
    WINEPREFIX: join(folder, 'prefix'),
    WINEDEBUG: '-all',
    WINEDLLOVERRIDES: 'winemenubuilder.exe=d',
  };
  execFileSync('wineserver', ['-p'], { env: environment, stdio: 'ignore' });
  const warm = await inTurn([into('copy', copy), msiexec, into('empty', empty)], installRounds);
  const cold = await inTurn(
    [
      into('copy', copy),
      {
        name: 'wine',
        once: async () => {
          await prefix.shutDown();
          return await msiexec.once();
        },
      },
    ],
    coldRounds,
  );
  return [
    ratio("installing NUnit into a copy of Wine's root, its wineserver running", warm, ['copy', 'wine']),
    ratio('installing NUnit into an empty root, the wineserver running', warm, ['empty', 'wine']),
    ratio("installing NUnit into a copy of Wine's root, no wineserver running before", cold, [
      'copy',
      'wine',
    ]),
  ];
}

type Planned = { readonly fresh: number; readonly opened: number; readonly files: number };

async function planning(folder: string): Promise<readonly Figure[]> {
  const root = await makeEmptyRoot(join(folder, 'whole'));
  await holdfast(root, ['/i', nunit, 'ADDLOCAL=ALL', '/qn']);
  const side = await startProcess<unknown>(process.execPath, [
    join(import.meta.dirname, 'sides/repair-plan.ts'),
    root,
    nunit,
  ]);
  try {
    const rounds: Planned[] = [];
    // As many before them, until all of it is compiled.
    for (let round = 0; round < 2 * planRounds; round += 1) rounds.push(JSON.parse(await side.send('')));
    const taken = rounds.slice(planRounds);
    const files = taken[0]?.files ?? 0;
    const figure = (how: string, key: 'fresh' | 'opened'): Figure => ({
      name: `installer: repair plan of NUnit (${files} files on disk), ${how}`,
      value: median(taken.map((one) => one[key])),
      unit: 'ms',
      target: { atMost: 100 },
      sides: { slowest: Math.max(...taken.map((one) => one[key])) },
    });
    return [figure('root and package opened for it', 'fresh'), figure('root and package open', 'opened')];
  } finally {
    await side.stop();
  }
}

/** Why nothing of it can be measured here; undefined where it can. */
function lacking(): string | undefined {
  return existsSync(nunit) ? wineAvailable() : `the sample package ${nunit} is not here`;
}

export async function installer(): Promise<readonly (Figure | Skipped)[]> {
  const reason = lacking();
  if (reason !== undefined) return [{ name: 'installer', skipped: reason }];
  await ensureCli();
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-bench-'));
  try {
    const figures = [...(await planning(folder)), ...(await installing(folder))];
    if (!isFresh())
      throw new Error('Sources changed meanwhile: what was measured was not the built program.');
    return figures;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
