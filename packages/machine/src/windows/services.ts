/** The services of Windows, through the service control manager. */
import { isHoldfastError, systemError } from '@holdfast/contract';
import type { Clock, Readiness, ServiceState, Services } from '@holdfast/ports';
import {
  type ServiceStatus,
  serviceCalls,
  serviceControl,
  serviceRight,
  serviceState,
  statusIn,
  statusLength,
} from './service-calls.ts';
import { startType } from './service-configuration.ts';
import { configurationCalls, readConfiguration } from './service-configuration-calls.ts';
import { type Handle, win32, winError } from './win32.ts';

const states: Readonly<Record<number, ServiceState>> = {
  [serviceState.stopped]: 'stopped',
  [serviceState.startPending]: 'start-pending',
  [serviceState.stopPending]: 'stop-pending',
  [serviceState.running]: 'running',
  [serviceState.paused]: 'paused',
};

/** States 5 and 6 are on the way from a pause, and to one. */
const stateOf = ({ state }: ServiceStatus): ServiceState => states[state] ?? 'paused';

/** ERROR_INVALID_NAME: no service can have it. */
const invalidName = 123;
/** ERROR_SERVICE_NEVER_STARTED: the exit code of a service that has none. */
const neverStarted = 1077;
/** ERROR_SERVICE_SPECIFIC_ERROR: its own number is no Win32 error. */
const specificError = 1066;

/** Milliseconds between two looks at a service on its way. */
const lookMs = 100;
/** Milliseconds without progress after which a service is given up; it may ask for more by its wait hint. */
const patienceMs = 30_000;

export function windowsServices(clock: Pick<Clock, 'monotonic' | 'sleep'>): Services {
  /** Waits for a state. @throws HoldfastError `system.*` when it ends elsewhere, or makes no progress */
  async function awaitState(service: Handle, name: string, goal: number): Promise<void> {
    let [progress, since] = ['', clock.monotonic()];
    for (;;) {
      const status = statusOf(service);
      if (status.state === goal) return;
      if (status.state === serviceState.stopped)
        throw systemError(endOf(status), `The service ${name} has ended`);
      const now = `${status.state} ${status.checkPoint}`;
      if (now !== progress) [progress, since] = [now, clock.monotonic()];
      if (clock.monotonic() - since > Math.max(status.waitHint, patienceMs)) {
        throw systemError(winError.serviceTimeout, `The service ${name} does not go on`);
      }
      await clock.sleep(lookMs);
    }
  }

  return {
    state: (name) =>
      whereThere(() =>
        withService(name, serviceRight.queryStatus, async (service) => stateOf(statusOf(service))),
      ),

    async readiness(name) {
      try {
        const access = serviceRight.queryStatus | serviceRight.interrogate;
        return await withService(name, access, (service) => readinessOf(service, name));
      } catch (thrown) {
        if (!isHoldfastError(thrown)) throw thrown;
        return { ready: false, reason: thrown.message, evidence: { win32: Number(thrown.details.win32) } };
      }
    },

    start: (name) =>
      withService(name, serviceRight.queryStatus | serviceRight.start, async (service) => {
        if (statusOf(service).state === serviceState.running) return;
        const error = await serviceCalls().start(service);
        if (error !== 0 && error !== winError.serviceRunsAlready) {
          throw systemError(error, `The service ${name} did not start`);
        }
        await awaitState(service, name, serviceState.running);
      }),

    stop: (name) =>
      withService(name, serviceRight.queryStatus | serviceRight.stop, async (service) => {
        if (statusOf(service).state === serviceState.stopped) return;
        const error = await serviceCalls().control(service, serviceControl.stop);
        if (error === winError.serviceNotActive) return;
        if (error !== 0) throw systemError(error, `The service ${name} did not stop`);
        await awaitState(service, name, serviceState.stopped);
      }),

    automatic: (name) =>
      whereThere(() =>
        withService(
          name,
          serviceRight.queryConfiguration,
          async (service) => readConfiguration(service).startType === startType.automatic,
        ),
      ),

    setAutomatic: (name, automatic) =>
      withService(name, serviceRight.changeConfiguration, async (service) => {
        const start = automatic ? startType.automatic : startType.disabled;
        if (configurationCalls().changeStart(service, start)) return;
        throw systemError(win32().lastError(), `When the service ${name} starts cannot be changed`);
      }),
  };
}

/** Undefined where there is no such service. */
export async function whereThere<T>(look: () => Promise<T>): Promise<T | undefined> {
  try {
    return await look();
  } catch (thrown) {
    if (isHoldfastError(thrown) && thrown.details.win32 === winError.noService) return undefined;
    throw thrown;
  }
}

/** @throws HoldfastError `system.*` where it cannot be opened */
export async function withService<T>(
  name: string,
  access: number,
  use: (service: Handle) => Promise<T>,
): Promise<T> {
  const calls = serviceCalls();
  const nameless = `The service ${JSON.stringify(name)} cannot be opened`;
  // The call takes NUL for the end of a name: another service would be opened.
  if (name === '' || name.includes('\0')) throw systemError(winError.noService, nameless);
  return withManager(serviceRight.connect, async (manager) => {
    const service = calls.openService(manager, name, access);
    if (service === null) {
      const error = win32().lastError();
      throw systemError(error === invalidName ? winError.noService : error, nameless);
    }
    try {
      return await use(service);
    } finally {
      calls.closeService(service);
    }
  });
}

/** @throws HoldfastError `system.*` where the service manager cannot be opened */
export async function withManager<T>(access: number, use: (manager: Handle) => Promise<T>): Promise<T> {
  const calls = serviceCalls();
  const manager = calls.openManager(access);
  if (manager === null) throw systemError(win32().lastError(), 'The service manager cannot be opened');
  try {
    return await use(manager);
  } finally {
    calls.closeService(manager);
  }
}

export function statusOf(service: Handle): ServiceStatus {
  const block = Buffer.alloc(statusLength);
  if (serviceCalls().queryStatus(service, block)) return statusIn(block);
  throw systemError(win32().lastError(), 'The service manager does not tell of a service');
}

/** Why a service is not there any more, as a Win32 error. */
function endOf({ exitCode }: ServiceStatus): number {
  return [0, neverStarted, specificError].includes(exitCode) ? winError.processAborted : exitCode;
}

/** That it runs is asked of the manager, that it answers of the service: each must answer an interrogation. */
async function readinessOf(service: Handle, name: string): Promise<Readiness> {
  const state = stateOf(statusOf(service));
  if (state === 'stopped') {
    return {
      ready: false,
      reason: `the service ${name} is stopped`,
      evidence: { win32: winError.serviceNotActive, state },
    };
  }
  if (state !== 'running') {
    return { ready: false, reason: `the service ${name} is ${state}`, evidence: { state } };
  }
  const error = await serviceCalls().control(service, serviceControl.interrogate);
  if (error === 0) return { ready: true };
  return { ready: false, reason: `the service ${name} does not answer`, evidence: { win32: error, state } };
}
