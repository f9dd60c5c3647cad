/** The adapters of the machine that this runs on. Both platforms are imported outright, so that a bundle holds them. */
import { linuxMachine, type Machine, type NetworkOptions, windowsMachine } from '@holdfast/machine';

export type ThisMachineOptions = {
  readonly network?: NetworkOptions;
  /** Managed root that dpkg is asked about. */
  readonly root?: string;
};

export function thisMachine(options: ThisMachineOptions = {}): Machine {
  const network = options.network === undefined ? {} : { network: options.network };
  if (process.platform === 'win32') return windowsMachine(network);
  return linuxMachine({ ...network, ...(options.root === undefined ? {} : { dpkgRoot: options.root }) });
}
