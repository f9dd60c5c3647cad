/** What a set-up needs beside the machine's ports: its places, and what only the program around it can do. */
import type { Architecture } from '@holdfast/contract';
import type { MachinePorts, NameService } from '@holdfast/ports';
import type { Client } from '../client.ts';
import type { ClientSettings } from '../settings.ts';
import type { Predecessor } from './predecessors/known.ts';

/** Goes on with a set-up after the machine restarted or the set-up died. Failures are HoldfastErrors. */
export type SetupHook = {
  /** Milliseconds at most between two lives of a set-up that it goes on with. */
  readonly everyMs: number;
  /** Has it in place, durable; nothing happens where it is. */
  set(): Promise<void>;
  /** Has it go on at once, in a process of its own. */
  start(): Promise<void>;
  /** Takes it away; nothing happens where there is none. */
  clear(): Promise<void>;
};

export type SetupPlaces = {
  /** Absolute path of the existing state folder. */
  readonly state: string;
  /** Absolute path of the install folder, there or not. */
  readonly install: string;
  /** Managed root: `/`, or a sandbox. */
  readonly root: string;
  /** Absolute path of the tree that this bootstrap runs from; undefined where it runs from sources. */
  readonly program: string | undefined;
};

export type SetupHost = {
  readonly ports: MachinePorts & { readonly names?: NameService };
  readonly places: SetupPlaces;
  /** PEM of the release key that is built in; undefined in a program run from sources. */
  readonly releaseKey: string | undefined;
  readonly architecture: Architecture | string;
  /** Clients of older generations whose place is taken where they are found; none in a sandbox. */
  readonly predecessors?: readonly Predecessor[];
  readonly hook: SetupHook | undefined;
  /**
   * Opens the client in its state folder, for this process alone, and closes it afterwards.
   * @throws HoldfastError `client.running`
   */
  withClient<Result>(
    settings: ClientSettings,
    version: string,
    work: (client: Client) => Promise<Result>,
  ): Promise<Result>;
  readonly log: (line: string) => void;
};
