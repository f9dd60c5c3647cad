/** The bootstrap's host on a real machine: its places, its hook, its lock, and the client that it enrols. */
import { appendFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import {
  type Client,
  type ClientSettings,
  heedful,
  lastName,
  linuxPredecessors,
  openClient,
  programCopy,
  type SetupHook,
  type SetupHost,
  type SetupPlaces,
  setupFolder,
  windowsPredecessors,
} from '@holdfast/client';
import { linuxNames, linuxSetupHook, type Machine, windowsNames, windowsSetupHook } from '@holdfast/machine';
import { lockFolder } from '../client/lock.ts';
import { clientPlace } from '../client/place.ts';
import { releaseKey } from '../client/release-key.ts';
import { settingsIn } from '../client/settings.ts';
import { standardFolder, standardRoot } from '../client/standard-folder.ts';
import { plain, type Surroundings } from '../terminal.ts';
import { thisMachine } from '../this-machine.ts';
import type { SetupCommand } from './command.ts';

const isWindows = process.platform === 'win32';

/** Bytes of the log from which on it begins anew; the one before is kept. */
const longestLog = 1024 * 1024;

function standardInstallFolder(environment: Surroundings['environment']): string {
  return isWindows
    ? join(environment.ProgramFiles ?? 'C:\\Program Files', 'Holdfast', 'Client')
    : '/opt/holdfast-client';
}

export type OpenedHost = {
  readonly host: SetupHost;
  /** Whether the work is handed over unless the command line says otherwise. */
  readonly canHandOver: boolean;
  close(): void;
};

/** Where this set-up works: as it was told, as the client of before was set up, or as is usual. */
export async function placesOf(command: SetupCommand, surroundings: Surroundings): Promise<SetupPlaces> {
  const { environment } = surroundings;
  const state = command.stateFolder ?? standardFolder(environment);
  const settings = await settingsIn(state);
  return {
    state,
    install: command.installFolder ?? settings?.installFolder ?? standardInstallFolder(environment),
    // Windows has one root, whichever drive somebody enrolled from.
    root: command.root ?? (isWindows ? undefined : settings?.root) ?? standardRoot(environment),
    program: clientPlace()?.installFolder,
  };
}

/** @param log takes lines of progress */
export function openHost(
  places: SetupPlaces,
  surroundings: Surroundings,
  log: (line: string) => void,
): OpenedHost {
  const { environment } = surroundings;
  const proxy = environment.HTTPS_PROXY || environment.https_proxy;
  const noProxy = environment.NO_PROXY || environment.no_proxy;
  const machine = thisMachine({
    root: places.root,
    installFolder: places.install,
    network: { ...(proxy ? { proxy } : {}), ...(noProxy ? { noProxy } : {}) },
  });
  const { starters, ...others } = { ...machine, network: heedful(machine.network, machine.clock) };
  const isSystem = places.root === standardRoot(environment) && places.state === standardFolder(environment);
  const usual = isWindows || places.install === standardInstallFolder(environment);
  const names = isWindows ? windowsNames(machine.registry) : linuxNames();
  const predecessors = isSystem ? { predecessors: predecessorsHere(environment) } : {};
  const hook = isSystem && starters ? hookFor(places) : undefined;
  return {
    canHandOver: hook !== undefined,
    close: () => machine.close(),
    host: {
      // What a sandbox installs is no business of the system's service manager.
      ports: { ...others, ...(isSystem && usual && starters ? { starters } : {}), names },
      places,
      releaseKey,
      architecture: process.arch,
      hook,
      ...predecessors,
      withClient: (settings, version, work) =>
        withClient({ ...machine, network: others.network }, places.state, settings, version, work),
      log,
    },
  };
}

const predecessorsHere = ({ ProgramFiles, SystemDrive = 'C:' }: Surroundings['environment']) =>
  isWindows
    ? windowsPredecessors({
        programFiles: ProgramFiles ?? `${SystemDrive}\\Program Files`,
        programData: `${SystemDrive}\\ProgramData`,
      })
    : linuxPredecessors;

async function withClient<Result>(
  machine: Machine,
  folder: string,
  settings: ClientSettings,
  version: string,
  work: (client: Client) => Promise<Result>,
): Promise<Result> {
  const lock = await lockFolder(folder, machine);
  try {
    const { site, root } = settings;
    const client = await openClient(machine, { folder, root, site, version, log: () => undefined });
    try {
      return await work(client);
    } finally {
      await client.close();
    }
  } finally {
    await lock.release();
  }
}

/** Goes on with the bootstrap's own copy, or with this very program where it runs from sources. */
function hookFor(places: SetupPlaces): SetupHook {
  const folder = join(places.state, setupFolder);
  const copy = join(folder, programCopy);
  const bootstrap = join(copy, 'bin', isWindows ? 'holdfast-setup.cmd' : 'holdfast-setup');
  const own = places.program === undefined ? [process.execPath, process.argv[1] ?? ''] : [bootstrap];
  const [program = '', ...first] = own;
  const words = [
    ...first,
    '--go-on',
    `--folder=${places.state}`,
    `--root=${places.root}`,
    `INSTALLDIR=${places.install}`,
  ];
  if (!isWindows) return linuxSetupHook({ program, words });
  const [script, last] = [join(folder, 'go-on.cmd'), join(folder, lastName)];
  return windowsSetupHook({ program, words, script, copy, last });
}

/** Lines with their time, kept beside the journal; a log that cannot be written keeps nobody from their work. */
export function openLog(state: string): (line: string) => void {
  const path = join(state, setupFolder, 'setup.log');
  return (line) => {
    try {
      if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) > longestLog) {
        rmSync(`${path}.old`, { force: true });
        renameSync(path, `${path}.old`);
      }
      appendFileSync(path, `${new Date().toISOString()} ${plain(line)}\n`, { mode: 0o600 });
    } catch {
      // The folder goes with an uninstall; a disk may be full.
    }
  };
}

/** What an uninstall leaves empty goes, too. */
export async function removeEmptyFolders(places: SetupPlaces): Promise<void> {
  const folders = [places.state, ...(isWindows ? [dirname(places.install)] : [])];
  for (const folder of folders) await rmdir(folder).catch(() => undefined);
}
