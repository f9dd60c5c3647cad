/** A dead client is rescued by its second starter, hour after hour, until it lives: started, and installed anew from the kept package. */
import { pulseName, rescue } from '@holdfast/client';
import type { CrashStory, Living, World } from '../../crash/story.ts';
import { damageFiles, filesBelow, layFile, treeProblems } from '../../machine/lay.ts';
import { makeFolders, type SimulatedMachine } from '../../machine/machine.ts';
import { randomFrom } from '../../world/random.ts';
import { inVirtualTime } from '../../world/run.ts';
import { noTrace, type Trace } from '../../world/trace.ts';
import { setupPlaces, siteAddress } from '../client-setup/world.ts';
import { leftovers } from '../leftovers.ts';
import { dpkgFor } from './installers.ts';
import {
  fallenWith,
  type InstalledClient,
  type InstalledOutside,
  installedClient,
  starterNames,
  starterProblems,
  takeUp,
} from './world.ts';

export type RescueOutside = InstalledOutside & {
  /** Installations that were begun. */
  readonly installs: number;
  /** An installer may have been killed: what it wrote was read, and believed, though it had not made it durable. */
  readonly killed: boolean;
};

const hour = 60 * 60_000;
const { state, install } = setupPlaces;

/** Runs of the second starter after which a client has to live. */
const mostRuns = 12;

/** The client of a seed: some of its files are damaged, it is dead, and what starts it may be gone too. */
export async function clientRescue(seed: number): Promise<CrashStory<RescueOutside>> {
  const kind = seed % 2 === 0 ? 'deb' : 'tar.gz';
  const client = await installedClient(`rescue ${seed}`, kind);
  const begin = deadClient(client);
  const identity = filesBelow(begin.disk, `${state}/keys`);
  return {
    begin,
    live: (world, _start, trace) => live(client, world, trace),
    fallen: (left, by) => ({ ...fallenWith(left, by), killed: left.killed || by === 'kill' }),
    key: ({ clients, ...rest }) => JSON.stringify([rest, clients.map(({ health }) => health.length)]),
    judge: (left) => judge(client, identity, left),
  };
}

/** It runs where its files are whole, and ends at once where they are not. */
function playClient(machine: SimulatedMachine, isWhole: () => boolean): { readonly bornMs: () => number } {
  const { starters, boot } = machine;
  let bornMs = 0;
  const run = (running: boolean) => {
    bornMs = boot.uptime();
    if (running && !isWhole()) starters.set('service', { active: false });
  };
  run(starters.get('service').active);
  starters.onService(run);
  return { bornMs: () => bornMs };
}

function live(client: InstalledClient, world: World<RescueOutside>, trace: Trace): Living<RescueOutside> {
  const { outside, disk } = world;
  const machine = client.machine(world, trace);
  const { starters, boot, clock, programs } = machine;
  const problems: string[] = [];
  let { installs } = outside;
  const player = playClient(machine, () => isWhole(client, world));
  const dpkg = dpkgFor(client.release);
  programs.programs.set('dpkg', async (run) => {
    installs += 1;
    if (programs.running().length > 1) problems.push('two installers ran at once');
    if (starters.get('service').active) problems.push('the client was installed anew while it lived');
    return await dpkg(run);
  });
  const beat = () => {
    if (!starters.get('service').active) return;
    const times = { sinceMs: player.bornMs(), awakeMs: boot.uptime(), wall: clock.now() };
    const pulse = { bootId: boot.id(), ...times, pid: 7, version: client.release.version };
    layFile(disk, `${state}/${pulseName}`, Buffer.from(JSON.stringify(pulse)));
  };
  const work = async () => {
    for (let run = 0; run < mostRuns; run += 1) {
      beat();
      if ((await rescueOnce(machine, client)) === 'well') return;
      await machine.ports('timer').clock.sleep(hour);
    }
    throw new Error(`the client does not live after ${mostRuns} rescues`);
  };
  return {
    done: takeUp(machine, outside).then(() => inVirtualTime(clock, work)),
    outside: () => {
      const left = client.left(machine, outside);
      return { ...left, installs, killed: outside.killed, problems: [...left.problems, ...problems] };
    },
  };
}

async function rescueOnce(machine: SimulatedMachine, { release: { version, releaseKey } }: InstalledClient) {
  const { starters, ...ports } = machine.ports('rescue');
  if (starters === undefined) throw new Error('this machine has no starters');
  const options = { folder: state, installFolder: install, site: siteAddress, version, releaseKey };
  return (await rescue({ ...ports, starters }, options)).decision.kind;
}

function isWhole({ release }: InstalledClient, { disk }: Pick<World<RescueOutside>, 'disk'>): boolean {
  const found = filesBelow(disk, install);
  return [...release.files].every(([path, content]) => found.get(path)?.equals(content));
}

function deadClient(client: InstalledClient): World<RescueOutside> {
  const { disk, outside } = client.begin;
  const random = client.random.stream('damage');
  const paths = [...client.release.files.keys()].map((path) => `${install}/${path}`);
  const one = random.pick(paths);
  damageFiles(
    disk,
    paths.filter((path) => path === one || random.chance(1, 4)),
    random,
  );
  const starters = { ...outside.starters };
  for (const name of starterNames) {
    const spoilt = random.chance(1, 3)
      ? random.pick(['present', 'asDefined', 'enabled'] as const)
      : undefined;
    starters[name] = { ...starters[name], ...(spoilt ? { [spoilt]: false } : {}), active: false };
  }
  return { disk, outside: { ...outside, starters, installs: 0, killed: false } };
}

/**
 * After one more power cut, which takes all that is not durable, the client lives as it was released, is who it was, and
 * what was done for it is told. Where its installer was killed, another rescue may be needed for that.
 */
async function judge(
  client: InstalledClient,
  identity: ReadonlyMap<string, Buffer>,
  { disk, outside }: World<RescueOutside>,
): Promise<readonly string[]> {
  disk.powerCut({ names: 'lost', contents: 'lost' }, randomFrom(0));
  const problems = found(client, identity, { disk, outside });
  if (problems.length === 0 || !outside.killed) return problems;
  const living = live(client, { disk, outside: fallenWith(outside, 'power') }, noTrace);
  try {
    await living.done;
  } catch (thrown) {
    return [...problems, `it is not mended: ${String(thrown)}`];
  }
  return found(client, identity, { disk, outside: living.outside() });
}

function found(
  { release }: InstalledClient,
  identity: ReadonlyMap<string, Buffer>,
  { disk, outside }: World<RescueOutside>,
): readonly string[] {
  const tree = filesBelow(disk, install);
  // dpkg, when it was killed, removes what it left beside a file when it is next run.
  const released = new Map([...tree].filter(([path]) => !path.endsWith('.new')));
  const problems = [
    ...outside.problems,
    ...starterProblems(outside),
    ...treeProblems(released, release.files),
  ];
  problems.push(...treeProblems(filesBelow(disk, `${state}/keys`), identity).map((one) => `keys: ${one}`));
  const said = [...filesBelow(disk, `${state}/rescue/spool`).values()].map((text) => text.toString());
  if (outside.installs > 0 && !said.some((text) => text.includes('installed the client anew')))
    problems.push('nobody is told that the client was installed anew');
  // The second starter tells the site itself as long as nobody lives who would bring it what is laid down here.
  const heard = outside.clients.some(({ health }) => health.some(({ occasion }) => occasion === 'rescue'));
  if (!heard && said.length === 0) problems.push('nobody is told that the client was dead');
  return [...problems, ...leftovers(makeFolders(disk, state), state)];
}
