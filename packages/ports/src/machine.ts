/** All ports of one machine under one roof, for those who make machines and for those who hand slices on. */
import type { Boot } from './boot.ts';
import type { Clock } from './clock.ts';
import type { Disk } from './disk.ts';
import type { Entropy } from './entropy.ts';
import type { Facilities } from './facilities.ts';
import type { Identities } from './identities.ts';
import type { Installers } from './installers.ts';
import type { Links } from './links.ts';
import type { Network } from './network.ts';
import type { Power } from './power.ts';
import type { Processes } from './processes.ts';
import type { Protection } from './protection.ts';
import type { Registry } from './registry.ts';
import type { Screen } from './screen.ts';
import type { Services } from './services.ts';
import type { Sessions } from './session.ts';
import type { Starters } from './starters.ts';

export type MachinePorts = {
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly identities: Identities;
  readonly disk: Disk;
  readonly processes: Processes;
  readonly network: Network;
  readonly installers: Installers;
  readonly registry: Registry;
  readonly boot: Boot;
} & Partial<OptionalPorts>;

/** What not every platform has, or not yet. */
export type OptionalPorts = {
  readonly services: Services;
  readonly protection: Protection;
  readonly power: Power;
  readonly sessions: Sessions;
  readonly links: Links;
  readonly screen: Screen;
  readonly starters: Starters;
  readonly facilities: Facilities;
};
