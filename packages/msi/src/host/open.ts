/** A Windows that lies in a folder, as Wine keeps it, opened to be changed. */
import { withOpen } from '@holdfast/engine';
import type { Clock, Disk, Entropy, Processes } from '@holdfast/ports';
import type { MachineDescription } from '../evaluate/machine.ts';
import { emptyHive, type Hive } from '../root/hive.ts';
import { inRoot, rootLayout } from '../root/root.ts';
import { hostFiles } from './files.ts';
import { type FileMark, type HiveFiles, type HiveFolder, hiveFilesIn, hiveFolder } from './hive-files.ts';
import { type Installer, lockRoot } from './lock.ts';
import { machineOf } from './machine.ts';
import type { WindowsHost } from './model.ts';
import { type ProtectionOptions, rootProtection } from './protection.ts';
import { hostRegistry, mounts } from './registry.ts';
import { restartList } from './restart.ts';
import { rootServices } from './services.ts';
import { unfinishedName } from './verified-file.ts';

export type HostOptions = {
  readonly clock: Clock;
  readonly entropy: Entropy;
  /** Who installs: holds the root against other installers. */
  readonly installer: Installer;
  /** What is known better than the registry of the root says it. */
  readonly machine?: Partial<MachineDescription>;
  /** Protected files of this root; none unless given. */
  readonly protect?: ProtectionOptions;
  /** Whether a wineserver runs on this root now, where that can be told: then nothing of its registry is changed. */
  readonly isServed?: () => Promise<boolean>;
  /** Where programs of this root can be run. */
  readonly processes?: Pick<Processes, 'start'>;
  /** Where registry files are reached by other means than handles of the disk. */
  readonly hives?: HiveFolder;
};

/** A hive with what its file looks like; an empty one where the root lacks it. */
async function wholeHive(
  files: HiveFiles,
  name: keyof typeof mounts,
  architecture: Hive['architecture'],
): Promise<{ readonly hive: Hive; readonly mark: FileMark }> {
  const file = rootLayout[name];
  const mark = await files.mark(file);
  return { hive: (await files.read(file)) ?? emptyHive({ architecture, mount: mounts[name] }), mark };
}

/** Removes hives that were being written when a power cut came. Who has the lock is the only one that writes any. */
async function removeUnfinished(disk: Pick<Disk, 'open'>, path: string): Promise<void> {
  await withOpen(disk.open(path), async (folder) => {
    for (const file of Object.values(rootLayout)) {
      if (await folder.entry(unfinishedName(file))) await folder.remove(unfinishedName(file));
    }
    await folder.sync();
  });
}

/**
 * Opens a root to be changed. Registry files that it lacks are written with the first change of them. No wineserver may
 * run on it as long as the host is used: see `hostRegistry`.
 * @param path absolute path of the folder that has drive_c in it
 * @throws HoldfastError `root.invalid`, `disk.*`
 */
export async function openHost(
  disk: Pick<Disk, 'open' | 'freeBytes'>,
  path: string,
  options: HostOptions,
): Promise<WindowsHost> {
  const { clock, entropy } = options;
  return await inRoot(disk, path, async (folder, driveC) => {
    // An earlier life may have renamed a hive, and ended before that was durable: what is read now has to stay.
    await folder.sync();
    const architecture = options.machine?.architecture === 'x86' ? 'x86' : 'x64';
    const opened: HiveFolder = options.hives ?? ((use) => use(hiveFilesIn(folder)));
    const { machine, user, defaultUser } = await opened(async (files) => {
      const machine = await wholeHive(files, 'machine', architecture);
      const user = await wholeHive(files, 'user', machine.hive.architecture);
      return { machine, user, defaultUser: await wholeHive(files, 'defaultUser', machine.hive.architecture) };
    });
    const registry = hostRegistry(
      { folder: options.hives ?? hiveFolder(disk, path), clock, isServed: options.isServed },
      path,
      { machine: machine.hive, user: user.hive, defaultUser: defaultUser.hive },
      { machine: machine.mark, user: user.mark, defaultUser: defaultUser.mark },
    );
    const files = hostFiles(disk, driveC);
    return {
      machine: machineOf(registry, machine.hive.architecture, options.machine),
      files: { ...files, ...restartList(registry) },
      registry,
      services: rootServices(registry),
      protection: rootProtection(files, options.protect),
      processes: options.processes,
      clock,
      entropy,
      async lock() {
        const lock = await lockRoot(disk, path, options.installer, entropy);
        try {
          await removeUnfinished(disk, path);
        } catch (thrown) {
          await lock.release();
          throw thrown;
        }
        return lock;
      },
    };
  });
}
