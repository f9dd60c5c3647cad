/** The service manager of the machine. */
import type { Readiness, Watch } from './readiness.ts';

export type ServiceState = 'stopped' | 'start-pending' | 'stop-pending' | 'running' | 'paused';

/** Failures of Windows keep their number in `details.win32`: 1053 did not answer, 1060 is none, 1072 being deleted. */
export type Services = {
  /** Undefined where there is no service of this name. */
  state(name: string): Promise<ServiceState | undefined>;
  /** Whether it runs and answers requests, which is more than to run. */
  readiness(name: string): Promise<Readiness>;
  /** Resolves when it runs, at once where it does already. @throws HoldfastError `system.*` */
  start(name: string): Promise<void>;
  /** Resolves when it has stopped, at once where it does not run. @throws HoldfastError `system.*` */
  stop(name: string): Promise<void>;
  /** Whether it starts with the machine; undefined where there is no service of this name. */
  automatic(name: string): Promise<boolean | undefined>;
  /** Has it start with the machine, or not; whether it runs now stays as it is. @throws HoldfastError `system.*` */
  setAutomatic(name: string, automatic: boolean): Promise<void>;
  /** Any service's state. */
  readonly watch?: Watch;
};
