/** One simulated machine: every port, from one seed, and the hands that pull its plug. */
import type { Clock, Disk, MachinePorts } from '@holdfast/ports';
import type { Damage } from '../disk/damage.ts';
import type { FolderNode } from '../disk/nodes.ts';
import { diskPort } from '../disk/port.ts';
import { newVolume, type Volume } from '../disk/volume.ts';
import { type SimulatedNetwork, simulatedNetwork } from '../site/network.ts';
import { type Calls, countedCalls, type Life, type Stop } from '../world/calls.ts';
import { type VirtualClock, virtualClock } from '../world/clock.ts';
import { type Random, randomFrom } from '../world/random.ts';
import { newTrace, type Trace } from '../world/trace.ts';
import { type BootState, bootPort, bootState, type SystemKind } from './boot.ts';
import { entropyPort } from './entropy.ts';
import { type FacilityTable, facilityTable } from './facilities.ts';
import { type GateParts, gateParts } from './gate-parts.ts';
import { identitiesPort } from './identities.ts';
import { type MachinePower, machinePower } from './power.ts';
import { type ProcessTable, processTable } from './processes.ts';
import { type SimulatedScreen, simulatedScreen } from './screen.ts';
import { installersPort, registryPort, type SoftwareTables, softwareTables } from './software.ts';
import { type StarterTable, starterTable } from './starters.ts';

export type SimulatedMachine = {
  readonly clock: VirtualClock;
  readonly network: SimulatedNetwork;
  readonly trace: Trace;
  readonly volume: Volume;
  readonly programs: ProcessTable;
  readonly software: SoftwareTables;
  readonly boot: BootState;
  readonly facilities: Pick<FacilityTable, 'deaf'>;
  /** Sleep, and how fast it is. */
  readonly power: Pick<MachinePower, 'suspend' | 'resume' | 'slowDown' | 'sleptMs'>;
  /** What its readiness gates look at. */
  readonly parts: Pick<GateParts, 'services' | 'supply' | 'links' | 'sessions'>;
  /** What starts its client. */
  readonly starters: StarterTable;
  readonly screen: SimulatedScreen;
  /** Ports for a new life: the client started once, or a program of the test's own. */
  ports(name: string): MachinePorts;
  /** The disk for a new life on Windows whose drive C is a folder of this one. @param path absolute */
  driveC(name: string, path: string): Disk;
  /** Calls of every port by every life so far, the programs' among them. */
  callCount(): number;
  /** Calls `action` (a power cut, a kill) at one call: before its effect, or after it and before its answer. Undefined takes it back. */
  stopAt(stop: Stop | undefined): void;
  /** Every life ends, what was on its way to the disk meets its fate, and the machine starts again. */
  powerCut(damage: Damage): void;
  /** Ends lives that `ports` began, those of one name or all; the programs that they started go on. */
  kill(name?: string): void;
};

export type MachineOptions = {
  readonly kind?: SystemKind;
  readonly hostName?: string;
  /** Shared by the machines of one world; each machine has its own otherwise. */
  readonly clock?: VirtualClock;
  readonly network?: SimulatedNetwork;
  readonly trace?: Trace;
  /** Bytes. */
  readonly diskCapacity?: number;
  /** The disk as another machine has it now, in place of an empty one. */
  readonly volume?: Volume;
  /** Folders that are there, durable, when the machine is first started. */
  readonly folders?: readonly string[];
};

export function simulatedMachine(
  seed: number | string | Random,
  options: MachineOptions = {},
): SimulatedMachine {
  const random = typeof seed === 'object' ? seed : randomFrom(seed);
  const { kind = 'linux', clock = virtualClock(), trace = newTrace() } = options;
  const network = options.network ?? simulatedNetwork(clock);
  const power = machinePower(clock, kind);
  const calls = countedCalls(trace, power.hold);
  const volume = options.volume ?? newVolume(options.diskCapacity, clock.now);
  const boot = bootState(random.stream('boot'), kind, options.hostName ?? 'simulated-1', clock.elapsed);
  const parts = gateParts(clock);
  const screen = simulatedScreen();
  const starters = starterTable();
  const software = softwareTables(kind);
  const facilities = facilityTable(kind);
  const names = kind === 'windows' ? 'windows' : 'posix';
  const disk = (life: Life) => diskPort(volume, calls, life, names);
  const countedClock = (life: Life) => clockOf(power, calls, life);
  const programs = processTable({
    calls,
    bootId: boot.id,
    elapsed: clock.elapsed,
    isFile: (path) => nodeAt(volume, path) === 'file',
    disk,
    clock: countedClock,
  });
  let lives: Life[] = [];
  for (const path of options.folders ?? []) makeFolders(volume, path);

  function endLives(name?: string): void {
    for (const life of lives) if (name === undefined || life.name === name) life.alive = false;
    lives = lives.filter(({ alive }) => alive);
  }

  function beginLife(name: string): Life {
    const life = calls.begin(name);
    lives.push(life);
    return life;
  }

  return {
    clock,
    network,
    trace,
    volume,
    programs,
    software,
    boot,
    facilities,
    power,
    parts,
    screen,
    starters,
    ports(name) {
      const life = beginLife(name);
      return {
        clock: countedClock(life),
        entropy: entropyPort(random.stream('entropy'), calls, life),
        identities: identitiesPort(random.stream('identities'), calls, life),
        disk: disk(life),
        processes: programs.port(life),
        network: network.port(calls, life),
        installers: installersPort(software, calls, life),
        registry: registryPort(software, calls, life),
        boot: bootPort(boot, calls, life, power.sleptMs),
        facilities: facilities.port(calls, life),
        ...parts.ports(calls, life),
        screen: screen.port(calls, life),
        starters: starters.port(calls, life),
      };
    },
    driveC(name, path) {
      const fault: Volume['fault'] = (operation, at) => volume.fault(operation, at);
      const drive = { ...volume, root: makeFolders(volume, path), fault };
      return diskPort(drive, calls, beginLife(name), 'windows');
    },
    callCount: calls.count,
    stopAt: calls.stopAt,
    powerCut(damage) {
      trace.add('power cut', damage);
      endLives();
      programs.powerCut();
      power.restart();
      parts.restart();
      screen.restart();
      starters.restart();
      software.installing.set(undefined);
      volume.powerCut(damage, random.stream('damage'));
      boot.restart();
    },
    kill(name) {
      trace.add('kill');
      endLives(name);
    },
  };
}

function clockOf(power: MachinePower, calls: Calls, life: Life): Clock {
  const port = power.clock(life);
  return {
    now: () => calls.ask(life, 'clock.now', [], port.now),
    monotonic: () => calls.ask(life, 'clock.monotonic', [], port.monotonic),
    sleep: (ms, signal) => calls.call(life, 'clock.sleep', [ms], () => port.sleep(ms, signal)),
  };
}

function plainParts(path: string): string[] {
  return path.split(/[\\/]/).filter((name) => name !== '' && !/^[A-Z]:$/i.test(name));
}

/** Kind of what is at an absolute path; undefined where there is nothing. */
export function nodeAt(volume: Volume, path: string): 'file' | 'folder' | 'link' | undefined {
  let node: ReturnType<FolderNode['entries']['get']> = volume.root;
  for (const name of plainParts(path)) node = node?.kind === 'folder' ? node.entries.get(name) : undefined;
  return node?.kind;
}

/** Makes the folders of an absolute path, durable, and answers the last one. */
export function makeFolders(volume: Volume, path: string): FolderNode {
  let folder = volume.root;
  for (const name of plainParts(path)) {
    const found = folder.entries.get(name) ?? volume.newFolder({ folder, name });
    if (found.kind !== 'folder') throw new Error(`${path} is no folder on the simulated disk`);
    volume.syncFolder(folder);
    folder = found;
  }
  return folder;
}
