/** The machine as started: which operating system, which boot. */
import type { Platform } from '@holdfast/contract';
import type { Readiness, Watch } from './readiness.ts';

export type OperatingSystem = {
  readonly platform: Platform;
  /** As the system calls itself: `Debian GNU/Linux 12 (bookworm)`, `Microsoft Windows 10`. */
  readonly name: string;
  readonly version: string;
  /** `x64`, `arm64` ... */
  readonly architecture: string;
  /** Changes when the operating system is installed anew or upgraded. */
  readonly epoch: string;
};

export type Boot = {
  /** Changes with every start of the machine. */
  id(): Promise<string>;
  operatingSystem(): Promise<OperatingSystem>;
  hostName(): Promise<string>;
  /** Whether everything that starts with the machine has started. Absent where that cannot be asked. */
  settled?(): Promise<Readiness>;
  /** Milliseconds since the machine started, sleep included. Absent where that cannot be asked. */
  uptime?(): Promise<number>;
  /** Milliseconds since the machine started, sleep left out. Absent where that cannot be asked. */
  awake?(): Promise<number>;
  readonly watch?: Watch;
};
