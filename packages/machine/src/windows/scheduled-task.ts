/** A scheduled task of Windows, through schtasks. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { win32 as path } from 'node:path';
import { HoldfastError } from '@holdfast/contract';
import { type Answer, askProgram } from '../shared/ask-program.ts';
import { compareTask, type TaskDefinition, type TaskLook, taskXml } from './task-xml.ts';

/** Asks schtasks.exe; undefined where there is none. */
export type AskTasks = (words: readonly string[]) => Promise<Answer | undefined>;

export type ScheduledTask = {
  /** Undefined where there is no such task. */
  look(): Promise<TaskLook | undefined>;
  /** Writes its whole definition. @throws HoldfastError `system.failed` */
  register(enabled: boolean): Promise<void>;
  remove(): Promise<void>;
};

const systemFolder = () => path.join(process.env.SystemRoot ?? 'C:\\Windows', 'System32');

/** By its absolute path: whoever may write into the current folder has no say. */
const askSystem: AskTasks = (words) => askProgram(path.join(systemFolder(), 'schtasks.exe'), words);

export function scheduledTask(task: TaskDefinition, ask: AskTasks = askSystem): ScheduledTask {
  /** Text of what the system keeps, and how much of a task that is. */
  async function stored(): Promise<{ xml: string; kept: 'all' | 'settings' } | undefined> {
    const answer = await ask(['/query', '/tn', task.path, '/xml', 'ONE']);
    if (answer === undefined) throw failure('cannot be asked for', answer);
    if (answer.code !== 0) return undefined;
    if (answer.output.includes('<Task')) return { xml: answer.output, kept: 'all' };
    // Wine's has no such question and says nothing; its store keeps the settings of a task and nothing else.
    const file = path.join(systemFolder(), 'Tasks', task.path);
    const xml = await readFile(file, 'utf8').catch(() => undefined);
    return xml === undefined ? undefined : { xml, kept: 'settings' };
  }

  function failure(happened: string, answer: Answer | undefined): HoldfastError {
    const said = answer === undefined ? 'schtasks is missing' : (answer.error || answer.output).trim();
    return new HoldfastError(
      'system.failed',
      `The task ${task.path} ${happened}: ${said || 'nothing is said'}.`,
      {
        details: { exitCode: answer?.code ?? -1 },
      },
    );
  }

  return {
    async look() {
      const found = await stored();
      return found && compareTask(found.xml, task, found.kept);
    },
    async register(enabled) {
      const folder = await mkdtemp(path.join(tmpdir(), 'holdfast-task-'));
      try {
        const file = path.join(folder, 'task.xml');
        await writeFile(file, `\ufeff${taskXml(task, enabled)}`, 'utf16le');
        const answer = await ask(['/create', '/tn', task.path, '/xml', file, '/f']);
        if (answer?.code !== 0) throw failure('cannot be registered', answer);
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
    async remove() {
      if ((await stored()) === undefined) return;
      const answer = await ask(['/delete', '/tn', task.path, '/f']);
      if (answer?.code !== 0) throw failure('cannot be removed', answer);
    },
  };
}
