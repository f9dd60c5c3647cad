/** A simulated Debian: the machine beneath with a package database on its disk, dpkg, its lock, and starts that take their time. */
import type { Boot, Installers, MachinePorts, Readiness } from '@holdfast/ports';
import type { Volume } from '../disk/volume.ts';
import {
  type MachineOptions,
  makeFolders,
  type SimulatedMachine,
  simulatedMachine,
} from '../machine/machine.ts';
import type { Random } from '../world/random.ts';
import { isInstalled } from './control.ts';
import { adminPath, readPackages } from './database.ts';
import { type DpkgTimes, dpkgProgram } from './dpkg.ts';
import { type PackageLock, packageLock } from './locks.ts';

export const releases = {
  '11': 'Debian GNU/Linux 11 (bullseye)',
  '12': 'Debian GNU/Linux 12 (bookworm)',
} as const;
export type Release = keyof typeof releases;

export type DebianOptions = Omit<MachineOptions, 'kind'> & {
  /** Root of the system that its packages are installed in; `/` unless given. */
  readonly root?: string;
  readonly release?: Release;
  readonly times?: DpkgTimes;
  /** The file system keeps a journal: whatever is synced, all names before it are durable too (ext4, XFS). */
  readonly journal?: boolean;
};

export type DebianMachine = SimulatedMachine & {
  readonly lock: PackageLock;
  readonly release: () => Release;
  /** The operating system becomes another one, in place: what its packages do is the story's. */
  becomes(release: Release): void;
  /** The machine has just been started, and is up for good after so many milliseconds. */
  starting(settledAfterMs: number): void;
};

export function debianMachine(seed: number | string | Random, options: DebianOptions = {}): DebianMachine {
  const { root = '/', times } = options;
  const admin = adminPath(root);
  const folders = [...(options.folders ?? []), `${admin}/info`, `${admin}/updates`];
  const machine = simulatedMachine(seed, { ...options, folders });
  const { clock, volume } = machine;
  const lock = packageLock(machine.programs);
  let release: Release = options.release ?? '12';
  let started = clock.elapsed();
  let settled = started;
  if (options.journal) keepJournal(volume);
  emptyDatabase(machine, admin);
  machine.programs.programs.set('dpkg', dpkgProgram(lock, times));

  function bootOf(boot: Boot): Boot {
    return {
      ...boot,
      operatingSystem: async () => {
        const system = await boot.operatingSystem();
        return { ...system, name: releases[release], version: release };
      },
      uptime: async () => clock.elapsed() - started,
      settled: async (): Promise<Readiness> => {
        if (clock.elapsed() >= settled) return { ready: true };
        return { ready: false, reason: 'the machine is starting', evidence: { systemd: 'starting' } };
      },
      watch: (changed) => clock.schedule(Math.max(0, settled - clock.elapsed()), changed),
    };
  }

  return {
    ...machine,
    volume,
    lock,
    release: () => release,
    becomes(next) {
      release = next;
      machine.boot.upgrade(next);
    },
    starting(settledAfterMs) {
      started = clock.elapsed();
      settled = started + settledAfterMs;
    },
    ports(name) {
      const ports = machine.ports(name);
      return { ...ports, installers: installersOf(ports, root, lock), boot: bootOf(ports.boot) };
    },
  };
}

/** As dpkg-query tells of the database on the disk, and the kernel of the lock. */
function installersOf(ports: MachinePorts, root: string, lock: PackageLock): Installers {
  return {
    ...ports.installers,
    dpkg: async (name) => {
      const record = (await readPackages(ports.disk, root))?.get(name);
      const version = record?.fields.get('Version');
      if (!record || !isInstalled(record)) return { installed: false };
      return { installed: true, ...(version === undefined ? {} : { version }) };
    },
    idle: async () => {
      const holder = lock.holder();
      if (holder === undefined) return { ready: true };
      const { pid, name } = holder;
      const reason = `${name} (process ${pid}) holds dpkg's lock`;
      return { ready: false, reason, evidence: { process: name, pid, lock: 'lock-frontend' } };
    },
    watch: lock.watch,
  };
}

/** dpkg syncs no folder of the system and counts on this: debian-devel, December 2024, on what dpkg syncs and why. */
function keepJournal(volume: Volume): void {
  const { syncFile, syncNames } = volume;
  volume.syncFile = (file) => {
    syncFile(file);
    syncNames();
  };
  volume.syncFolder = () => syncNames();
}

/** What debootstrap begins with: a status file, empty and durable. */
function emptyDatabase({ volume }: SimulatedMachine, admin: string): void {
  const folder = makeFolders(volume, admin);
  if (folder.entries.has('status')) return;
  volume.newFile({ folder, name: 'status' }, 0o644);
  volume.syncFolder(folder);
}
