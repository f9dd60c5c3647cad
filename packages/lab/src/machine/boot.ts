/** The simulated machine as started: its boots and its operating system. */
import type { Boot, OperatingSystem, Readiness, Watch } from '@holdfast/ports';
import type { Calls, Life } from '../world/calls.ts';
import type { Random } from '../world/random.ts';
import { uuidFrom } from './entropy.ts';

export type BootState = {
  readonly id: () => string;
  readonly system: () => OperatingSystem;
  readonly hostName: string;
  /** Milliseconds since it started. */
  readonly uptime: () => number;
  readonly settled: () => Readiness;
  readonly watch: Watch;
  /** What still starts with the machine, as a clause; undefined = everything has started. */
  stillStarting(what: string | undefined): void;
  /** The machine starts again: a new boot id. */
  restart(): void;
  /** The operating system is upgraded in place: a new epoch and version, and another name where one is given. */
  upgrade(version: string, name?: string): void;
};

export type SystemKind = 'linux' | 'windows';

const systems = {
  linux: { platform: 'linux', name: 'Debian GNU/Linux 12 (bookworm)', version: '12', architecture: 'x64' },
  windows: { platform: 'windows', name: 'Microsoft Windows 10', version: '10.0.19045', architecture: 'x64' },
} as const;

/** @param elapsed milliseconds since the world began */
export function bootState(
  random: Random,
  kind: SystemKind,
  hostName: string,
  elapsed: () => number,
): BootState {
  let id = uuidFrom(random);
  let startedAt = elapsed();
  let system: OperatingSystem = { ...systems[kind], epoch: uuidFrom(random) };
  let starting: string | undefined;
  const watchers = new Set<() => void>();
  return {
    id: () => id,
    system: () => system,
    hostName,
    uptime: () => elapsed() - startedAt,
    settled: () =>
      starting === undefined ? { ready: true } : { ready: false, reason: starting, evidence: {} },
    watch(changed) {
      watchers.add(changed);
      return () => watchers.delete(changed);
    },
    stillStarting(what) {
      starting = what;
      for (const changed of [...watchers]) changed();
    },
    restart() {
      starting = undefined;
      watchers.clear();
      startedAt = elapsed();
      id = uuidFrom(random);
    },
    upgrade(version, name = system.name) {
      system = { ...system, name, version, epoch: uuidFrom(random) };
    },
  };
}

/** @param sleptMs milliseconds of sleep since the machine started */
export function bootPort(state: BootState, calls: Calls, life: Life, sleptMs: () => number): Boot {
  return {
    id: () => calls.call(life, 'boot.id', [], state.id),
    operatingSystem: () => calls.call(life, 'boot.operatingSystem', [], state.system),
    hostName: () => calls.call(life, 'boot.hostName', [], () => state.hostName),
    uptime: () => calls.call(life, 'boot.uptime', [], state.uptime),
    awake: () => calls.call(life, 'boot.awake', [], () => state.uptime() - sleptMs()),
    settled: () => calls.call(life, 'boot.settled', [], state.settled),
    watch: state.watch,
  };
}
