/** What versions on trial do once they are started, as data: how a sick one is sick. */
import type { Sight, Watched } from '@holdfast/client/versions';

export type Behaviour = {
  readonly name: string;
  /** It throws while it is loaded. */
  readonly loads?: false;
  /** Names in the state folder that it removes, or fills with nonsense, before it opens anything. */
  readonly removes?: readonly string[];
  readonly spoils?: readonly string[];
  /** It begins a journal that is whole, and knows nothing. */
  readonly renews?: true;
  /** It runs, and no client works in it. */
  readonly works?: false;
  /** It lays down a blessing of its own making. */
  readonly forges?: true;
  /** Milliseconds after its start at which its process ends, or its loop stops. */
  readonly diesAfterMs?: number;
  readonly hangsAfterMs?: number;
  /** What its guard sees of it, where that is not as usual. */
  readonly sight?: (aliveMs: number) => Partial<Omit<Sight, 'atMs' | 'nowMs' | 'beats'>>;
};

const minute = 60_000;
const megabyte = 1024 ** 2;

export const healthy: Behaviour = { name: 'is healthy' };

export const sickBehaviours: readonly Behaviour[] = [
  { name: 'dies at once', diesAfterMs: 0 },
  { name: 'dies after 30 seconds', diesAfterMs: 30_000 },
  { name: 'dies after two minutes', diesAfterMs: 2 * minute },
  { name: 'cannot be loaded', loads: false },
  { name: 'hangs at once', hangsAfterMs: 0 },
  { name: 'hangs after 40 seconds', hangsAfterMs: 40_000 },
  { name: 'claims health and does nothing', works: false },
  { name: 'blesses itself', works: false, forges: true },
  { name: 'removes the journal and dies', removes: ['client.journal'], diesAfterMs: 20_000 },
  { name: 'spoils the journal and dies', spoils: ['client.journal'], diesAfterMs: 20_000 },
  { name: 'removes who the client is', removes: ['keys'] },
  { name: 'spoils the keys', spoils: ['keys'], works: false },
  { name: 'begins its journal anew', renews: true, works: false },
  { name: 'removes the settings and does nothing', removes: ['settings.json'], works: false },
  { name: 'takes too much memory', sight: () => ({ memory: 2_000 * megabyte }) },
  { name: 'leaks', sight: (alive) => ({ memory: 80 * megabyte + (alive / minute) * 50 * megabyte }) },
  { name: 'keeps the processor busy', sight: (alive) => ({ processorMs: alive * 0.95 }) },
  { name: 'has its clock far off', sight: () => ({ clockAheadMs: -60 * minute }) },
];

/** @throws TypeError where there is none of this name */
export function behaviourNamed(name: string): Behaviour {
  const found = sickBehaviours.find((one) => one.name === name);
  if (!found) throw new TypeError(`no version ${name}`);
  return found;
}

/** What a guard sees of a process that has been alive for so long. */
export function sightOf({ sight, hangsAfterMs }: Behaviour, aliveMs: number): ReturnType<Watched['sight']> {
  const turnedMs = Math.min(aliveMs, hangsAfterMs ?? aliveMs);
  return {
    beats: Math.floor(turnedMs / 1_000),
    memory: 80 * megabyte,
    processorMs: aliveMs * 0.01,
    activeMs: aliveMs * 0.02,
    clockAheadMs: 0,
    ...sight?.(aliveMs),
  };
}
