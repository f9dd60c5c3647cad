/** The simulated machine as started: its boots and its operating system. */
import type { Boot, OperatingSystem } from '@holdfast/ports';
import type { Calls, Life } from './calls.ts';
import { uuidFrom } from './entropy.ts';
import type { Random } from './random.ts';

export type BootState = {
  readonly id: () => string;
  readonly system: () => OperatingSystem;
  readonly hostName: string;
  /** The machine starts again: a new boot id. */
  restart(): void;
  /** The operating system is upgraded in place: a new epoch and version. */
  upgrade(version: string): void;
};

export type SystemKind = 'linux' | 'windows';

const systems = {
  linux: { platform: 'linux', name: 'Debian GNU/Linux 12 (bookworm)', version: '12', architecture: 'x64' },
  windows: { platform: 'windows', name: 'Microsoft Windows 10', version: '10.0.19045', architecture: 'x64' },
} as const;

export function bootState(random: Random, kind: SystemKind, hostName: string): BootState {
  let id = uuidFrom(random);
  let system: OperatingSystem = { ...systems[kind], epoch: uuidFrom(random) };
  return {
    id: () => id,
    system: () => system,
    hostName,
    restart() {
      id = uuidFrom(random);
    },
    upgrade(version) {
      system = { ...system, version, epoch: uuidFrom(random) };
    },
  };
}

export function bootPort(state: BootState, calls: Calls, life: Life): Boot {
  return {
    id: () => calls.call(life, 'boot.id', [], state.id),
    operatingSystem: () => calls.call(life, 'boot.operatingSystem', [], state.system),
    hostName: () => calls.call(life, 'boot.hostName', [], () => state.hostName),
  };
}
