/** A machine that has a client: laid out, enrolled, its package kept; and what of it is not on its disk. */
import type { StarterName } from '@holdfast/ports';
import type { World } from '../../crash/story.ts';
import { newVolume } from '../../disk/volume.ts';
import { layFile } from '../../machine/lay.ts';
import { makeFolders, type SimulatedMachine, simulatedMachine } from '../../machine/machine.ts';
import type { SimulatedStarter } from '../../machine/starters.ts';
import { simulatedNetwork } from '../../site/network.ts';
import { type SimulatedClient, type SimulatedSite, simulatedSite } from '../../site/site.ts';
import { virtualClock, worldStart } from '../../world/clock.ts';
import { type Random, randomFrom } from '../../world/random.ts';
import { inVirtualTime } from '../../world/run.ts';
import { noTrace, type Trace } from '../../world/trace.ts';
import { siteHost } from '../client-service.ts';
import { type SimulatedRelease, simulatedRelease } from '../client-setup/release.ts';
import { setupPlaces, setupSite, siteAddress } from '../client-setup/world.ts';
import { chanceOfLife, copyOfClient } from '../lives.ts';
import { openClient } from '../open-client.ts';

export const starterNames: readonly StarterName[] = ['service', 'second'];

/** What of a machine with a client is not on its disk. Never changed. */
export type InstalledOutside = {
  /** Wall clock, and when the machine was started last. Milliseconds since 1970. */
  readonly now: number;
  readonly upSince: number;
  readonly boots: number;
  readonly lives: number;
  readonly starters: Readonly<Record<StarterName, SimulatedStarter>>;
  readonly clients: readonly SimulatedClient[];
  readonly problems: readonly string[];
};

export type InstalledClient = {
  readonly name: string;
  readonly random: Random;
  readonly release: SimulatedRelease;
  /** Its clients are those of the world that was lived in last. */
  readonly site: SimulatedSite;
  readonly begin: World<InstalledOutside>;
  /** The machine as it was left. Its clock has to be let go on to `now` before anything is done. */
  machine(world: World<InstalledOutside>, trace: Trace): SimulatedMachine;
  /** What is outside after a life on that machine. */
  left(machine: SimulatedMachine, before: InstalledOutside): InstalledOutside;
};

const working: SimulatedStarter = {
  present: true,
  asDefined: true,
  enabled: true,
  active: true,
  deaf: false,
};

/** @param name also what its chance is drawn from. @param kind of the kept package */
export async function installedClient(name: string, kind: 'tar.gz' | 'deb'): Promise<InstalledClient> {
  const random = randomFrom(name);
  const hands = { now: () => worldStart };
  const site = simulatedSite(random.stream('site'), () => hands.now());
  const release = simulatedRelease(random.stream('release'), '1.0.0', kind, { complete: true });
  const server = setupSite(site, release).server;

  function machine({ disk, outside }: World<InstalledOutside>, trace: Trace): SimulatedMachine {
    const clock = virtualClock(outside.upSince);
    hands.now = clock.now;
    remember(site, outside.clients);
    const network = simulatedNetwork(clock);
    network.servers.set(siteHost, server);
    const chance = chanceOfLife(name, outside.lives);
    const made = simulatedMachine(chance, { clock, network, trace, volume: disk });
    for (let boot = 0; boot < outside.boots; boot += 1) made.boot.restart();
    for (const starter of starterNames) made.starters.set(starter, outside.starters[starter]);
    return made;
  }

  const disk = newVolume();
  makeFolders(disk, setupPlaces.root);
  makeFolders(disk, setupPlaces.state);
  layOut(disk, release);
  const outside: InstalledOutside = {
    now: worldStart,
    upSince: worldStart,
    boots: 0,
    lives: 0,
    starters: { service: working, second: working },
    clients: [],
    problems: [],
  };
  const left = (of: SimulatedMachine, before: InstalledOutside): InstalledOutside => ({
    ...before,
    now: of.clock.now(),
    lives: before.lives + 1,
    starters: { service: of.starters.get('service'), second: of.starters.get('second') },
    clients: [...site.clients.values()].map(copyOfClient),
    problems: [...before.problems, ...site.violations],
  });
  const first = machine({ disk, outside }, noTrace);
  await inVirtualTime(first.clock, () => enrol(first, site.token));
  disk.powerCut({ names: 'lost', contents: 'lost' }, random);
  return { name, random, release, site, machine, left, begin: { disk, outside: left(first, outside) } };
}

function remember(site: SimulatedSite, clients: readonly SimulatedClient[]): void {
  site.clients.clear();
  for (const client of clients) site.clients.set(client.id, copyOfClient(client));
  site.violations.length = 0;
}

/** As the set-up leaves it: laid out, and its package kept. @param places absolute paths */
export function layOut(
  disk: World<unknown>['disk'],
  { files, package: about, bytes, version, envelope }: SimulatedRelease,
  places: { readonly install: string; readonly state: string } = setupPlaces,
): void {
  for (const [path, content] of files) layFile(disk, `${places.install}/${path}`, content);
  const record = { package: about, version, floor: '1.0.0' };
  const folder = `${places.state}/package`;
  layFile(disk, `${folder}/${about.name}`, bytes);
  layFile(disk, `${folder}/package.json`, Buffer.from(JSON.stringify(record)));
  layFile(disk, `${folder}/release.json`, Buffer.from(envelope));
}

async function enrol(machine: SimulatedMachine, token: string): Promise<void> {
  const client = await openClient(machine.ports('client'), {
    folder: setupPlaces.state,
    root: setupPlaces.root,
    site: siteAddress,
    version: '1.0.0',
    log: () => undefined,
  });
  await client.enrol(token);
  await client.close();
}

/** Lets time go on to where the machine was left; it has been awake all the while. */
export async function takeUp(machine: SimulatedMachine, { now, upSince }: InstalledOutside): Promise<void> {
  let arrived = false;
  machine.clock.schedule(now - upSince, () => {
    arrived = true;
  });
  await machine.clock.run(() => arrived, now - upSince);
}

/** A machine starts again with what is enabled; where only a program is killed everything else goes on. */
export function fallenWith<Outside extends InstalledOutside>(left: Outside, by: 'power' | 'kill'): Outside {
  if (by === 'kill') return left;
  const again = (one: SimulatedStarter): SimulatedStarter => ({
    ...one,
    active: one.present && one.asDefined && one.enabled,
    deaf: false,
  });
  const { service, second } = left.starters;
  return {
    ...left,
    boots: left.boots + 1,
    upSince: left.now,
    starters: { service: again(service), second: again(second) },
  };
}

/** What keeps a starter from being as its definition says, in words. */
export function starterProblems({ starters }: InstalledOutside): readonly string[] {
  return starterNames
    .filter((name) => !starters[name].present || !starters[name].asDefined || !starters[name].enabled)
    .map((name) => `the starter ${name} is not as it was defined`);
}
