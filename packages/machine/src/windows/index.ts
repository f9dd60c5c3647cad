/** A real Windows machine behind the ports. */
import { realClock } from '../shared/clock.ts';
import { systemEntropy } from '../shared/entropy.ts';
import { x509Identities } from '../shared/identities.ts';
import type { Machine } from '../shared/machine.ts';
import { httpsNetwork, type NetworkOptions } from '../shared/network.ts';
import { windowsBoot } from './boot.ts';
import { windowsDisk } from './disk.ts';
import { windowsFacilities } from './facilities.ts';
import { windowsInstallers } from './installers.ts';
import { windowsLinks } from './links.ts';
import { windowsPower } from './power.ts';
import { windowsProcesses } from './processes.ts';
import { windowsProtection } from './protection.ts';
import { windowsRegistry } from './registry.ts';
import { windowsServices } from './services.ts';
import { windowsSessions } from './sessions.ts';
import { clientStarters } from './starters.ts';

export type WindowsMachineOptions = {
  readonly network?: NetworkOptions;
  /** Folder for the output of programs; the account's temporary folder unless given. */
  readonly spoolFolder?: string;
  /** Where the client's package lies: what starts it is there to be looked at and mended where this is given. */
  readonly installFolder?: string;
};

export function windowsMachine(options: WindowsMachineOptions = {}): Machine {
  const clock = realClock();
  const network = httpsNetwork(options.network);
  const services = windowsServices(clock);
  return {
    clock,
    entropy: systemEntropy(),
    identities: x509Identities(),
    disk: windowsDisk({ clock }),
    processes: windowsProcesses(
      options.spoolFolder === undefined ? {} : { spoolFolder: options.spoolFolder },
    ),
    network,
    installers: windowsInstallers(services),
    registry: windowsRegistry(),
    boot: windowsBoot(),
    services,
    facilities: windowsFacilities(services),
    protection: windowsProtection(),
    power: windowsPower(),
    sessions: windowsSessions(),
    links: windowsLinks(),
    ...(options.installFolder === undefined
      ? {}
      : { starters: clientStarters(options.installFolder, clock, services) }),
    close: () => network.close(),
  };
}
