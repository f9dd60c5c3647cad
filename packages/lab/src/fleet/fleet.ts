/** A fleet: many real clients of one simulated site, each on a simulated machine of its own, in one virtual time. */
import { mpPaths, statusEntry } from '@holdfast/contract';
import { clientService, managedRoot, siteHost, stateFolder } from '../flows/client-service.ts';
import { messagesOf } from '../flows/plot.ts';
import { newTool, type Tool, toolInstaller, toolProblems } from '../flows/tool.ts';
import { makeFolders, type SimulatedMachine, simulatedMachine } from '../machine/machine.ts';
import { type SimulatedNetwork, simulatedNetwork } from '../site/network.ts';
import { type SimulatedClient, type SimulatedSite, simulatedSite } from '../site/site.ts';
import { type VirtualClock, virtualClock } from '../world/clock.ts';
import { type Random, randomFrom } from '../world/random.ts';
import { noTrace } from '../world/trace.ts';

export type FleetOptions = {
  readonly seed: number | string;
  /** Clients of this world; their numbers begin at `first`, so that the shares of a fleet have none in common. */
  readonly clients: number;
  readonly first?: number;
  /** Length of the simulated time. */
  readonly hours: number;
  /** Seconds between the check-ins of a client. */
  readonly pollSeconds: number;
};

export type FleetReport = {
  readonly clients: number;
  /** Requests for the policy, unchanged or not. */
  readonly checkIns: number;
  /** Requests of any kind. */
  readonly requests: number;
  /** Status messages that the site has stored. */
  readonly messages: number;
  /** Milliseconds of virtual time. */
  readonly virtualMs: number;
  /** Calls of every port of every machine. */
  readonly portCalls: number;
  /** Clients that did not tell their site of success, or whose disk does not have the software as it should be. */
  readonly notReached: number;
  /** The first few things that are not as promised, in words. */
  readonly problems: readonly string[];
};

const hourMs = 3_600_000;

/** What is told of problems: one mistake would tell of every client. */
const mostProblems = 20;

type World = {
  readonly clock: VirtualClock;
  readonly network: SimulatedNetwork;
  readonly site: SimulatedSite;
  readonly tool: Tool;
  readonly problems: string[];
  readonly counts: { checkIns: number; requests: number };
};

/**
 * Every client is switched on at a time of its own within the first poll, enrols, and checks in from then on; after a
 * quarter of the time one package is deployed to all, which each fetches, installs, verifies and reports.
 *
 * @param progress is called after every hour of virtual time
 */
export async function runFleet(
  options: FleetOptions,
  progress: (virtualMs: number) => void = () => undefined,
): Promise<FleetReport> {
  const random = randomFrom(options.seed);
  const world = newWorld(random, options.pollSeconds);
  const { clock, site, tool, problems, counts } = world;
  const machines: SimulatedMachine[] = [];
  for (const [index, hostName] of hostNamesOf(options).entries()) {
    const own = random.stream(hostName);
    clock.schedule(own.integer(options.pollSeconds * 1000), () => {
      machines[index] = switchOn(world, hostName, own);
    });
  }
  const length = options.hours * hourMs;
  clock.schedule(length / 4, () => site.deploy(tool.assignment));
  for (let done = 0; done < length; done += hourMs) {
    await clock.run(() => false, Math.min(hourMs, length - done));
    progress(clock.elapsed());
  }
  for (const machine of machines) machine.kill();
  const clients = [...site.clients.values()];
  const left = missedBy(world, options, machines);
  problems.push(...site.violations, ...left);
  return {
    clients: clients.length,
    ...counts,
    messages: messagesOf(clients).length,
    virtualMs: clock.elapsed(),
    portCalls: machines.reduce((sum, machine) => sum + machine.callCount(), 0),
    notReached: left.length,
    problems: problems.slice(0, mostProblems),
  };
}

/** One sentence for each client that did not get there. */
function missedBy(
  { site, tool }: World,
  options: FleetOptions,
  machines: readonly SimulatedMachine[],
): string[] {
  const told = new Map(
    [...site.clients.values()].map((client) => [client.facts.hostName, lastState(client)]),
  );
  return hostNamesOf(options).flatMap((hostName, index) => {
    if (told.get(hostName) !== 'succeeded') return [`${hostName} told of no success`];
    const machine = machines[index];
    const [problem] = machine ? toolProblems(tool, makeFolders(machine.volume, managedRoot)) : [];
    return problem === undefined ? [] : [`${hostName}: ${problem}`];
  });
}

function hostNamesOf({ first = 1, clients }: FleetOptions): string[] {
  return Array.from({ length: clients }, (_, index) => `client-${first + index}`);
}

function newWorld(random: Random, pollSeconds: number): World {
  const clock = virtualClock();
  const network = simulatedNetwork(clock);
  const site = simulatedSite(random.stream('site'), clock.now, pollSeconds);
  const counts = { checkIns: 0, requests: 0 };
  network.servers.set(siteHost, {
    ...site.server,
    answer(request) {
      counts.requests += 1;
      if (request.path === mpPaths.policy) counts.checkIns += 1;
      return site.server.answer(request);
    },
  });
  return { clock, network, site, tool: newTool(random.stream('tool'), site), problems: [], counts };
}

function switchOn(
  { clock, network, site, problems }: World,
  hostName: string,
  own: Random,
): SimulatedMachine {
  const folders = [stateFolder, managedRoot];
  const machine = simulatedMachine(own, { clock, network, trace: noTrace, hostName, folders });
  machine.programs.programs.set('install-tool', toolInstaller());
  clientService({
    machine,
    token: site.token,
    log: ({ severity, event, text }) => {
      if (severity === 'error') problems.push(`${hostName}: ${event}: ${text}`);
    },
    problem: (text) => problems.push(`${hostName}: ${text}`),
  }).start();
  return machine;
}

function lastState(client: SimulatedClient): string | undefined {
  return messagesOf([client])
    .flatMap(({ code }) => statusEntry(code)?.state ?? [])
    .at(-1);
}
