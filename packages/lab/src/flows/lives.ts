/** What the lives of one machine share when it is cut off and comes back, and what each has of its own. */
import type { StatusMessage } from '@holdfast/contract';
import type { SimulatedClient } from '../site/site.ts';
import { type Random, randomFrom } from '../world/random.ts';

/** The same machine and system in all lives; chance of its own in each. @param lives those before this one */
export function chanceOfLife(seed: number | string, lives: number): Random {
  const machine = randomFrom(`machine ${seed}`);
  const life = randomFrom(`life ${lives} of machine ${seed}`);
  return { ...life, stream: (name) => (name === 'boot' ? machine : life).stream(name) };
}

/** A client as its site knows it, of its own: what is remembered is never changed. */
export function copyOfClient(client: SimulatedClient): SimulatedClient {
  const streams = [...client.streams].map(([name, list]): [string, StatusMessage[]] => [name, [...list]]);
  return { ...client, streams: new Map(streams), health: [...client.health] };
}
