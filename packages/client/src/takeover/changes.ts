/**
 * A takeover as changes: what is theirs is kept, stopped, removed, and ours is verified before each step and after the last.
 * Taken back in reverse, at any moment: then their remote control runs as before.
 */
import { HoldfastError, knownError, type TakeoverRule, type Uuid } from '@holdfast/contract';
import { type Change, type Condition, type Gate, gatesOf, type Job } from '@holdfast/engine';
import type { ClientContext } from '../context.ts';
import { putBackCommands, removalCommands, runCommand } from './commands.ts';
import { dropKept, keep, layDown, makeKept, wholeKept, withKept } from './kept.ts';
import { whyRunning, whyThere } from './recognize.ts';
import { lookAtOurs, verifyOurs } from './verify.ts';

export type Taking = {
  readonly context: ClientContext;
  readonly takeoverId: Uuid;
  readonly rule: TakeoverRule;
};

/** @param version another one begins anew */
export function jobOf(taking: Taking, version: string): Job {
  return {
    id: taking.takeoverId,
    version,
    changes: [keepCopy(taking), stop(taking), remove(taking), stand(taking)],
  };
}

const condition = (reason: string | undefined): Condition =>
  reason === undefined ? { holds: true } : { holds: false, reason };

/** Those of the screen driver's own care; and nobody is cut off who works through the agent. */
function gatesFor({ context }: Taking, more: 'installer-idle' | undefined): readonly Gate[] {
  const kinds = ['boot-settled', 'protection-ready', 'no-remote-session', ...(more ? [more] : [])] as const;
  return gatesOf(
    kinds.map((kind) => ({ kind, name: kind })),
    context.ports,
    context.options,
  );
}

function keepCopy(taking: Taking): Change {
  const { context, takeoverId, rule } = taking;
  return {
    name: 'keep a copy',
    gates: gatesFor(taking, undefined),
    postcondition: async () => {
      const list = await withKept(context, takeoverId, wholeKept);
      if (list) return { holds: true };
      const there = await whyThere(context, rule);
      return condition(there === undefined ? undefined : 'nothing of its remote control is kept yet');
    },
    apply: async () => {
      await orNothing(() => makeKept(context, takeoverId, (kept) => keep(context, rule, kept)));
      return 'done';
    },
    undo: () => dropKept(context, takeoverId),
    forget: () => dropKept(context, takeoverId),
  };
}

function stop(taking: Taking): Change {
  const { context, rule } = taking;
  return {
    name: 'stop their remote control',
    gates: gatesFor(taking, undefined),
    postcondition: async () => condition(await whyRunning(context, rule)),
    apply: async () => {
      await verifyOurs(context);
      await orNothing(() => stopAll(taking));
      return 'done';
    },
    undo: () => startAgain(taking),
  };
}

function remove(taking: Taking): Change {
  const { context, rule } = taking;
  return {
    name: 'remove it',
    gates: gatesFor(taking, 'installer-idle'),
    postcondition: async () => condition(await whyThere(context, rule)),
    apply: async (note) => {
      // With theirs stopped: what they held, and what only they had, is not there any more.
      await verifyOurs(context);
      const mark = context.ports.entropy.uuid();
      await note({ mark });
      return (await orNothing(() => removeAll(taking, mark))) ? 'restart-needed' : 'done';
    },
    undo: (note) => putBack(taking, note),
  };
}

/** What the system refuses is not passed by, as the engine does it: without one of these steps there is no takeover. */
async function orNothing<Result>(act: () => Promise<Result>): Promise<Result> {
  try {
    return await act();
  } catch (thrown) {
    if (!(thrown instanceof HoldfastError) || knownError(thrown).class !== 'refused') throw thrown;
    throw new HoldfastError('system.failed', thrown.message, { cause: thrown });
  }
}

async function stopAll({ context, rule }: Taking): Promise<void> {
  const { services } = context.ports;
  for (const service of rule.remoteControl.services) {
    const state = await services?.state(service);
    if (state !== undefined && state !== 'stopped') await services?.stop(service);
  }
}

/** Answers whether the machine has to start again. */
async function removeAll({ context, rule }: Taking, mark: string): Promise<boolean> {
  let restart = false;
  for (const command of removalCommands(context, rule)) {
    restart = (await runCommand(context, command, { mark, minutes: rule.maxRunMinutes })) || restart;
  }
  return restart;
}

/** The last word: the agent is gone, and ours stands alone. */
function stand(taking: Taking): Change {
  const { context } = taking;
  return {
    name: 'stand alone',
    gates: [],
    postcondition: async () => {
      const ours = await lookAtOurs(context);
      return condition(ours.verified ? undefined : ours.reason);
    },
    apply: async () => {
      await verifyOurs(context);
      return 'done';
    },
    undo: async () => undefined,
  };
}

async function startAgain({ context, takeoverId, rule }: Taking): Promise<void> {
  const list = await withKept(context, takeoverId, wholeKept);
  for (const service of [...(list?.services ?? [])].reverse()) {
    // One that is not known is put back with its files.
    if ((await context.ports.services?.state(service)) === undefined) continue;
    if (rule.remoteControl.services.includes(service)) await context.ports.services?.start(service);
  }
}

/** Files, what has to be run for them, services; what was running before runs then, or it is tried again. */
async function putBack(taking: Taking, note: unknown): Promise<void> {
  const { context, takeoverId, rule } = taking;
  const mark = markIn(note);
  // Without a note nothing was removed.
  if (mark === undefined) return;
  if (await context.ports.processes.find(mark)) {
    throw new HoldfastError('system.busy', `The removal of ${rule.name} still runs.`);
  }
  const there = await withKept(context, takeoverId, async (kept) => {
    const list = await wholeKept(kept);
    if (!list) return false;
    await layDown(context, rule, kept, list);
    for (const command of putBackCommands(context, rule)) {
      await runCommand(context, command, { mark: context.ports.entropy.uuid(), minutes: rule.maxRunMinutes });
    }
    for (const service of [...list.services].reverse()) await context.ports.services?.start(service);
    return true;
  });
  if (!there) throw new HoldfastError('disk.failed', `What was kept of ${rule.name} is not whole.`);
}

function markIn(note: unknown): string | undefined {
  const isNote = typeof note === 'object' && note !== null && 'mark' in note;
  return isNote && typeof note.mark === 'string' ? note.mark : undefined;
}
