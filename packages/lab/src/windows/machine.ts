/**
 * A simulated Windows: a root on a simulated disk, opened anew at every boot, with its service manager and its file
 * protection. Times of a boot are given by whoever drew the world; nothing here draws any.
 */
import { initRoot, openHost, performRestart, rootLayout, type WindowsHost } from '@holdfast/msi';
import type { Clock, MachinePorts } from '@holdfast/ports';
import type { Volume } from '../disk/volume.ts';
import { type SimulatedMachine, simulatedMachine } from '../machine/machine.ts';
import { openTimeline, type Timeline } from '../timeline/timeline.ts';
import { type VirtualClock, virtualClock } from '../world/clock.ts';
import { randomFrom } from '../world/random.ts';
import { newTrace, noTrace, type Trace } from '../world/trace.ts';
import { loadDrivers } from './drivers.ts';
import { windowsPorts } from './ports.ts';
import { type FileProtection, fileProtection, watched } from './protection.ts';
import { serviceManager } from './services.ts';
import { asksForScan, layDown, putServices, scanDone } from './set-up.ts';
import { systems, type WindowsName, type WindowsSystem } from './system.ts';
import { volumeFiles } from './volume-files.ts';
import { volumeHives } from './volume-hives.ts';

const rootPath = '/root';
/** The folder of the simulated disk that is drive C of the simulated Windows. */
export const driveCPath = `${rootPath}/${rootLayout.driveC}`;

/** How long one boot takes. Milliseconds. */
export type BootTimes = {
  /** From power on to the session manager's end: drivers, pending file operations. */
  readonly kernelMs: number;
  /** From then on, until file protection serves. */
  readonly protectionMs: number;
  /** That each service takes to answer. */
  readonly services: Readonly<Record<string, number>>;
};

/** Of services that nobody gave a time for. */
const usualAnswerMs = 1000;

/** What a boot has brought up; dead after the next one. */
export type RunningWindows = {
  readonly host: WindowsHost;
  readonly ports: MachinePorts;
  readonly clock: Clock;
  readonly protection: FileProtection;
};

/** What a service does once it runs, by its name. */
export type ServicePrograms = Readonly<Record<string, (windows: RunningWindows) => Promise<void>>>;

export type SimulatedWindows = {
  readonly clock: VirtualClock;
  readonly timeline: Timeline;
  readonly trace: Trace;
  readonly machine: SimulatedMachine;
  /** Calls of ports, and looks at files and changes of them, by everybody so far. */
  callCount(): number;
  system(): WindowsSystem;
  /** Ends everything that runs, and starts Windows; resolves when the automatic services were started. */
  boot(times: BootTimes, programs: ServicePrograms): Promise<RunningWindows>;
  /** What set-up of a newer Windows does, up to its restart. */
  upgrade(to: WindowsName): Promise<void>;
  /** The disk for somebody who installs while nothing else runs. */
  offline(): Promise<WindowsHost>;
};

export type WindowsOptions = {
  /** The disk of a Windows that is installed already, which one that is, and its wall clock (milliseconds since 1970). */
  readonly disk?: { readonly volume: Volume; readonly system: WindowsName; readonly now?: number };
  readonly trace?: Trace;
};

/** Opens the disk for one life; what lived before it neither acts nor hears any more. */
function opener(machine: SimulatedMachine) {
  let [opened, looks] = [0, 0];
  let current = { alive: true };
  return {
    looks: () => looks,
    async open(name: string): Promise<Opened> {
      const life = { alive: true };
      current.alive = false;
      current = life;
      opened += 1;
      const ports = machine.ports(name);
      const own = { pid: 1, started: String(opened), bootId: machine.boot.id() };
      const pass = <T>(effect: () => T): Promise<T> => {
        if (!life.alive) return new Promise(() => {});
        looks += 1;
        return new Promise((resolve) => resolve(effect()));
      };
      const host = await openHost(ports.disk, rootPath, {
        clock: ports.clock,
        entropy: ports.entropy,
        installer: { identity: own, alive: async ({ started }) => started === own.started },
        hives: volumeHives({ volume: machine.volume, root: rootPath, pass }),
      });
      const files = volumeFiles({
        volume: machine.volume,
        driveC: driveCPath,
        port: host.files,
        openFolder: (path) => ports.disk.open(path),
        pass,
      });
      return { host: { ...host, files }, ports };
    },
  };
}

type Opened = { readonly host: WindowsHost; readonly ports: MachinePorts };

type Booting = {
  readonly opened: Opened;
  readonly system: WindowsSystem;
  readonly timeline: Timeline;
  readonly times: BootTimes;
  readonly programs: ServicePrograms;
};

/** From power on until the automatic services were started; protection goes on initialising. */
async function bringUp({ opened, system, timeline, times, programs }: Booting): Promise<RunningWindows> {
  const { host: bare, ports } = opened;
  const { clock } = ports;
  const undone = await performRestart(bare);
  if (undone.length > 0) timeline.tell('boot', `${undone.length} pending file operations failed`);
  await clock.sleep(times.kernelMs);
  await loadDrivers(bare, timeline);
  const protection = fileProtection({ system, files: bare.files, clock, timeline });
  const services = serviceManager({
    services: bare.services,
    registry: bare.registry,
    clock,
    timeline,
    answerMs: (name) => times.services[name] ?? usualAnswerMs,
    began: (name) => void programs[name]?.(windows),
  });
  const files = watched(bare.files, protection.changed);
  const windows: RunningWindows = {
    host: { ...bare, files, services, protection: protection.forInstaller },
    ports: windowsPorts(ports, { system, registry: bare.registry, protection: protection.port, services }),
    clock,
    protection,
  };
  // A scan that a restart cuts off is done again.
  protection.begin(times.protectionMs, asksForScan(bare) ? () => scanDone(bare) : undefined);
  await services.startAutomatic();
  timeline.tell('boot', 'all automatic services were started');
  return windows;
}

/** A Windows 2000 that was just installed, unless a disk is given. */
export async function simulatedWindows(
  seed: number | string,
  options: WindowsOptions = {},
): Promise<SimulatedWindows> {
  const { disk, trace = newTrace() } = options;
  const clock = virtualClock(disk?.now);
  const timeline = openTimeline(clock, trace);
  const machine = simulatedMachine(randomFrom(seed).stream('machine'), {
    clock,
    // Calls are counted and the count is traced; their facts would cost more than the calls.
    trace: noTrace,
    ...(disk === undefined ? {} : { volume: disk.volume }),
  });
  const { open, looks } = opener(machine);
  let system = systems[disk?.system ?? '2000'];
  if (disk === undefined) {
    await initRoot(machine.ports('set-up'), rootPath, { architecture: 'x86', windows: system.version });
    const { host } = await open('set-up');
    await layDown(host, system);
    await putServices(host);
  }
  return {
    clock,
    timeline,
    trace,
    machine,
    callCount: () => machine.callCount() + looks(),
    system: () => system,
    async boot(times, programs) {
      machine.kill();
      machine.programs.powerCut();
      machine.boot.restart();
      machine.boot.stillStarting('automatic services are being started');
      timeline.tell('boot', `${system.title} starts`);
      const running = await bringUp({ opened: await open('boot'), system, timeline, times, programs });
      machine.boot.stillStarting(undefined);
      return running;
    },
    offline: async () => (await open('offline')).host,
    async upgrade(to) {
      machine.kill();
      system = systems[to];
      const replaced = `${system.files.length} system files are replaced`;
      timeline.tell('boot', `set-up upgrades to ${system.title}: ${replaced}`);
      const { host } = await open('set-up');
      await layDown(host, system);
      machine.boot.upgrade(system.version);
    },
  };
}
