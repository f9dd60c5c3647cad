/** Goes on with a set-up on Windows: a task at the start of the machine and every few minutes, until it is taken away. */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { win32 as path } from 'node:path';
import { HoldfastError } from '@holdfast/contract';
import { askProgram } from '../shared/ask-program.ts';
import { type ScheduledTask, scheduledTask } from './scheduled-task.ts';

export type WindowsSetupHookOptions = {
  /** Absolute path of the bootstrap, which no restart takes away, and its words. */
  readonly program: string;
  readonly words: readonly string[];
  /** Absolute path of the script that the task runs: a task of ours has no arguments. */
  readonly script: string;
  /** Absolute path of the copy that the bootstrap runs from, in the set-up's own folder. */
  readonly copy: string;
  /** Absolute path of the file in that folder without which nothing of it is wanted any more. */
  readonly last: string;
  /** Its own; tests hand in theirs. */
  readonly task?: ScheduledTask;
};

const taskPath = '\\Holdfast\\Setup';

/** Milliseconds between two starts of the task, its spread counted in. */
const everyMs = 330_000;

const definition = (script: string) => ({
  path: taskPath,
  description: 'The set-up of the Holdfast client goes on; it takes this task away when it ends.',
  command: script,
  bootDelay: 'PT30S',
  interval: 'PT5M',
  spread: 'PT30S',
  timeLimit: 'P8D',
});

/** A word of a script. @throws HoldfastError `command.invalid` for what cmd would read as something else */
function quoted(word: string): string {
  if (/["%\r\n]/.test(word)) {
    throw new HoldfastError('command.invalid', `${word} cannot be written into a script of Windows.`);
  }
  // A backslash before the closing quote would be read as one that keeps it from closing.
  return `"${word.replace(/\\+$/, (slashes) => slashes + slashes)}"`;
}

type Script = Pick<WindowsSetupHookOptions, 'program' | 'words' | 'script' | 'copy' | 'last'>;

/** Says that the hook is wanted: the script itself may be running when it is not any more. */
const markOf = ({ copy }: Pick<Script, 'copy'>) => path.join(path.dirname(copy), 'go-on');

/** Once the bootstrap has ended its hook its copy goes: Windows lets nobody take away the program that runs. */
export function hookScript(options: Script): string {
  const { program, words, copy, last } = options;
  const folder = path.dirname(copy);
  const fresh = `${path.basename(copy)}.new`;
  const freshPath = quoted(path.join(folder, fresh));
  const lines = [
    '@echo off',
    `call ${[program, ...words].map(quoted).join(' ')}`,
    `if exist ${quoted(markOf(options))} exit /b 0`,
    // Half of it must not be taken for the whole.
    `if exist ${quoted(copy)} ren ${quoted(copy)} ${quoted(fresh)}`,
    `if exist ${freshPath} rmdir /s /q ${freshPath}`,
    `if not exist ${quoted(last)} rmdir /s /q ${quoted(folder)}`,
    'if exist "%~f0" del "%~f0"',
  ];
  return `${lines.join('\r\n')}\r\n`;
}

/** Failures are HoldfastErrors `system.*`. */
export function windowsSetupHook(options: WindowsSetupHookOptions) {
  const { script, task = scheduledTask(definition(script)) } = options;
  return {
    everyMs,
    async set(): Promise<void> {
      await mkdir(path.dirname(script), { recursive: true });
      await writeFile(markOf(options), '', { flush: true });
      await writeFile(script, hookScript(options), { flush: true });
      await task.register(true);
    },
    async start(): Promise<void> {
      const answer = await askProgram('schtasks.exe', ['/run', '/tn', taskPath]);
      if (answer?.code === 0) return;
      throw new HoldfastError(
        'system.failed',
        `The task ${taskPath} cannot be started: ${answer?.error.trim() ?? 'there is no schtasks'}.`,
      );
    },
    async clear(): Promise<void> {
      await task.remove();
      await rm(markOf(options), { force: true });
      const runsFromCopy = process.execPath.toLowerCase().startsWith(options.copy.toLowerCase());
      // Then the script runs, too: it takes itself away.
      if (!runsFromCopy) await rm(script, { force: true });
    },
  };
}
