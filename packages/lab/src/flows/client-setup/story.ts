/** A machine is set up, or a damaged client is mended, by a bootstrap that is cut off anywhere and started again by its hook. */
import { openClient, plainRequest, runSetup, type SetupRequest } from '@holdfast/client';
import { mpPaths, type SetupReport, setupExit, setupPhases } from '@holdfast/contract';
import type { CrashStory, Living, World } from '../../crash/story.ts';
import { newVolume, type Volume } from '../../disk/volume.ts';
import { damageFiles, filesBelow, treeProblems } from '../../machine/lay.ts';
import { makeFolders, nodeAt, type SimulatedMachine, simulatedMachine } from '../../machine/machine.ts';
import { simulatedNetwork } from '../../site/network.ts';
import { type SimulatedClient, simulatedSite } from '../../site/site.ts';
import { virtualClock, worldStart } from '../../world/clock.ts';
import { type Random, randomFrom } from '../../world/random.ts';
import { inVirtualTime } from '../../world/run.ts';
import { noTrace, type Trace } from '../../world/trace.ts';
import { siteHost } from '../client-service.ts';
import { leftovers } from '../leftovers.ts';
import { copyOfClient } from '../lives.ts';
import { type SimulatedRelease, simulatedRelease } from './release.ts';
import { setupHost, setupPlaces, setupSite, siteAddress } from './world.ts';

/** What of this world is not on the machine's disk. */
export type SetupOutside = {
  readonly now: number;
  readonly boots: number;
  readonly lives: number;
  readonly clients: readonly SimulatedClient[];
  readonly reports: readonly SetupReport[];
  /** The bootstrap has said that it is done: then nothing of it may be lost any more. */
  readonly done: boolean;
  readonly problems: readonly string[];
};

/** Milliseconds of virtual time in which a set-up comes to its end on a calm network. */
const patienceMs = 60 * 60_000;

/** `unheard`: the site hears of nothing until the set-up is over. */
export type SetupStoryKind = 'install' | 'unheard' | 'repair';

/** The story of a seed. In a repair some files of an installed client were damaged, in every way that the seed draws. */
export async function clientSetupStory(
  kind: SetupStoryKind,
  seed: number,
): Promise<CrashStory<SetupOutside>> {
  const random = randomFrom(`client ${kind} ${seed}`);
  const hands = { now: () => worldStart };
  const client = simulatedSite(random.stream('site'), () => hands.now());
  const release = simulatedRelease(random.stream('release'));
  const site = setupSite(client, release);
  const request: SetupRequest = { ...plainRequest, managementPoints: [siteAddress], token: client.token };

  function live(world: World<SetupOutside>, _start: 'first' | 'again', trace: Trace): Living<SetupOutside> {
    const { outside } = world;
    const clock = virtualClock(outside.now);
    hands.now = clock.now;
    client.clients.clear();
    for (const one of outside.clients) client.clients.set(one.id, copyOfClient(one));
    site.reports.splice(0, site.reports.length, ...outside.reports);
    client.violations.length = 0;
    const network = simulatedNetwork(clock);
    network.servers.set(siteHost, site.server);
    const machine = simulatedMachine(randomFrom(`life ${outside.lives} ${seed}`), {
      clock,
      network,
      trace,
      volume: world.disk,
    });
    for (let boot = 0; boot < outside.boots; boot += 1) machine.boot.restart();
    let { done } = outside;
    if (kind === 'unheard')
      network.fault = ({ path }) => (path === mpPaths.setup && !done ? 'unreachable' : undefined);
    const work = async () => {
      const host = setupHost(machine, release);
      // As its hook starts it. What was cut off before it had written down what it is to do is asked for again.
      let end = await runSetup(host, undefined);
      if (!done && nodeAt(machine.volume, `${setupPlaces.state}/setup/last.json`) === undefined)
        end = await runSetup(host, request);
      if (end.exit !== setupExit.succeeded) throw new Error(`exit ${end.exit}: ${end.text}`);
      done = true;
      if (kind === 'unheard') await clientPass(machine, release);
    };
    return {
      done: inVirtualTime(clock, work, patienceMs),
      outside: () => ({
        now: clock.now(),
        boots: outside.boots,
        lives: outside.lives + 1,
        clients: [...client.clients.values()].map(copyOfClient),
        reports: [...site.reports],
        done,
        problems: [...outside.problems, ...client.violations],
      }),
    };
  }

  const disk = newVolume();
  for (const path of [setupPlaces.state, setupPlaces.root, '/bootstrap/bin', '/bootstrap/seed/core'])
    makeFolders(disk, path);
  const nobody: SetupOutside = {
    now: worldStart,
    boots: 0,
    lives: 0,
    clients: [],
    reports: [],
    done: false,
    problems: [],
  };
  let begin: World<SetupOutside> = { disk, outside: nobody };
  if (kind === 'repair') {
    const past = live(begin, 'first', noTrace);
    await past.done;
    damage(disk, release, random.stream('damage'));
    begin = { disk, outside: { ...past.outside(), done: false, reports: [] } };
  }

  return {
    begin,
    live,
    fallen: (left, by) => (by === 'power' ? { ...left, boots: left.boots + 1 } : left),
    key: ({ done, clients, reports, problems, boots }) =>
      [done, clients.length, reports.length, problems.length, boots].join(),
    judge: async (left) => judge(left, release),
  };
}

/** One pass of the client that was set up. */
async function clientPass(machine: SimulatedMachine, { version }: SimulatedRelease): Promise<void> {
  const { state: folder, root } = setupPlaces;
  const options = { folder, root, site: siteAddress, version, log: () => undefined };
  const client = await openClient(machine.ports('client'), options);
  await client.cycle().finally(() => client.close());
}

/** Somebody damages files of an installed client, and nothing says any more how its set-up ended. */
function damage(disk: Volume, release: SimulatedRelease, random: Random): void {
  const folder = makeFolders(disk, `${setupPlaces.state}/setup`);
  disk.remove({ folder, name: 'last.json' });
  disk.syncFolder(folder);
  const drawn = [...release.files.keys()].filter(() => random.chance(1, 3));
  const paths = drawn.length > 0 ? drawn : ['runtime/node'];
  damageFiles(
    disk,
    paths.map((path) => `${setupPlaces.install}/${path}`),
    random,
  );
}

const parentOfTree = '/opt';

/** After one more power cut, which takes all that is not durable: one verified client, known to its site, and nothing else. */
function judge({ disk, outside }: World<SetupOutside>, release: SimulatedRelease): readonly string[] {
  disk.powerCut({ names: 'lost', contents: 'lost' }, randomFrom(0));
  const state = filesBelow(disk, setupPlaces.state);
  const problems = [
    ...outside.problems,
    ...treeProblems(filesBelow(disk, setupPlaces.install), release.files),
    // A tree is laid out beside its place at first.
    ...[...makeFolders(disk, parentOfTree).entries.keys()]
      .filter((name) => `${parentOfTree}/${name}` !== setupPlaces.install)
      .map((name) => `${name} is left in ${parentOfTree}`),
  ];
  for (const path of [
    'settings.json',
    'client.journal',
    `package/${release.package.name}`,
    'setup/last.json',
  ]) {
    if (!state.has(path)) problems.push(`${path} is missing in the state folder`);
  }
  // What is of no use among the keys is cleared by the client when it starts.
  const left = leftovers(makeFolders(disk, setupPlaces.state), setupPlaces.state);
  problems.push(...left.filter((one) => !one.includes(`${setupPlaces.state}/keys`)));
  if (state.has('setup/setup.journal')) problems.push('the journal of the set-up is left');
  if (outside.clients.length !== 1) problems.push(`the site has ${outside.clients.length} clients`);
  const told = outside.reports.filter(({ moment }) => moment === 'ended').map(({ phase }) => phase);
  if ([...state.keys()].some((path) => path.startsWith('setup/untold-')))
    problems.push('the client has more to tell');
  const untold = setupPhases.filter((phase) => !told.includes(phase));
  if (untold.length > 0) problems.push(`the site was never told the end of ${untold.join(', ')}`);
  return problems;
}
