/** A foreign agent on a simulated Linux: its package, its service, and the programs of the system that work on both. */
import type { TakeoverRule } from '@holdfast/contract';
import { openPath, removeIfThere, replaceFile, splitPath, withOpen } from '@holdfast/engine';
import type { Disk } from '@holdfast/ports';
import type { Volume } from '../../disk/volume.ts';
import { filesBelow, layFile } from '../../machine/lay.ts';
import { nodeAt, type SimulatedMachine } from '../../machine/machine.ts';
import type { Program } from '../../machine/processes.ts';
import type { Random } from '../../world/random.ts';

const service = 'remotely.service';
const packageName = 'remotely';

/** Absolute paths as the agent sees them. */
const paths = {
  program: '/opt/remotely/remoted',
  library: '/opt/remotely/lib/capture.so',
  unit: `/lib/systemd/system/${service}`,
  enabled: `/etc/systemd/system/multi-user.target.wants/${service}`,
  /** Stands for the package's entry in the database of dpkg. */
  status: '/var/lib/dpkg/remotely',
} as const;

const itsFiles = [paths.program, paths.library, paths.unit];

/** Milliseconds that dpkg takes for a file. */
const pauseMs = 1_000;

export const agentRule: TakeoverRule = {
  name: 'Remotely',
  platform: 'linux',
  recognizedBy: [
    { kind: 'package', manager: 'dpkg', name: packageName },
    { kind: 'service', service },
  ],
  remoteControl: {
    services: [service],
    files: [{ path: paths.program, as: 'program' }, { path: paths.library }, { path: paths.unit }],
  },
  removal: { kind: 'dpkg', packages: [packageName] },
  maxRunMinutes: 10,
};

/** Installs it, durable. @param root absolute path of the managed root */
export function layAgent(volume: Volume, root: string, random: Random): void {
  for (const path of itsFiles) layFile(volume, `${root}${path}`, random.bytes(50 + random.integer(3_000)));
  layFile(volume, `${root}${paths.enabled}`, Buffer.from(paths.unit));
  layFile(volume, `${root}${paths.status}`, Buffer.from('installed'));
}

export type AgentOnMachine = {
  /** Its remote control runs. */
  readonly runs: () => boolean;
  /** Something of it is there: its package, or a file of it. */
  readonly there: () => boolean;
  /** Its package is installed, or half of it is. */
  readonly packaged: () => boolean;
  /** It starts with the machine. */
  readonly startsByItself: () => boolean;
};

type Hands = {
  readonly root: string;
  /** Its service runs now; undefined on a machine that has just started, where what is enabled runs. */
  readonly runs: boolean | undefined;
  /** Called when dpkg begins to remove it. */
  readonly removing: () => void;
};

/** What the system knows of the agent that lies on its disk. */
export function agentOn(machine: SimulatedMachine, { root, runs, removing }: Hands): AgentOnMachine {
  const { volume, software, parts, programs } = machine;
  const isFile = (path: string) => nodeAt(volume, `${root}${path}`) === 'file';
  const status = () => filesBelow(volume, `${root}/var/lib/dpkg`).get(packageName)?.toString();
  const startsByItself = () => isFile(paths.enabled) && itsFiles.every(isFile);
  const isRunning = { now: runs ?? startsByItself() };
  const tables = () => {
    const half = status() === 'half';
    software.dpkg?.set(packageName, { installed: status() === 'installed', version: '1.0', half });
    software.spoilt.reason = half ? 'packages are only half installed: remotely' : undefined;
  };
  const units = () => {
    if (isRunning.now) return;
    if (!isFile(paths.unit)) return parts.services.remove(service);
    parts.services.put(service, { broken: !isFile(paths.program) || !isFile(paths.library) });
  };
  const watching = machine.ports('systemd').services?.watch;
  const look = machine.ports('systemd').services;
  tables();
  if (isFile(paths.unit) || isRunning.now) parts.services.put(service);
  if (isRunning.now) void parts.services.start(service);
  units();
  watching?.(() => void look?.state(service).then((state) => (isRunning.now = state === 'running')));
  programs.programs.set('dpkg', async (run) => {
    removing();
    software.installing.set('dpkg');
    try {
      await write(run.disk, `${root}${paths.status}`, 'half');
      tables();
      isRunning.now = false;
      if (isFile(paths.unit)) parts.services.stop(service);
      for (const path of [...itsFiles, paths.enabled]) {
        await remove(run.disk, `${root}${path}`);
        await run.clock.sleep(pauseMs);
      }
      parts.services.remove(service);
      await remove(run.disk, `${root}${paths.status}`);
      tables();
      return 0;
    } finally {
      software.installing.set(undefined);
    }
  });
  programs.programs.set('systemctl', systemctl(root, isFile, units));
  return {
    runs: () => isRunning.now,
    there: () => status() !== undefined || [...itsFiles, paths.enabled].some(isFile),
    packaged: () => status() !== undefined,
    startsByItself,
  };
}

function systemctl(root: string, isFile: (path: string) => boolean, reload: () => void): Program {
  return async ({ words: [verb], disk }) => {
    if (verb === 'daemon-reload') reload();
    if (verb !== 'enable') return 0;
    if (!isFile(paths.unit)) return 1;
    await write(disk, `${root}${paths.enabled}`, paths.unit);
    return 0;
  };
}

/** Files of the agent as they are now, by path. */
export function agentFiles(volume: Volume, root: string): ReadonlyMap<string, Buffer> {
  const all = filesBelow(volume, root);
  return new Map(
    itsFiles.flatMap((path) => {
      const bytes = all.get(path.slice(1));
      return bytes ? [[path, bytes] as const] : [];
    }),
  );
}

async function write(disk: Disk, path: string, text: string): Promise<void> {
  await inFolderOf(disk, path, (folder, name) => replaceFile(folder, name, Buffer.from(text)));
}

async function remove(disk: Disk, path: string): Promise<void> {
  await inFolderOf(disk, path, async (folder, name) => {
    await removeIfThere(folder, name);
    await folder.sync();
  });
}

async function inFolderOf(
  disk: Disk,
  path: string,
  use: (folder: Awaited<ReturnType<Disk['open']>>, name: string) => Promise<void>,
): Promise<void> {
  const names = splitPath(path);
  const [first, ...rest] = names;
  const name = rest.pop() ?? first;
  await withOpen(disk.open('/'), (top) =>
    withOpen(openPath(top, [first, ...rest], { create: true }), (folder) => use(folder, name)),
  );
}
