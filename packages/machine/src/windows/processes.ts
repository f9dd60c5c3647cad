/**
 * Running other programs on Windows: a job object around each, so that a kill reaches all that it started.
 *
 * The job object has the mark in its name. A name goes with the last open handle, so the program holds one too and
 * hands it on to what it starts (as far as that inherits handles): the job is found by its name when the client that
 * made it is gone. A program is in its job from a moment after its start on: a client that is killed within that
 * moment leaves one that no mark finds, and so does one that Windows lets nobody put into a job.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { HoldfastError } from '@holdfast/contract';
import {
  type Command,
  type Exit,
  isMark,
  type Processes,
  type ProcessIdentity,
  type Running,
} from '@holdfast/ports';
import { diskError } from '../shared/disk-errors.ts';
import { endAll } from '../shared/end-all.ts';
import { type OutputSpool, openOutputSpool } from '../shared/output-spool.ts';
import { bootId } from './boot.ts';
import { accessRight, type Handle, synchronize, waitTimeout, win32 } from './win32.ts';

/** Exit code of what a kill ended: an application may use it too, so that it alone proves nothing. */
const killedCode = 0x4844_4b4c;

/** Highest process id that OpenProcess takes. */
const highestPid = 0xffff_ffff;

/** JOBOBJECTINFOCLASS of the list of process ids. */
const processIdList = 3;

/** Processes of one program that are looked at. */
const mostProcesses = 1000;

export type ProcessesOptions = {
  /** Folder for the nameless files that take output; the account's temporary folder unless given. */
  readonly spoolFolder?: string;
};

export function windowsProcesses({ spoolFolder = tmpdir() }: ProcessesOptions = {}): Processes {
  return {
    start: async (command) => {
      refuseUnfit(command);
      const spool = await openOutputSpool(spoolFolder).catch((thrown: unknown) => {
        throw diskError(thrown, `make a file for output in ${spoolFolder}`);
      });
      try {
        const child = spawnCommand(command, spool.descriptor);
        // In the same turn: what the program starts before it is in its job is not found and not killed with it.
        const job = child.pid === undefined ? undefined : holdInJob(child.pid, command.mark);
        await once(child, 'spawn').catch((thrown: unknown) => {
          throw startError(thrown, command);
        });
        return watch(child, job, spool);
      } catch (thrown) {
        await spool.finish();
        throw thrown;
      }
    },
    alive: async (identity) => runs(identity),
    find: async (mark) => {
      const [first] = markedWith(mark);
      return first && { ...first, bootId: bootId() };
    },
    end: async ({ identity, mark }) => {
      if (!runs(identity)) return;
      // As `kill`: the whole job, or the program alone where Windows would not put it into one.
      await endAll(() => {
        const job = markedWith(mark).map(({ pid }) => pid);
        return runs(identity) && !job.includes(identity.pid) ? [identity.pid, ...job] : job;
      });
    },
  };
}

function runs(identity: ProcessIdentity): boolean {
  return identity.bootId === bootId() && startTimeOfRunning(identity.pid) === identity.started;
}

function refuseUnfit({ program, arguments: words, folder, mark }: Command): void {
  if (
    [program, folder, ...(typeof words === 'string' ? [words] : words)].some((word) => word.includes('\0'))
  ) {
    throw new HoldfastError('command.invalid', 'A word of the command line has a NUL in it.');
  }
  if (mark !== undefined && !isMark(mark)) {
    throw new HoldfastError('command.invalid', 'The mark of the command is no plain word.');
  }
}

function startError(thrown: unknown, command: Command): HoldfastError {
  const details = { program: command.program, folder: command.folder };
  if (!existsSync(command.folder)) {
    // spawn says ENOENT for both, and names the program.
    return new HoldfastError('disk.not-found', `The working folder ${command.folder} is not there.`, {
      details,
    });
  }
  return new HoldfastError('process.not-found', `Could not start ${command.program}.`, {
    cause: thrown,
    details,
  });
}

function spawnCommand(command: Command, output: number): ChildProcess {
  const verbatim = typeof command.arguments === 'string';
  return spawn(command.program, verbatim ? [command.arguments] : command.arguments, {
    cwd: command.folder,
    env: { ...process.env, ...command.environment },
    stdio: ['ignore', output, output],
    windowsHide: true,
    // Node ends what is not detached together with itself: half an installation would be left.
    detached: true,
    // Verbatim, Node leaves even the program's own name without quotes.
    ...(verbatim ? { windowsVerbatimArguments: true, argv0: `"${command.program}"` } : {}),
  });
}

function watch(child: ChildProcess, job: Handle | undefined, spool: OutputSpool): Running {
  const { pid } = child;
  if (pid === undefined) throw new TypeError('a started process has a number');
  let killed = false;
  let ended = false;
  const exit = new Promise<Exit>((resolve) => {
    child.once('exit', (code) => {
      ended = true;
      if (job !== undefined) win32().closeHandle(job);
      const known = killed && (code === killedCode || job === undefined) ? null : code;
      spool.finish().then(
        (output) => resolve({ code: known, output }),
        (thrown) => resolve({ code: known, output: `(the output could not be read: ${String(thrown)})` }),
      );
    });
  });
  return {
    // Node holds the process open until it has told its end: its start time can be asked for although it ended.
    identity: { pid, started: startTime(pid) ?? 'unknown', bootId: bootId() },
    exit,
    kill: async () => {
      if (ended) return;
      killed = true;
      if (job === undefined) child.kill('SIGKILL');
      else win32().terminateJob(job, killedCode);
      await exit;
    },
  };
}

/** Of all sessions: the client may be started again in another one. */
function jobName(mark: string): string {
  return `Global\\Holdfast-${mark}`;
}

/**
 * A job object with the process in it: what it starts from now on belongs to the job too, also after its own end.
 * Undefined where Windows refuses, as for a process of a higher account; the process alone can be ended then.
 */
function holdInJob(pid: number, mark: string | undefined): Handle | undefined {
  const { terminate, setQuota, duplicateHandle } = accessRight;
  const process = win32().openProcess(terminate | setQuota | duplicateHandle, pid);
  if (process === null) return undefined;
  try {
    const job = win32().createJob(mark === undefined ? null : jobName(mark));
    if (job === null) return undefined;
    if (mark !== undefined) win32().shareWith(process, job);
    if (win32().assignToJob(job, process)) return job;
    win32().closeHandle(job);
    return undefined;
  } finally {
    win32().closeHandle(process);
  }
}

/** The processes under a mark that run, first started first; not this one, which may be in a job of its own. */
function markedWith(mark: string): readonly { pid: number; started: string }[] {
  const job = isMark(mark) ? win32().openJob(accessRight.queryJob, jobName(mark)) : null;
  if (job === null) return [];
  try {
    return processesOf(job)
      .flatMap((pid) => {
        const started = pid === process.pid ? undefined : startTimeOfRunning(pid);
        return started === undefined ? [] : [{ pid, started }];
      })
      .sort((one, other) => (BigInt(one.started) < BigInt(other.started) ? -1 : 1));
  } finally {
    win32().closeHandle(job);
  }
}

/** JOBOBJECT_BASIC_PROCESS_ID_LIST: two numbers of 32 bits, how many there are and how many follow, of 64 bits each. */
function processesOf(job: Handle): number[] {
  const list = Buffer.alloc(8 + 8 * mostProcesses);
  // It fails when there are more, with as many in the list as fit.
  win32().jobInformation(job, processIdList, list);
  return Array.from({ length: list.readUInt32LE(4) }, (_, index) =>
    Number(list.readBigUInt64LE(8 + 8 * index)),
  );
}

function startTimeOfRunning(pid: number): string | undefined {
  if (!Number.isInteger(pid) || pid <= 0 || pid > highestPid) return undefined;
  const process = win32().openProcess(accessRight.queryLimited | synchronize, pid);
  if (process === null) return undefined;
  try {
    return win32().wait(process, 0) === waitTimeout ? createdAt(process) : undefined;
  } finally {
    win32().closeHandle(process);
  }
}

function startTime(pid: number): string | undefined {
  const process = win32().openProcess(accessRight.queryLimited, pid);
  if (process === null) return undefined;
  try {
    return createdAt(process);
  } finally {
    win32().closeHandle(process);
  }
}

/** FILETIME: 100 ns since 1601. */
function createdAt(process: Handle): string | undefined {
  const created = Buffer.alloc(8);
  const notNeeded = Buffer.alloc(8);
  const told = win32().processTimes(process, created, notNeeded, notNeeded, notNeeded);
  return told ? created.readBigUInt64LE().toString() : undefined;
}
