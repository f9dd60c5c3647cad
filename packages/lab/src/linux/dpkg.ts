/**
 * A simulated dpkg: packages of plain files are unpacked, configured and removed in the order of dpkg 1.21.22, with its
 * database, its words and its exit codes. Left out: dependencies, maintainer scripts, conffiles, triggers, diversions,
 * more than one architecture.
 */
import { basename } from 'node:path/posix';
import { HoldfastError } from '@holdfast/contract';
import { readWhole, withOpen } from '@holdfast/engine';
import type { Program, ProgramRun } from '../machine/processes.ts';
import { adminPath, type Database, openDatabase } from './database.ts';
import type { System } from './files.ts';
import type { PackageLock } from './locks.ts';
import { configure, remove, unpack, type Work } from './package-steps.ts';

export type DpkgTimes = {
  /** Milliseconds for each file or folder that is unpacked. */
  readonly unpackMs: number;
  /** Milliseconds for each package that is configured. */
  readonly configureMs: number;
};

const usualTimes: DpkgTimes = { unpackMs: 200, configureMs: 500 };

/** Bytes of the largest package that is read. */
const packageLimit = 256 * 1024 * 1024;

const actions = {
  '-i': 'install',
  '--install': 'install',
  '--unpack': 'unpack',
  '--configure': 'configure',
  '-r': 'remove',
  '--remove': 'remove',
  '-P': 'purge',
  '--purge': 'purge',
} as const;
type Action = (typeof actions)[keyof typeof actions];

type Line = { readonly action: Action; readonly root: string; readonly words: readonly string[] };

/** `dpkg`, to be run as a program of a simulated machine. */
export function dpkgProgram(lock: PackageLock, times: DpkgTimes = usualTimes): Program {
  return async (run) => {
    const line = readLine(run.words);
    if (line === undefined) return refuse(run, 'need an action option');
    const { identity } = run;
    // A front end that has the lock for the whole of its work says so in the environment of its dpkg.
    const underFrontEnd = run.environment.DPKG_FRONTEND_LOCKED !== undefined;
    const other = underFrontEnd ? undefined : lock.take(identity, 'dpkg');
    if (other !== undefined) return refuse(run, lockedBy(other.pid));
    try {
      return await act(run, line, times);
    } finally {
      lock.release(identity);
    }
  };
}

export function lockedBy(pid: number): string {
  return `dpkg frontend lock was locked by another process with pid ${pid}\nNote: removing the lock file is always wrong, can damage the locked area\nand the entire system. See <https://wiki.debian.org/Teams/Dpkg/FAQ#db-lock>.`;
}

/** What stops dpkg as a whole. */
function refuse({ print }: ProgramRun, why: string): number {
  print(`dpkg: error: ${why}\n`);
  return 2;
}

function readLine(words: readonly string[]): Line | undefined {
  let action: Action | undefined;
  let root = '/';
  const rest: string[] = [];
  for (const word of words) {
    const [, given] = /^--root=(.+)$/.exec(word) ?? [];
    if (given !== undefined) root = given;
    else if (Object.hasOwn(actions, word)) action = actions[word as keyof typeof actions];
    else if (word === '-a' || word === '--pending' || !word.startsWith('-')) rest.push(word);
  }
  return action === undefined || rest.length === 0 ? undefined : { action, root, words: rest };
}

async function act(run: ProgramRun, line: Line, times: DpkgTimes): Promise<number> {
  const system: System = { disk: run.disk, root: line.root };
  await withOpen(run.disk.open(adminPath(line.root)), async (admin) => {
    if ((await admin.entry('lock-frontend')) === undefined)
      await (await admin.create('lock-frontend')).close();
  });
  const database = await openDatabase(run.disk, line.root);
  const work: Work = {
    system,
    database,
    print: run.print,
    unpackPause: () => run.clock.sleep(times.unpackMs),
    configurePause: () => run.clock.sleep(times.configureMs),
  };
  const failed = await actOnAll(run, line, work);
  await database.checkpoint();
  await database.close();
  if (failed.length === 0) return 0;
  run.print(`Errors were encountered while processing:\n${failed.map((word) => ` ${word}\n`).join('')}`);
  return 1;
}

/** Unpacks everything before it configures anything. Answers what could not be done. */
async function actOnAll(run: ProgramRun, { action, words }: Line, work: Work): Promise<readonly string[]> {
  const failed: string[] = [];
  const attempt = async (word: string, doing: string, step: () => Promise<string | undefined>) => {
    try {
      return await step();
    } catch (thrown) {
      if (!(thrown instanceof HoldfastError)) throw thrown;
      run.print(`dpkg: error processing ${doing} ${word} (--${action}):\n ${reasonOf(thrown)}\n`);
      failed.push(word);
      return undefined;
    }
  };
  if (action === 'remove' || action === 'purge') {
    for (const word of words) await attempt(word, 'package', () => remove(work, word));
    return failed;
  }
  let names: (string | undefined)[] = [];
  if (action === 'configure')
    names = [...(words.includes('-a') || words.includes('--pending') ? pending(work.database) : words)];
  else {
    for (const word of words) {
      names.push(
        await attempt(word, 'archive', async () => unpack(work, basename(word), await readFile(run, word))),
      );
    }
  }
  if (action === 'unpack') return failed;
  for (const name of names) {
    if (name !== undefined) await attempt(name, 'package', () => configure(work, name));
  }
  return failed;
}

/** In dpkg's words, where it has some. */
function reasonOf(error: HoldfastError): string {
  if (error.code === 'disk.full') return 'failed to write (No space left on device)';
  if (error.code === 'disk.not-found') return 'cannot access archive: No such file or directory';
  return error.message;
}

/** Those that are unpacked, or were being configured. */
function pending({ packages }: Database): readonly string[] {
  const waiting = ['unpacked', 'half-configured'];
  return [...packages.values()]
    .filter(({ status }) => waiting.includes(status.state))
    .map(({ name }) => name);
}

async function readFile({ disk, folder }: ProgramRun, word: string): Promise<Uint8Array> {
  const path = word.startsWith('/') ? word : `${folder}/${word}`;
  const cut = path.lastIndexOf('/');
  return await withOpen(disk.open(path.slice(0, cut) || '/'), (opened) =>
    readWhole(opened, path.slice(cut + 1), packageLimit),
  );
}
