/**
 * Profile `holdfast`: the real client. Its site has one deployment of the driver, whose assignment follows what the client
 * says of its system; the client waits while dpkg is locked (gate `installer-idle`), and what it sees afterwards decides.
 */
import type { ClientEvent } from '@holdfast/client';
import { clientService, siteHost } from '../../flows/client-service.ts';
import { driverAssignment } from '../../linux/deployment.ts';
import { simulatedSite } from '../../site/site.ts';
import type { Random } from '../../world/random.ts';
import type { FieldProfile } from '../field/scenario-of.ts';
import { type Keeper, live, type Scene } from './life.ts';
import { driverVersions } from './system.ts';
import type { World } from './world.ts';

/** Seconds between check-ins. */
const pollSeconds = 3600;

/** What a person wants to read of what the client says. */
const told: ReadonlySet<string> = new Set([
  'deployment-received',
  'program-started',
  'program-failed',
  'attempt-failed',
  'software-verified',
  'software-broken',
  'software-repaired',
  'waiting-at-gate',
  'client-fault',
]);

function clientKeeper({ machine, stage, world }: Scene, random: Random): Keeper {
  const { clock, timeline } = stage;
  const site = simulatedSite(random.stream('site'), clock.now, pollSeconds);
  const first = driverAssignment(random.stream('11'), site, driverVersions['11']);
  const second = {
    ...driverAssignment(random.stream('12'), site, driverVersions['12']),
    deploymentId: first.deploymentId,
  };
  site.deploy(first);
  let follows: string | undefined;
  machine.network.servers.set(siteHost, {
    ...site.server,
    answer(request) {
      const answer = site.server.answer(request);
      const [client] = site.clients.values();
      if (client?.facts.osVersion === '12' && follows !== '12') {
        follows = '12';
        timeline.tell('site', 'the client is a Debian 12 now: its driver is the one for Debian 12');
        site.deploy(second);
      }
      return answer;
    },
  });
  const problems: string[] = [];
  let verified = false;
  const log = ({ event, text }: ClientEvent) => {
    if (event === 'software-verified') verified = true;
    if (!told.has(event)) return;
    const gate = event === 'waiting-at-gate' ? { gate: 'installer-idle' } : {};
    timeline.tell('client', event === 'program-started' ? text.replace(/: .*/s, '') : text, gate);
  };
  const service = clientService({
    machine,
    token: site.token,
    log,
    problem: (text) => void problems.push(text),
  });
  let start = 0;
  return {
    started() {
      const own = ++start;
      clock.schedule(world.clientWorkMs, () => {
        if (own === start) service.start();
      });
    },
    stopped() {
      start += 1;
      service.forget();
    },
    ready: () => verified,
    problems: () => [...problems, ...site.violations],
  };
}

export const holdfast: FieldProfile<World> = {
  name: 'holdfast',
  summary: 'the real client: waits while dpkg is locked, looks again after everything',
  live: (world, random) => live(world, random, clientKeeper),
};
