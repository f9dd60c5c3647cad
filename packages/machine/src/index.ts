/** Real machines behind the ports. */
export { type LinuxMachineOptions, linuxMachine } from './linux/index.ts';
export { dpkgRootArguments, prepareDpkgRoot } from './linux/installers.ts';
export { wineServerRuns } from './linux/wine-server.ts';
export { localDisk } from './local-disk.ts';
export type { Machine } from './shared/machine.ts';
export type { ClosableNetwork, NetworkOptions } from './shared/network.ts';
export { type WindowsMachineOptions, windowsMachine } from './windows/index.ts';
