/** How a step is written into the journal, with its status messages. */
import type { Action, StepRecorder } from '@holdfast/engine';
import { afterRepairStarted } from '@holdfast/engine';
import type { WorkContext } from '../context.ts';
import { actionName } from './outcome.ts';
import { commandLine, type Task } from './task.ts';

export function recorderFor(context: WorkContext, task: Task, action: Action): StepRecorder {
  const { clock } = context.ports;
  const { id, title } = task;
  const details = { action: actionName(action), package: title };
  const command = commandLine(task, action);
  return {
    starting: async (mark) => {
      const startedAt = clock.now();
      const { history } = task.item;
      const mends = action === 'repair' || action === 'reinstall';
      const counted = mends ? afterRepairStarted(history, startedAt) : history;
      const running = { action, command, mark, startedAt, identity: null, end: null };
      await context.journal.commit({
        kind: 'item',
        id,
        change: { running, waiting: null, history: counted },
      });
    },
    started: async (identity) => {
      const { running } = task.item;
      const status = { name: 'program-started', details: { ...details, command } } as const;
      await context.reporter.reportItem(id, status, {
        said: null,
        running: running && { ...running, identity },
      });
      await context.deliverSoon();
    },
    ended: async (end) => {
      const { running } = task.item;
      const change = { said: null, running: running && { ...running, end } };
      if (end.kind === 'exited' && end.meaning !== 'failure' && end.meaning !== 'busy') {
        const status = {
          name: 'program-succeeded',
          details: { ...details, exitCode: end.code ?? 0 },
        } as const;
        await context.reporter.reportItem(id, status, change);
      } else {
        await context.journal.commit({ kind: 'item', id, change });
      }
    },
  };
}
