/** What a flow of the client is about: its policy, its programs, its goal, and what must be right at the end. */
import type { Client } from '@holdfast/client';
import { type StatusMessage, statusEntry } from '@holdfast/contract';
import type { Volume } from '../disk/volume.ts';
import type { Program } from '../machine/processes.ts';
import type { Server, SimulatedNetwork } from '../site/network.ts';
import type { SimulatedClient, SimulatedSite } from '../site/site.ts';
import type { Random } from '../world/random.ts';
import type { ClientService, ClientServiceOptions } from './client-service.ts';

/** What of a client's world is not on its disk. */
export type ClientOutside = {
  /** Wall clock, milliseconds since 1970. */
  readonly now: number;
  /** Starts of the machine, and of the client. */
  readonly boots: number;
  readonly lives: number;
  /** What the site knows. */
  readonly clients: readonly SimulatedClient[];
  /** Messages that the client has said are written down: `software-verified 1767225600000`. */
  readonly said: readonly string[];
  /** The client knows that its work is done: its program must not run any more. */
  readonly settled: boolean;
  /** Programs were killed: what they wrote was read, and maybe believed, though they had not made it durable. */
  readonly killed: boolean;
  /** Times that a version on trial was started. */
  readonly trials: number;
  readonly problems: readonly string[];
};

/** What a plot can see of the world. */
export type Scene = {
  readonly client: Client | undefined;
  /** All that the site was told. */
  readonly messages: readonly StatusMessage[];
  /** The client has said in this life that its work is done, or in one before. */
  readonly settled: boolean;
};

/** What one flow of the client is about. */
export type Plot = {
  /** What starts the client; the plain service unless given. */
  readonly service?: (options: ClientServiceOptions) => ClientService;
  /** In the place of the site's own. */
  readonly server?: Server;
  /** Milliseconds of virtual time in which the goal must be reached after a downfall; five minutes unless given. */
  readonly patienceMs?: number;
  /** Streams of messages that the client may have had; 1 unless given. */
  readonly mostStreams?: number;
  /** Programs of the machine, by name. */
  readonly programs: ReadonlyMap<string, Program>;
  /** Policy and contents of the site as the client has them before the flow, and what lies on its disk. */
  before(site: SimulatedSite, disk: Volume): void;
  /** The client is ready for the flow to begin. */
  isReady(scene: Scene): boolean;
  /** What the flow begins with: another policy, damage on the disk. */
  begin(site: SimulatedSite, disk: Volume): void;
  /** Weather of the network in one life of the client. */
  weather?(network: SimulatedNetwork, random: Random): void;
  isReached(scene: Scene): boolean;
  /** Looks at a client that was opened after a downfall, before it does anything. */
  opened?(scene: Scene): readonly string[];
  /** What is on the disk at the end, and what the site was told, that is not as promised. */
  problems(disk: Volume, messages: readonly StatusMessage[]): readonly string[];
};

export function messagesOf(clients: Iterable<SimulatedClient>): readonly StatusMessage[] {
  return [...clients].flatMap((client) => [...client.streams.values()].flat());
}

/** How many messages say that a deployment has succeeded. */
export function successes(messages: readonly StatusMessage[]): number {
  return messages.filter(({ code }) => statusEntry(code)?.state === 'succeeded').length;
}
