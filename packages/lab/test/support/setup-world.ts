/** A machine that is to be set up, the site that it is set up from, and a machine where dpkg does it. */
import { plainRequest, runSetup, type SetupEnd, type SetupRequest } from '@holdfast/client';
import { openPath, replaceFile, withOpen } from '@holdfast/engine';
import { siteHost } from '../../src/flows/client-service.ts';
import { simulatedRelease } from '../../src/flows/client-setup/release.ts';
import { setupHost, setupPlaces, setupSite, siteAddress } from '../../src/flows/client-setup/world.ts';
import { simulatedMachine } from '../../src/machine/machine.ts';
import { simulatedNetwork } from '../../src/site/network.ts';
import { simulatedSite } from '../../src/site/site.ts';
import { virtualClock } from '../../src/world/clock.ts';
import { randomFrom } from '../../src/world/random.ts';
import { inVirtualTime } from '../../src/world/run.ts';

export type SetupWorld = ReturnType<typeof newSetupWorld>;

/** A machine that is no client yet, its network and its site; `run` carries a set-up out to its end. */
export function newSetupWorld(seed = 1) {
  const random = randomFrom(`setup ${seed}`);
  const clock = virtualClock();
  const network = simulatedNetwork(clock);
  const client = simulatedSite(random.stream('site'), clock.now);
  const release = simulatedRelease(randomFrom('one key'));
  const site = setupSite(client, release);
  network.servers.set(siteHost, site.server);
  const machine = simulatedMachine(random.stream('machine'), {
    clock,
    network,
    folders: ['/state', '/managed', '/bootstrap/bin', '/bootstrap/seed/core'],
  });
  const request: SetupRequest = { ...plainRequest, managementPoints: [siteAddress], token: client.token };
  const run = (asked: SetupRequest | undefined = request) =>
    inVirtualTime(clock, () => runSetup(setupHost(machine, release), asked), 30 * 24 * 3600_000);
  return { machine, site, client, release, network, clock, request, run };
}

/** What the site was told of phases, in its order. */
export const told = (site: SetupWorld['site']) =>
  site.reports.map(({ phase, moment }) => `${phase} ${moment}`);

/** A machine with dpkg: a stand-in that brings the files of the release, slowly. */
export function debianWorld(exit: () => number) {
  const world = newSetupWorld();
  const { machine, site, clock } = world;
  const release = simulatedRelease(randomFrom('one key'), '1.0.0', 'deb');
  site.release = release;
  let installs = 0;
  machine.programs.programs.set('dpkg', async ({ words, disk, clock: own }) => {
    if (words[0] !== '--install') return 0;
    installs += 1;
    await own.sleep(20_000);
    await withOpen(disk.open('/'), async (root) => {
      for (const [path, content] of release.files) {
        const [first = '', ...inner] = `opt/holdfast-client/${path}`.split('/').slice(0, -1);
        await withOpen(openPath(root, [first, ...inner], { create: true }), (folder) =>
          replaceFile(folder, path.split('/').at(-1) ?? '', content),
        );
      }
    });
    machine.software.dpkg?.set('holdfast-client', { installed: true, version: '1.0.0' });
    return exit();
  });
  const places = { ...setupPlaces, root: '/' };
  const start = (request?: SetupRequest) => runSetup(setupHost(machine, release, { places }), request);
  return {
    ...world,
    start,
    places,
    debian: release,
    installs: () => installs,
    inTime: (work: () => Promise<SetupEnd>) => inVirtualTime(clock, work),
  };
}
