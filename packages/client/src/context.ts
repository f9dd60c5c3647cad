/** What the parts of the client share. */
import type {
  Boot,
  Clock,
  Disk,
  Entropy,
  Folder,
  Identities,
  Installers,
  Network,
  Processes,
  Registry,
} from '@holdfast/ports';
import type { Site } from './site.ts';
import type { ClientJournal } from './state.ts';
import type { ClientEvent, Reporter } from './status/reporter.ts';

export type ClientPorts = {
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly identities: Identities;
  readonly disk: Disk;
  readonly processes: Processes;
  readonly network: Network;
  readonly installers: Installers;
  readonly registry: Registry;
  readonly boot: Boot;
};

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
};

export type ClientContext = {
  readonly ports: ClientPorts;
  readonly options: ClientOptions;
  /** The state folder. */
  readonly folder: Folder;
  readonly journal: ClientJournal;
  readonly reporter: Reporter;
  readonly site: Site;
};

export type WorkContext = ClientContext & {
  /** Brings what was reported to the site as soon as it happens; never rejects. */
  readonly deliverSoon: () => Promise<void>;
  /** Takes what went wrong on the way; never rejects. */
  readonly fault: (thrown: unknown) => Promise<void>;
};
