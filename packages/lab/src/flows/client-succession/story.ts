/** Today's client takes the place of an older one, cut off anywhere: one client works in the end, and it is the same one. */
import { openClient, plainRequest, runSetup } from '@holdfast/client';
import { mpPaths, type SetupReport, setupExit, statusEntry } from '@holdfast/contract';
import type { CrashStory, Living, World } from '../../crash/story.ts';
import { newVolume, type Volume } from '../../disk/volume.ts';
import { filesBelow, treeProblems } from '../../machine/lay.ts';
import { makeFolders, nodeAt, type SimulatedMachine, simulatedMachine } from '../../machine/machine.ts';
import { simulatedNetwork } from '../../site/network.ts';
import { type SimulatedClient, simulatedSite } from '../../site/site.ts';
import { type VirtualClock, virtualClock, worldStart } from '../../world/clock.ts';
import { randomFrom } from '../../world/random.ts';
import { inVirtualTime } from '../../world/run.ts';
import { noTrace, type Trace } from '../../world/trace.ts';
import { siteHost } from '../client-service.ts';
import { simulatedRelease } from '../client-setup/release.ts';
import { setupHost, setupPlaces, setupSite, siteAddress } from '../client-setup/world.ts';
import { copyOfClient } from '../lives.ts';
import { newTool, toolFolder, toolInstaller } from '../tool.ts';
import { layOlder, type OlderGeneration, type OlderParts, olderAtWork, partsOf, putOlder } from './older.ts';

/** What of this world is not on the machine's disk. */
export type SuccessionOutside = {
  readonly now: number;
  readonly boots: number;
  readonly lives: number;
  readonly clients: readonly SimulatedClient[];
  readonly reports: readonly SetupReport[];
  readonly older: OlderParts;
  readonly done: boolean;
  readonly problems: readonly string[];
};

const patienceMs = 60 * 60_000;

/** A machine whose older client has installed a tool, of which a file was lost since. */
export async function successionStory(
  generation: OlderGeneration,
  seed: number,
): Promise<CrashStory<SuccessionOutside>> {
  const random = randomFrom(`succession ${generation} ${seed}`);
  const hands = { now: () => worldStart };
  const client = simulatedSite(random.stream('site'), () => hands.now());
  const release = simulatedRelease(random.stream('release'));
  const site = setupSite(client, release);
  const made = newTool(random.stream('tool'), client);
  const program = { ...made.assignment.program, repair: 'mend-tool {content} {root}' };
  const tool = { ...made, assignment: { ...made.assignment, program } };
  client.deploy(tool.assignment);
  const disk = newVolume();
  for (const path of [setupPlaces.state, setupPlaces.root, '/bootstrap/bin', '/bootstrap/seed/core'])
    makeFolders(disk, path);
  const older = layOlder(generation, { disk, site: client, random, address: siteAddress, tool });
  // Whoever has a certificate needs no token any more.
  const token = generation === 1 ? client.token : null;
  const request = { ...plainRequest, token };

  /** A machine of this world for one life. */
  async function machineOf(world: World<SuccessionOutside>, clock: VirtualClock, trace: Trace) {
    const { outside } = world;
    hands.now = clock.now;
    client.clients.clear();
    for (const one of outside.clients) client.clients.set(one.id, copyOfClient(one));
    site.reports.splice(0, site.reports.length, ...outside.reports);
    client.violations.length = 0;
    const network = simulatedNetwork(clock);
    network.servers.set(siteHost, site.server);
    const chance = randomFrom(`life ${outside.lives} ${seed}`);
    const machine = simulatedMachine(chance, { clock, network, trace, volume: world.disk });
    for (let boot = 0; boot < outside.boots; boot += 1) machine.boot.restart();
    await putOlder(machine, older, outside.older);
    return machine;
  }

  function live(
    world: World<SuccessionOutside>,
    _start: 'first' | 'again',
    trace: Trace,
  ): Living<SuccessionOutside> {
    const { outside } = world;
    const clock = virtualClock(outside.now);
    let { done, older: parts } = outside;
    let machine: SimulatedMachine | undefined;
    const work = async () => {
      machine = await machineOf(world, clock, trace);
      const host = setupHost(machine, release, { predecessors: [older.predecessor] });
      let end = await runSetup(host, undefined);
      if (!done && nodeAt(machine.volume, `${setupPlaces.state}/setup/last.json`) === undefined)
        end = await runSetup(host, request);
      if (end.exit !== setupExit.succeeded) throw new Error(`exit ${end.exit}: ${end.text}`);
      done = true;
    };
    return {
      done: inVirtualTime(clock, work, patienceMs),
      outside: () => {
        if (machine) parts = partsOf(machine, older);
        return {
          now: clock.now(),
          boots: outside.boots,
          lives: outside.lives + 1,
          clients: [...client.clients.values()].map(copyOfClient),
          reports: [...site.reports],
          older: parts,
          done,
          problems: [...outside.problems, ...client.violations],
        };
      },
    };
  }

  /** What today's client does about the tool, with no content to be had from the site. */
  async function toolProblems(world: World<SuccessionOutside>): Promise<readonly string[]> {
    const clock = virtualClock(world.outside.now);
    const machine = await machineOf(world, clock, noTrace);
    const ran: string[] = [];
    for (const name of ['install-tool', 'mend-tool']) {
      machine.programs.programs.set(name, async (run) => {
        ran.push(name);
        return await toolInstaller()(run);
      });
    }
    machine.network.fault = ({ path }) => (path.startsWith(mpPaths.content) ? 'unreachable' : undefined);
    await inVirtualTime(clock, () => clientPass(machine, release.version), patienceMs);
    const told = [...client.clients.values()].flatMap(({ streams }) => [...streams.values()].flat());
    const names = told.map(({ code }) => statusEntry(code)?.name);
    return [
      ...(ran.join() === 'mend-tool' ? [] : [`ran ${ran.join() || 'nothing'} in the place of one repair`]),
      ...(names.includes('software-repaired') ? [] : [`the site was told ${names.join()}`]),
      ...treeProblems(filesBelow(machine.volume, `${setupPlaces.root}/${toolFolder}`), tool.files),
    ];
  }

  return {
    begin: { disk, outside: { ...nobody, clients: [...client.clients.values()].map(copyOfClient) } },
    live,
    fallen: (left, by) =>
      by === 'power'
        ? { ...left, boots: left.boots + 1, older: { ...left.older, running: left.older.automatic } }
        : left,
    key: ({ done, clients, reports, problems, boots, older: parts }) =>
      [done, clients.length, reports.length, problems.length, boots, JSON.stringify(parts)].join(),
    judge: async (left) => {
      left.disk.powerCut({ names: 'lost', contents: 'lost' }, randomFrom(0));
      const problems = [...successionProblems(left, older), ...left.outside.problems];
      return problems.length > 0 ? problems : await toolProblems(left);
    },
  };
}

const nobody: SuccessionOutside = {
  now: worldStart,
  boots: 0,
  lives: 0,
  clients: [],
  reports: [],
  older: olderAtWork,
  done: false,
  problems: [],
};

async function clientPass(machine: SimulatedMachine, version: string): Promise<void> {
  const { state: folder, root } = setupPlaces;
  const options = { folder, root, site: siteAddress, version, log: () => undefined };
  const client = await openClient(machine.ports('client'), options);
  await client.cycle().finally(() => client.close());
}

/** The machine is one client, the one that it was, and nothing of the older one is left. */
function successionProblems(
  { disk, outside }: { readonly disk: Volume; readonly outside: SuccessionOutside },
  { clientId, predecessor }: ReturnType<typeof layOlder>,
): readonly string[] {
  const problems: string[] = [];
  const ids = outside.clients.map(({ id }) => id).join();
  if (ids !== clientId) problems.push(`the site has ${ids}, the machine was ${clientId}`);
  const { installed, service } = outside.older;
  if (installed || service) problems.push('the older client is still known to the system');
  for (const path of [predecessor.install, predecessor.state]) {
    if (nodeAt(disk, path) !== undefined) problems.push(`${path} is left`);
  }
  const ended = outside.reports.filter(({ moment }) => moment === 'ended').map(({ phase }) => phase);
  for (const phase of ['inherit', 'enrol', 'retire'] as const) {
    if (!ended.includes(phase)) problems.push(`the site was never told the end of ${phase}`);
  }
  return problems;
}
