/** A real Linux machine behind the ports. */
import { platform } from 'node:os';
import type { OptionalPorts } from '@holdfast/ports';
import { realClock } from '../shared/clock.ts';
import { systemEntropy } from '../shared/entropy.ts';
import { x509Identities } from '../shared/identities.ts';
import type { Machine } from '../shared/machine.ts';
import { httpsNetwork, type NetworkOptions } from '../shared/network.ts';
import { linuxBoot } from './boot.ts';
import { unitTexts } from './client-units.ts';
import { linuxDisk } from './disk.ts';
import { linuxFacilities } from './facilities.ts';
import { linuxInstallers } from './installers.ts';
import { linuxLinks } from './links.ts';
import { linuxPower } from './power.ts';
import { linuxProcesses } from './processes.ts';
import { noRegistry } from './registry.ts';
import { linuxServices } from './services.ts';
import { linuxSessions } from './sessions.ts';
import { linuxStarters } from './starters.ts';
import { systemdRuns } from './systemd.ts';

export type LinuxMachineOptions = {
  /** Where the client's package lies: only with it, and in the system itself, is there something that starts it. */
  readonly installFolder?: string;
  readonly network?: NetworkOptions;
  /** Root folder that dpkg is asked about; `/`, the system, unless given. */
  readonly dpkgRoot?: string;
  /** Folder for the output of programs; the system's temporary folder unless given. */
  readonly spoolFolder?: string;
};

export function linuxMachine(options: LinuxMachineOptions = {}): Machine {
  const network = httpsNetwork(options.network);
  return {
    clock: realClock(),
    entropy: systemEntropy(),
    identities: x509Identities(),
    disk: linuxDisk(),
    processes: linuxProcesses(options.spoolFolder === undefined ? {} : { spoolFolder: options.spoolFolder }),
    network,
    installers: linuxInstallers(options.dpkgRoot === undefined ? {} : { root: options.dpkgRoot }),
    registry: noRegistry(),
    boot: linuxBoot(),
    ...gatePorts(),
    ...starterPorts(options),
    close: () => network.close(),
  };
}

/** What readiness gates look at. The kernel tells the rest only on Linux; only systemd has services to ask for. */
function gatePorts(): Partial<OptionalPorts> {
  if (platform() !== 'linux') return {};
  return {
    power: linuxPower(),
    sessions: linuxSessions(),
    links: linuxLinks(),
    facilities: linuxFacilities(),
    ...(systemdRuns() ? { services: linuxServices() } : {}),
  };
}

function starterPorts({ installFolder, dpkgRoot = '/' }: LinuxMachineOptions): Partial<OptionalPorts> {
  if (installFolder === undefined || dpkgRoot !== '/' || !systemdRuns()) return {};
  return { starters: linuxStarters({ texts: unitTexts(installFolder) }) };
}
