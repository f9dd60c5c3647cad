/** Whoever watches this process: systemd or the service manager of Windows; and what the launcher of a client hands on. */
import type { Watch } from './readiness.ts';

export type Supervisor = {
  /** Milliseconds within which it wants a sign of life; null where it wants none. */
  readonly patienceMs: number | null;
  /** The client works: what waits for the service may start. */
  ready(): void;
  /** A sign of life, given by the main loop alone. */
  alive(): void;
  /** A line that the system shows beside the service. */
  status(text: string): void;
  stopping(): void;
  close(): void;
};

/** A service that the launcher answers for: Windows wants its answers before a version of the client is loaded. */
export type LaunchedService = {
  /** Aborted when the manager asks it to stop. */
  readonly stopped: AbortSignal;
  readonly supervisor: Supervisor;
  /** The machine woke up or has other power, or somebody signed in or out. */
  readonly watch: Watch;
};

/**
 * What the launcher hands to the version that it becomes. A version is started by launchers older and newer than itself:
 * this only grows, and what is there keeps its meaning, or `interface` gets another number.
 */
export type Launcher = {
  readonly interface: 1;
  /** Why the version that was to be started was not, as a clause; null where this is it. */
  readonly fellBack: string | null;
  /** Null where no service manager has started it. */
  readonly service: LaunchedService | null;
};

declare global {
  /** Undefined where the client was started without a launcher. */
  var holdfastLauncher: Launcher | undefined;
}
