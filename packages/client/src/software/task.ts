/** One deployment as work: its assignment, its item in the journal, how to look at it and how to run its program. */
import {
  type Assignment,
  type GateDefinition,
  HoldfastError,
  type Platform,
  type Uuid,
} from '@holdfast/contract';
import {
  type Action,
  type Gate,
  gatesOf,
  type Observed,
  openPath,
  type Step,
  withOpen,
} from '@holdfast/engine';
import { workPath } from '../content/content.ts';
import type { ClientContext } from '../context.ts';
import { childPath } from '../paths.ts';
import { packageTitle } from '../policy/check-in.ts';
import type { Item } from '../state.ts';
import { parseCommand } from './command.ts';
import { detect } from './detect.ts';

/** The machine at the time of the work. */
export type Machine = { readonly platform: Platform; readonly bootId: string };

export type Task = {
  readonly id: Uuid;
  readonly assignment: Assignment;
  /** `PuTTY 0.68` */
  readonly title: string;
  readonly machine: Machine;
  /** As the journal has it now. */
  readonly item: Item;
  detect(): Promise<Observed>;
};

/** Undefined for a deployment that the policy no longer has. */
export function taskOf(context: ClientContext, id: Uuid, machine: Machine): Task | undefined {
  const { items, assignments } = context.journal.state;
  const item = items[id];
  const assignment = item && assignments[item.version];
  if (!item || !assignment) return undefined;
  const place = { platform: machine.platform, root: context.options.root, state: context.folder.path };
  return {
    id,
    assignment,
    title: packageTitle(assignment),
    machine,
    get item() {
      return context.journal.state.items[id] ?? item;
    },
    detect: () => detect(context.ports, assignment.program.detection, place, assignment.intent),
  };
}

/** The command line for an action. @throws HoldfastError `command.invalid` where the program has none */
export function commandLine(task: Task, action: Action): string {
  const { install, repair, uninstall } = task.assignment.program;
  if (action === 'install' || action === 'reinstall') return install;
  if (action === 'repair') return repair ?? install;
  if (uninstall !== undefined) return uninstall;
  throw new HoldfastError('command.invalid', 'The program has no uninstall command.');
}

/** Whether the program needs the files of its package for an action. */
export function needsContent(task: Task, action: Action): boolean {
  return action !== 'uninstall' || commandLine(task, action).includes('{content}');
}

/** The step that carries the action out. @throws HoldfastError `command.invalid`, `disk.*` */
export async function stepFor(context: ClientContext, task: Task, action: Action): Promise<Step> {
  const { program, intent } = task.assignment;
  const content = await workPath(context, task.id);
  return await withOpen(openPath(context.folder, ['logs'], { create: true }), async (logs) => {
    const variables = {
      content,
      root: context.options.root,
      state: context.folder.path,
      log: childPath(logs, `${task.id}-${action}.log`),
    };
    return {
      intent,
      command: parseCommand(commandLine(task, action), variables, task.machine.platform, content),
      exitCodes: program.exitCodes,
      maxRunMs: maxRunMs(task),
      gates: gatesOf(
        [...standingGates(context, task), ...(program.gates ?? [])],
        context.ports,
        context.options,
      ),
      lasting: lastingGates(context, task),
      detect: task.detect,
    };
  });
}

/** The gates of every program, whatever its policy names besides. */
function standingGates(context: ClientContext, task: Task): readonly GateDefinition[] {
  const gates: GateDefinition[] = [{ kind: 'disk-free', name: 'disk-free', bytes: 0 }];
  const { detection } = task.assignment.program;
  if (detection.some(({ kind }) => kind === 'msi' || kind === 'package')) {
    gates.push({ kind: 'installer-idle', name: 'installer-idle' });
  }
  return [...gates, ...restartGates(context, task)];
}

/** Closed while files of the software wait for a restart: what was done to it may not last. */
export function lastingGates(context: ClientContext, task: Task): readonly Gate[] {
  return gatesOf(restartGates(context, task), context.ports, context.options);
}

function restartGates({ folder }: ClientContext, { assignment, machine }: Task): readonly GateDefinition[] {
  const { detection } = assignment.program;
  const paths = detection.flatMap((rule) =>
    rule.kind === 'file' ? [rule.path.replace(/^\{state\}/, () => folder.path)] : [],
  );
  if (machine.platform !== 'windows' || paths.length === 0) return [];
  return [{ kind: 'no-pending-reboot', name: 'pending-reboot', paths }];
}

export function maxRunMs(task: Task): number {
  return task.assignment.program.maxRunMinutes * 60_000;
}
