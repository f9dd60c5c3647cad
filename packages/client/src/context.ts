/** What the parts of the client share. */
import type { Gate, Stopwatch } from '@holdfast/engine';
import type { Folder, MachinePorts } from '@holdfast/ports';
import type { ClientInstallation } from './components/model.ts';
import type { HealthOptions } from './health/options.ts';
import type { Vitals } from './health/vitals.ts';
import type { Site } from './site.ts';
import type { ClientJournal } from './state.ts';
import type { ClientEvent, Reporter } from './status/reporter.ts';

/** The client is the one who needs them all: it takes the machine apart and hands each part its slice. */
export type ClientPorts = MachinePorts;

export type ClientOptions = {
  /** Absolute path of the existing state folder, used by one client only. */
  readonly folder: string;
  /** Managed root on Linux: `/`, or a sandbox, which file rules cannot leave. Windows has none. */
  readonly root: string;
  /** https:// address of the management point. */
  readonly site: string;
  /** Version of the client. */
  readonly version: string;
  readonly log: (event: ClientEvent) => void;
  /** Bytes that content of packages may take; no limit unless given. */
  readonly cacheBytes?: number;
  readonly health?: HealthOptions;
  /** Absent in a client that no package installed: it knows nothing of its components. */
  readonly installation?: ClientInstallation;
};

export type ClientContext = {
  readonly ports: ClientPorts;
  readonly options: ClientOptions;
  /** The state folder. */
  readonly folder: Folder;
  readonly journal: ClientJournal;
  readonly reporter: Reporter;
  readonly site: Site;
  readonly vitals: Vitals;
};

export type WorkContext = ClientContext & {
  /** Brings what was reported to the site as soon as it happens; never rejects. */
  readonly deliverSoon: () => Promise<void>;
  /** Work waits at one of these gates: a stir of one is a reason for another pass. */
  readonly waitingAt: (gates: readonly Gate[]) => void;
  /** For how long programs of an earlier life are seen to run. */
  readonly stopwatch: Stopwatch;
  /** Takes what went wrong on the way; never rejects. */
  readonly fault: (thrown: unknown) => Promise<void>;
};
