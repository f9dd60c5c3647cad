/** What readiness gates look at on a simulated machine, beyond its boot and its installers. */
import type { OptionalPorts } from '@holdfast/ports';
import type { Calls, Life } from '../world/calls.ts';
import type { VirtualClock } from '../world/clock.ts';
import { type LinkTable, linksPort, linkTable } from './links.ts';
import { type ServiceTable, serviceTable } from './services.ts';
import { type SessionTable, sessionsPort, sessionTable } from './sessions.ts';
import { powerPort, powerSupply, type Supply } from './supply.ts';

export type GateParts = {
  readonly services: ServiceTable;
  readonly supply: Supply;
  readonly links: LinkTable;
  readonly sessions: SessionTable;
  /** The machine starts again. */
  restart(): void;
  ports(calls: Calls, life: Life): Pick<OptionalPorts, 'services' | 'power' | 'links' | 'sessions'>;
};

export function gateParts(clock: VirtualClock): GateParts {
  const [services, supply, links, sessions] = [
    serviceTable(clock),
    powerSupply(),
    linkTable(),
    sessionTable(),
  ];
  return {
    services,
    supply,
    links,
    sessions,
    restart() {
      sessions.set([]);
      for (const part of [services, supply, links, sessions]) part.restart();
    },
    ports: (calls, life) => ({
      services: services.port(calls, life),
      power: powerPort(supply, calls, life),
      links: linksPort(links, calls, life),
      sessions: sessionsPort(sessions, calls, life),
    }),
  };
}
