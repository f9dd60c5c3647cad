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
  /** Its own; tests hand in theirs. */
  readonly task?: ScheduledTask;
};

const taskPath = '\\Holdfast\\Setup';

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
  return `"${word}"`;
}

export function hookScript({ program, words }: Pick<WindowsSetupHookOptions, 'program' | 'words'>): string {
  return `@echo off\r\ncall ${[program, ...words].map(quoted).join(' ')}\r\n`;
}

/** Failures are HoldfastErrors `system.*`. */
export function windowsSetupHook(options: WindowsSetupHookOptions) {
  const { script, task = scheduledTask(definition(script)) } = options;
  return {
    async set(): Promise<void> {
      await mkdir(path.dirname(script), { recursive: true });
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
      await rm(script, { force: true });
    },
  };
}
