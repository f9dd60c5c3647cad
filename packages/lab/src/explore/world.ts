/** One explored machine with its site, its weather and the ledger of what really happens on it. */
import type { Client } from '@holdfast/client';
import type { StatusMessage } from '@holdfast/contract';
import type { FolderNode } from '../disk/nodes.ts';
import { free } from '../disk/volume.ts';
import { makeFolders, type SimulatedMachine, simulatedMachine } from '../machine/machine.ts';
import { type SimulatedSite, simulatedSite } from '../site/site.ts';
import { openTimeline, type Timeline } from '../timeline/timeline.ts';
import { virtualClock, worldStart } from '../world/clock.ts';
import { randomFrom } from '../world/random.ts';
import type { Trace } from '../world/trace.ts';
import { type DiskFaults, openDiskFaults } from './disk-faults.ts';
import { type FaultKind, faultKinds, type Plan } from './events.ts';
import type { Broken, Finding } from './findings.ts';
import { type Installed, newInstalled } from './installed/installed.ts';
import { type Ledger, openLedger } from './ledger.ts';
import { isPresent, type Software } from './software.ts';
import { openWeather, type Weather } from './weather.ts';

export const stateFolder = '/state';
export const managedRoot = '/managed';
export const siteHost = 'site.example';

/** A status message that the client has said it committed. */
export type Said = { readonly deploymentId: string | undefined; readonly text: string };

export type World = {
  readonly plan: Plan;
  readonly machine: SimulatedMachine;
  readonly site: SimulatedSite;
  readonly weather: Weather;
  readonly diskFaults: DiskFaults;
  readonly ledger: Ledger;
  readonly timeline: Timeline;
  readonly broken: Broken;
  finding: Finding | undefined;
  /** What the site has now, by item. */
  readonly deployed: Map<number, Software>;
  /** Whatever it had, by `item.version`. */
  readonly every: Map<string, Software>;
  /** Items of which files wait for a restart. */
  readonly pending: Set<number>;
  readonly faults: Record<FaultKind, number>;
  client: Client | undefined;
  /** Times that the client was started. */
  starts: number;
  clientId: string | undefined;
  /** Where the client was set up; undefined where it is simply there. */
  readonly installed: Installed | undefined;
  highestSerial: number;
  readonly said: Said[];
  /** Deployments that waited at a gate. */
  readonly waited: Set<string>;
  /** Phase 2: no more faults, and every program does what it should. */
  calm: boolean;
  /** The wall clock was set at some time. */
  clockWasSet: boolean;
  /** Port calls and virtual time at the last step. */
  last: { calls: number; at: number };
};

export function newWorld(plan: Plan, trace: Trace): World {
  const random = randomFrom(plan.seed);
  const clock = virtualClock();
  const folders = [stateFolder, managedRoot];
  const machine = simulatedMachine(random.stream('machine'), { clock, trace, folders });
  const timeline = openTimeline(clock, trace);
  const siteNow = () => worldStart + clock.elapsed();
  const site = simulatedSite(random.stream('site'), siteNow, plan.pollSeconds);
  const deployed = { deployed: new Map<number, Software>(), every: new Map<string, Software>() };
  const installed = plan.installed
    ? newInstalled(site, random.stream('release'), siteNow, deployed)
    : undefined;
  const weather = openWeather((installed?.site ?? site).server, random.stream('weather'), clock.elapsed);
  machine.network.servers.set(siteHost, weather.server);
  machine.network.fault = weather.fault;
  const broken: Broken = (promise, text) => {
    world.finding ??= { promise, text, at: clock.elapsed() };
    timeline.tell('client', `BROKEN ${promise}: ${text}`);
  };
  const ledger = openLedger(
    {
      elapsed: clock.elapsed,
      now: clock.now,
      bootId: machine.boot.id,
      running: () => machine.programs.running().length,
      isPresent: (software) => present(world, software),
      closedGate: (software) => closedGate(world, software),
    },
    broken,
  );
  const diskFaults = openDiskFaults(machine.volume, (operation, path) => {
    ledger.downfall();
    timeline.tell('power', `the disk fails: ${operation} of ${path}`);
  });
  const world: World = {
    plan,
    machine,
    site,
    weather,
    diskFaults,
    ledger,
    timeline,
    broken,
    finding: undefined,
    ...deployed,
    pending: new Set(),
    faults: Object.fromEntries(faultKinds.map((kind) => [kind, 0])) as Record<FaultKind, number>,
    client: undefined,
    starts: 0,
    clientId: undefined,
    installed,
    highestSerial: 0,
    said: [],
    waited: new Set(),
    calm: false,
    clockWasSet: false,
    last: { calls: 0, at: 0 },
  };
  return world;
}

export function managedFolder({ machine }: World): FolderNode {
  return makeFolders(machine.volume, managedRoot);
}

export function present(world: World, software: Software): boolean {
  return isPresent(software, managedFolder(world), world.machine.software);
}

/** Name of a gate of the software that is closed now, by what the world itself knows. */
export function closedGate({ machine, pending }: World, { item, assignment }: Software): string | undefined {
  for (const gate of assignment.program.gates ?? []) {
    if (gate.kind === 'no-pending-reboot' && pending.has(item)) return gate.name;
    if (gate.kind === 'disk-free' && free(machine.volume.root.room) < gate.bytes) return gate.name;
    if (gate.kind !== 'maintenance-window') continue;
    const minute = Math.floor(machine.clock.now() / 60_000) % 60;
    const start = (gate.windows[0]?.startMinute ?? 0) % 60;
    const length = gate.windows[0]?.minutes ?? 0;
    if ((minute - start + 60) % 60 >= length) return gate.name;
  }
  return undefined;
}

/** All that the site was told of a deployment, the first message first. */
export function messagesOf({ site }: World): readonly StatusMessage[] {
  return [...site.clients.values()].flatMap((client) => [...client.streams.values()].flat());
}
