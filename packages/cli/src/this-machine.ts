/** The adapters of the machine that this runs on. Both platforms are imported outright, so that a bundle holds them. */
import { basename, dirname } from 'node:path';
import { linuxMachine, type Machine, type NetworkOptions, windowsMachine } from '@holdfast/machine';

export type ThisMachineOptions = {
  readonly network?: NetworkOptions;
  /** Managed root that dpkg is asked about. */
  readonly root?: string;
  /** Where the client's package lies; that of the runtime that runs this program unless given. */
  readonly installFolder?: string;
};

/** Undefined where this program is not run by the runtime of an installed client. */
function ownInstallFolder(): string | undefined {
  const folder = dirname(process.execPath);
  return basename(folder) === 'runtime' ? dirname(folder) : undefined;
}

/** A service is told of power and sessions by its manager; who waits for them need not wait until they are looked at. */
function toldByManager(machine: Machine): Machine {
  const watch = globalThis.holdfastLauncher?.service?.watch;
  const { power, sessions } = machine;
  if (watch === undefined || power === undefined || sessions === undefined) return machine;
  return { ...machine, power: { ...power, watch }, sessions: { ...sessions, watch } };
}

export function thisMachine(options: ThisMachineOptions = {}): Machine {
  const network = options.network === undefined ? {} : { network: options.network };
  const folder = options.installFolder ?? ownInstallFolder();
  const installFolder = folder === undefined ? {} : { installFolder: folder };
  if (process.platform === 'win32') return toldByManager(windowsMachine({ ...network, ...installFolder }));
  return linuxMachine({
    ...network,
    ...installFolder,
    ...(options.root === undefined ? {} : { dpkgRoot: options.root }),
  });
}
