/** What starts the client on Windows: its service, and the scheduled task of the second starter. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { HoldfastError, isHoldfastError, systemError } from '@holdfast/contract';
import type { Clock, Services, StarterState, Starters } from '@holdfast/ports';
import { clientRescueTask, clientService } from './client-definitions.ts';
import { type AskTasks, scheduledTask } from './scheduled-task.ts';
import {
  type ServiceStatus,
  serviceCalls,
  serviceControl,
  serviceRight,
  serviceState,
} from './service-calls.ts';
import {
  compareService,
  configureService,
  createService,
  type ServiceDefinition,
} from './service-configuration.ts';
import { markForDeletion } from './service-configuration-calls.ts';
import { statusOf, whereThere, withManager, withService } from './services.ts';
import type { TaskDefinition } from './task-xml.ts';
import { type Handle, winError } from './win32.ts';

export type WindowsStartersOptions = {
  readonly service: ServiceDefinition;
  readonly task: TaskDefinition;
  readonly ask?: AskTasks;
};

/** Windows' own service that fires tasks. */
const scheduler = 'Schedule';
/** Milliseconds until a removed service must be gone, and between two looks for it. */
const goneLimitMs = 30_000;
const lookMs = 200;

const startedStates: readonly number[] = [serviceState.running, serviceState.startPending];

const absent: StarterState = {
  present: false,
  asDefined: false,
  enabled: false,
  active: false,
  reason: 'it is not there',
};

/** Those of the client in its install folder. */
export function clientStarters(
  installFolder: string,
  clock: Pick<Clock, 'monotonic' | 'sleep'>,
  services: Services,
): Starters {
  const options = { service: clientService(installFolder), task: clientRescueTask(installFolder) };
  return windowsStarters(options, clock, services);
}

export function windowsStarters(
  options: WindowsStartersOptions,
  clock: Pick<Clock, 'monotonic' | 'sleep'>,
  services: Services,
): Starters {
  const service = serviceStarter(options.service, clock, services);
  const task = taskStarter(options, services);
  const starters = { service, second: task };
  return {
    look: (name) => starters[name].look(),
    async define(name) {
      await starters[name].define();
      const { present, asDefined, enabled, reason } = await starters[name].look();
      if (present && asDefined && enabled) return;
      throw new HoldfastError(
        'system.failed',
        `What starts the client (${name}) is still not as defined: ${reason}.`,
      );
    },
    start: (name) => starters[name].start(),
    restart: () => restartApart(options.service.name),
    stop: (name) => starters[name].stop(),
    remove: (name) => starters[name].remove(),
    answers: async () => (await services.readiness(options.service.name)).ready,
  };
}

/**
 * By a program of Windows that outlives its caller: the service manager knows no restart, and a service that has stopped
 * itself starts nothing more.
 */
async function restartApart(name: string): Promise<void> {
  const line = `/d /c "net stop "${name}" & net start "${name}""`;
  const program = spawn('cmd.exe', [line], {
    detached: true,
    stdio: 'ignore',
    windowsHide: true,
    windowsVerbatimArguments: true,
  });
  await once(program, 'spawn').catch((cause: unknown) => {
    throw new HoldfastError('system.failed', `Nothing could be started to restart ${name}.`, { cause });
  });
  program.unref();
}

type Starter = {
  look(): Promise<StarterState>;
  define(): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
  remove(): Promise<void>;
};

function serviceStarter(
  definition: ServiceDefinition,
  clock: Pick<Clock, 'monotonic' | 'sleep'>,
  services: Services,
): Starter {
  const { name } = definition;
  const opened = <T>(access: number, use: Parameters<typeof withService<T>>[2]) =>
    withService(name, access, use);

  /** Its process is ended where it does not answer: what it does is journaled, and it must not stay for ever. */
  async function stop(): Promise<void> {
    if ((await services.state(name)) === undefined) return;
    try {
      await services.stop(name);
    } catch (thrown) {
      if (!isHoldfastError(thrown)) throw thrown;
      const status = await whereThere(() => opened(serviceRight.queryStatus, async (one) => statusOf(one)));
      if (status === undefined || !lives(status)) return;
      process.kill(status.pid, 'SIGKILL');
      await until(async () => !lives(status), thrown);
    }
  }

  async function until(reached: () => Promise<boolean>, otherwise: unknown): Promise<void> {
    const limit = clock.monotonic() + goneLimitMs;
    while (!(await reached())) {
      if (clock.monotonic() > limit) throw otherwise;
      await clock.sleep(lookMs);
    }
  }

  return {
    look: async () => (await whereThere(() => lookAtService(definition))) ?? absent,
    async define() {
      const access = serviceRight.changeConfiguration | serviceRight.start;
      const there = await whereThere(() =>
        opened(access, async (one) => configureService(one, definition)).then(() => true),
      );
      if (there) return;
      await withManager(serviceRight.connect | serviceRight.create, async (manager) => {
        const made = createService(manager, definition);
        try {
          configureService(made, definition);
        } finally {
          serviceCalls().closeService(made);
        }
      });
    },
    async start() {
      const access = serviceRight.queryStatus | serviceRight.interrogate | serviceRight.start;
      await opened(access, startUnseen);
      await services.start(name);
    },
    stop,
    async remove() {
      // Marked first: what is about to go is not started again because its process was ended.
      const marked = await whereThere(() =>
        opened(serviceRight.remove, async (one) => markForDeletion(one)).then(() => true),
      );
      if (!marked) return;
      await stop();
      const still = systemError(winError.markedForDelete, `Somebody still holds the service ${name} open`);
      await until(async () => (await services.state(name)) === undefined, still);
    },
  };
}

/** Whether its process is there. */
function lives({ pid }: ServiceStatus): boolean {
  if (pid === 0) return false;
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** Starts a service whose end its manager has not seen: Wine's sees it when it is to hand on a control. */
async function startUnseen(service: Handle): Promise<void> {
  const status = statusOf(service);
  if (status.state !== serviceState.running || lives(status)) return;
  await serviceCalls().control(service, serviceControl.interrogate);
  await serviceCalls().start(service);
}

function lookAtService(definition: ServiceDefinition): Promise<StarterState> {
  const access = serviceRight.queryConfiguration | serviceRight.queryStatus;
  return withService(definition.name, access, async (service) => {
    const { definition: differences, start } = compareService(service, definition);
    const status = statusOf(service);
    const active = lives(status) && startedStates.includes(status.state);
    return {
      present: true,
      asDefined: differences.length === 0,
      enabled: start.length === 0,
      active,
      reason: [...differences, ...start, ...(active ? [] : ['it does not run'])].join(', '),
    };
  });
}

/** A task has one switch: it is armed by being enabled. */
function taskStarter({ task: definition, ask }: WindowsStartersOptions, services: Services): Starter {
  const task = scheduledTask(definition, ask);

  async function look(): Promise<StarterState> {
    const found = await task.look();
    if (found === undefined) return absent;
    const fires = (await services.state(scheduler)) === 'running';
    return {
      present: true,
      asDefined: found.differences.length === 0,
      enabled: found.enabled,
      active: found.enabled && fires,
      reason: [
        ...found.differences,
        ...(found.enabled ? [] : ['it is disabled']),
        ...(fires ? [] : [`the service ${scheduler} does not run`]),
      ].join(', '),
    };
  }

  return {
    look,
    async define() {
      const { present, asDefined, enabled } = await look();
      if (!(present && asDefined && enabled)) await task.register(true);
    },
    async start() {
      await services.start(scheduler);
      if (!(await task.look())?.enabled) await task.register(true);
    },
    async stop() {
      if ((await task.look())?.enabled) await task.register(false);
    },
    remove: () => task.remove(),
  };
}
