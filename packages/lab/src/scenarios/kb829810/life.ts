/**
 * One machine's life: Windows 2000 with three clients one after the other, the upgrade to Windows XP, two boots, and a
 * look at it 24 hours after the first of them.
 */
import { HoldfastError } from '@holdfast/contract';
import type { Volume } from '../../disk/volume.ts';
import type { SimulatedClient } from '../../site/site.ts';
import type { TimelineEvent } from '../../timeline/timeline.ts';
import { putFile } from '../../windows/files.ts';
import { type RunningWindows, type SimulatedWindows, simulatedWindows } from '../../windows/machine.ts';
import { msiexec } from '../../windows/msiexec.ts';
import { clockPort, type VirtualClock } from '../../world/clock.ts';
import { inVirtualTime } from '../../world/run.ts';
import { newTrace, noTrace } from '../../world/trace.ts';
import { clientSource, driverState } from './client.ts';
import { type ClientPackage, type ClientPackages, clientPackages, clientService } from './packages.ts';
import { newCounts, type Profile } from './profile.ts';
import { drawWorld, type World, worldHash } from './world.ts';

const hour = 3_600_000;
/** From the first boot on; then a machine without its drivers is lost. */
export const verdictAfterMs = 24 * hour;

export type Life = {
  readonly seed: number | string;
  readonly profile: string;
  readonly world: World;
  readonly worldHash: string;
  readonly traceHash: string;
  readonly lost: boolean;
  /** Why, as the last look at the machine saw it. */
  readonly reason: string;
  readonly errors: readonly number[];
  readonly gateClosedBy21: boolean;
  readonly events: readonly TimelineEvent[];
  /** The machine as it is in the end. */
  readonly windows: SimulatedWindows;
};

export type LifeOptions = {
  /** Lives share the machine as it was before the upgrade, each with a fork of its disk; without it each installs anew. */
  readonly sharedPast: boolean;
};

/** Brings a client onto the machine as its set-up does: the package beside it, then the installer. */
async function installClient(
  windows: SimulatedWindows,
  { name, fileName, bytes }: ClientPackage,
): Promise<void> {
  const host = await windows.offline();
  await putFile(host.files, `${clientSource}\\${fileName}`, bytes);
  const { exitCode, cause } = await msiexec(host, `msiexec /i ${fileName}`, clientSource);
  if (exitCode === 0) {
    windows.timeline.tell('client', `${name} is installed`);
    return;
  }
  throw new HoldfastError('internal', `${name} could not be installed: ${exitCode} ${cause?.message ?? ''}`);
}

async function installClients(
  windows: SimulatedWindows,
  { standard, legacy, advanced }: ClientPackages,
): Promise<void> {
  for (const client of [standard, legacy, advanced]) await installClient(windows, client);
}

/** A machine as it is before its Windows is upgraded. */
type Before = {
  readonly volume: Volume;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly known: readonly SimulatedClient[];
};

/** By what profiles do besides having the clients installed. */
const pasts = new Map<Profile['past'], Promise<Before>>();

async function makePast(packages: ClientPackages, { past }: Profile): Promise<Before> {
  const windows = await simulatedWindows('past', { trace: noTrace });
  await installClients(windows, packages);
  const known = (await past?.(windows)) ?? [];
  return { volume: windows.machine.volume, now: windows.clock.now(), known };
}

async function beforeUpgrade(
  seed: number | string,
  packages: ClientPackages,
  profile: Profile,
  { sharedPast }: LifeOptions,
): Promise<{ readonly windows: SimulatedWindows; readonly known: readonly SimulatedClient[] }> {
  const trace = newTrace();
  if (!sharedPast) {
    const windows = await simulatedWindows(seed, { trace });
    await installClients(windows, packages);
    return { windows, known: (await profile.past?.(windows)) ?? [] };
  }
  const past = pasts.get(profile.past) ?? makePast(packages, profile);
  pasts.set(profile.past, past);
  const { volume, now, known } = await past;
  const disk = { volume: volume.fork(), system: '2000', now } as const;
  return { windows: await simulatedWindows(seed, { trace, disk }), known };
}

/** Lets so many milliseconds pass, with all that happens in them. */
export function passTime(clock: VirtualClock, ms: number): Promise<void> {
  return inVirtualTime(clock, () => clockPort(clock).sleep(ms));
}

/** Lives one life to its verdict. */
export async function live(profile: Profile, seed: number | string, options: LifeOptions): Promise<Life> {
  const packages = await clientPackages();
  const world = drawWorld(seed);
  const counts = newCounts();
  const { windows, known } = await beforeUpgrade(seed, packages, profile, options);
  const { clock, timeline, trace } = windows;
  const manager = profile.begin(windows, { packages, world, timeline, counts }, known);
  const programs = {
    [clientService]: async (running: RunningWindows) => {
      timeline.tell('client', 'the client starts its work');
      await manager.atStart(running);
    },
  };
  await windows.upgrade('xp');
  const began = clock.elapsed();
  const until = (ms: number) => passTime(clock, Math.max(0, began + ms - clock.elapsed()));
  await inVirtualTime(clock, () => windows.boot(world.firstBoot, programs));
  await until(world.restartAfterMs);
  const second = await inVirtualTime(clock, () => windows.boot(world.secondBoot, programs));
  await until(verdictAfterMs);
  const state = await driverState(second.host, packages, 'xp');
  const problem = state.complete ? manager.problem?.() : state.reason;
  const reason = problem ?? 'the drivers for Windows XP are installed and verified';
  timeline.tell('client', problem === undefined ? reason : `LOST: ${reason}`);
  trace.add(windows.callCount());
  return {
    seed,
    profile: profile.name,
    world,
    worldHash: worldHash(world, packages),
    traceHash: trace.hash(),
    lost: problem !== undefined,
    reason,
    errors: counts.errors,
    gateClosedBy21: counts.gateClosedBy21,
    events: timeline.events,
    windows,
  };
}
