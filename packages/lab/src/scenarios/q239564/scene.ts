/** The machine of this story and its inventories. */
import type { RegistryChange } from '@holdfast/msi';
import type { RunningWindows, SimulatedWindows } from '../../windows/machine.ts';
import { at } from '../field/managed-machine.ts';
import { minute } from '../field/times.ts';
import type { Inventory } from './packages.ts';
import { inventories } from './packages.ts';
import type { World } from './world.ts';

export type Scene = {
  readonly windows: SimulatedWindows;
  readonly running: RunningWindows;
  readonly packageBytes: Uint8Array;
  readonly world: World;
  /** To be told of an inventory. */
  taken(inventory: Inventory): void;
};

export type Client = {
  readonly name: string;
  readonly summary: string;
  /** Where it keeps when an inventory was taken last. Milliseconds since the client was installed; undefined: never. */
  lastTaken(scene: Scene, inventory: Inventory): number | undefined;
  keepTaken(scene: Scene, inventory: Inventory, at: number): Promise<void>;
  /** The periodic verification. */
  verify(scene: Scene): Promise<void>;
};

/** The scheduler wakes so often. */
const tickMs = 10 * minute;

/** The last time by the schedule up to now; undefined before the first. */
export function lastDue({ everyMs, firstInventoryAt }: World, now: number): number | undefined {
  const past = now - firstInventoryAt;
  return past < 0 ? undefined : firstInventoryAt + Math.floor(past / everyMs) * everyMs;
}

/** The client's scheduler: an inventory whose time has come, or that was never taken, is taken now. */
export function schedule(client: Client, scene: Scene): void {
  const { clock } = scene.windows;
  async function tick(): Promise<void> {
    const now = clock.elapsed();
    for (const inventory of inventories) {
      const last = client.lastTaken(scene, inventory);
      const due = lastDue(scene.world, now);
      if (last !== undefined && (due === undefined || due <= last)) continue;
      await client.keepTaken(scene, inventory, now);
      scene.taken(inventory);
    }
    at(clock, now + tickMs, () => void tick());
  }
  void tick();
}

/** A number of milliseconds as the registry keeps it here: whole minutes, one at least. */
export function minutesChange(
  place: { readonly hive: 'HKLM'; readonly key: string; readonly view: '64' },
  name: string,
  ms: number,
): RegistryChange {
  return { kind: 'set', place, name, data: { kind: 'number', number: Math.max(1, Math.ceil(ms / minute)) } };
}

/** What `minutesChange` wrote; undefined where there is nothing, or zero. */
export function minutesIn(
  { running }: Scene,
  place: { readonly hive: 'HKLM'; readonly key: string; readonly view: '64' },
  name: string,
): number | undefined {
  const data = running.host.registry.value(place, name);
  return data?.kind === 'number' && data.number > 0 ? data.number * minute : undefined;
}
