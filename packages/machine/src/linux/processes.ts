/**
 * Programs on Linux. Each is started in a session and process group of its own: `kill` ends the whole group, and
 * the end of the client, even by kill -9, does not touch a running installer.
 *
 * A mark is a variable in the environment of the program, which all that it starts inherits: a service that was
 * started by the program itself, and not by systemd, is found by the mark too, but is in no group that is ended once
 * it has made a session of its own.
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
import { errorCodeOf } from '../shared/error-code.ts';
import { type OutputSpool, openOutputSpool } from '../shared/output-spool.ts';
import { currentBootId, processesWithVariable, processRecord } from './process-table.ts';

/** Name of the variable that holds the mark. */
const markVariable = 'HOLDFAST_MARK';

export type ProcessesOptions = {
  /** Folder for the nameless files that take output. */
  readonly spoolFolder?: string;
};

export function linuxProcesses({ spoolFolder = tmpdir() }: ProcessesOptions = {}): Processes {
  return {
    start: async (command) => {
      const words = wordsOf(command);
      const spool = await openOutputSpool(spoolFolder).catch((thrown: unknown) => {
        throw diskError(thrown, `make a file for output in ${spoolFolder}`);
      });
      try {
        return await started(command, words, spool);
      } catch (thrown) {
        await spool.finish();
        throw thrown;
      }
    },
    alive: async (identity) => runs(identity),
    find: async (mark) => {
      const [first] = markedWith(mark);
      return first && { ...first, bootId: currentBootId() };
    },
    // kill(2) takes a negative number for the group of that number: the program leads one of its own.
    end: ({ identity }) => endAll(() => (runs(identity) ? [-identity.pid] : [])),
  };
}

function runs({ pid, started: since, bootId }: ProcessIdentity): boolean {
  if (bootId !== currentBootId()) return false;
  const record = processRecord(pid);
  return record !== undefined && record.started === since && !record.ended;
}

function markedWith(mark: string): readonly { pid: number; started: string }[] {
  return isMark(mark) ? processesWithVariable(`${markVariable}=${mark}`) : [];
}

function wordsOf(command: Command): readonly string[] {
  const words = command.arguments;
  if (typeof words === 'string') {
    throw new HoldfastError(
      'command.invalid',
      'A command line in one piece is for Windows; give single words.',
    );
  }
  if ([command.program, command.folder, ...words].some((word) => word.includes('\0'))) {
    throw new HoldfastError('command.invalid', 'A word of the command line has a NUL in it.');
  }
  if (command.mark !== undefined && !isMark(command.mark)) {
    throw new HoldfastError('command.invalid', 'The mark of the command is no plain word.');
  }
  return words;
}

async function started(command: Command, words: readonly string[], spool: OutputSpool): Promise<Running> {
  // Undefined takes a mark away under which the client itself was started.
  const marked = { [markVariable]: command.mark };
  const child = spawn(command.program, words, {
    cwd: command.folder,
    env: { ...process.env, ...command.environment, ...marked },
    detached: true,
    stdio: ['ignore', spool.descriptor, spool.descriptor],
  });
  const record = child.pid === undefined ? undefined : processRecord(child.pid);
  const ended = endOf(child, spool);
  await once(child, 'spawn').catch((thrown: unknown) => {
    throw startError(thrown, command);
  });
  if (child.pid === undefined || record === undefined) {
    throw new HoldfastError('internal', `${command.program} was started, but is not in the process table.`);
  }
  const identity: ProcessIdentity = { pid: child.pid, started: record.started, bootId: currentBootId() };
  return { identity, exit: ended, kill: () => killGroup(child, identity.pid) };
}

/** Listens from the start on: a short program may end before anyone else looks. Never rejects. */
function endOf(child: ChildProcess, spool: OutputSpool): Promise<Exit> {
  return new Promise((resolve) => {
    child.once('exit', (code) => {
      spool.finish().then(
        (output) => resolve({ code, output }),
        (thrown) => resolve({ code, output: `(the output could not be read: ${String(thrown)})` }),
      );
    });
  });
}

function startError(thrown: unknown, command: Command): HoldfastError {
  const details = { program: command.program, folder: command.folder };
  if (!existsSync(command.folder)) {
    // spawn says ENOENT for both, and names the program.
    return new HoldfastError('disk.not-found', `The working folder ${command.folder} is not there.`, {
      details,
    });
  }
  const missing = ['ENOENT', 'EACCES', 'ENOTDIR', 'ENOEXEC'].includes(errorCodeOf(thrown));
  return new HoldfastError(
    missing ? 'process.not-found' : 'internal',
    `Could not start ${command.program}.`,
    {
      cause: thrown,
      details,
    },
  );
}

/** Ends the group and waits until its leader has ended. */
async function killGroup(child: ChildProcess, pid: number): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (thrown) {
    // The leader has ended and the event is on its way.
    if (errorCodeOf(thrown) !== 'ESRCH') {
      throw new HoldfastError('internal', `Could not end process group ${pid}.`, { cause: thrown });
    }
  }
  await exit;
}
