/** The client as the service manager of a simulated machine keeps it: started, enrolled, and started again when it ends. */
import type { Client, ClientEvent } from '@holdfast/client';
import { isHoldfastError } from '@holdfast/contract';
import type { SimulatedMachine } from '../machine/machine.ts';
import { openClient } from './open-client.ts';

export const stateFolder = '/state';
export const managedRoot = '/managed';
export const siteHost = 'site.example';

/** Milliseconds after which the service manager starts a client that ended. */
const restartMs = 5_000;

export type ClientServiceOptions = {
  readonly machine: SimulatedMachine;
  /** Of the enrolment. */
  readonly token: string;
  readonly log: (event: ClientEvent) => void;
  /** Called with every client that was opened, before it does anything. */
  readonly opened?: (client: Client) => void;
  /** Called when a version on trial is started. */
  readonly tried?: () => void;
  /** Takes what no client may end with. */
  readonly problem: (text: string) => void;
};

export type ClientService = {
  /** The one that was opened last; undefined before, and once it was forgotten. */
  client(): Client | undefined;
  start(): void;
  /** The machine or its client went down: it is not started again by itself. */
  forget(): void;
};

export function clientService(options: ClientServiceOptions): ClientService {
  const { machine } = options;
  let current: Client | undefined;
  let starts = 0;

  async function live(): Promise<void> {
    const client = await openClient(machine.ports('client'), {
      folder: stateFolder,
      root: managedRoot,
      site: `https://${siteHost}`,
      version: '1.0.0',
      log: options.log,
    });
    current = client;
    options.opened?.(client);
    if (client.status().clientId === null) await client.enrol(options.token);
    await client.run(new AbortController().signal);
  }

  function start(): void {
    starts += 1;
    const own = starts;
    live().catch((thrown: unknown) => {
      if (!isHoldfastError(thrown)) options.problem(`the client ended: ${String(thrown)}`);
      machine.clock.schedule(restartMs, () => {
        if (starts === own) start();
      });
    });
  }

  return {
    client: () => current,
    start,
    forget() {
      current = undefined;
      starts += 1;
    },
  };
}
