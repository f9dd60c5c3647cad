/** The flow of a whole deployment: enrol, policy, download, install, verify, report; cut off anywhere and started again. */
import { type StatusMessage, statusCode, statusEntry } from '@holdfast/contract';
import type { Flow, Interruption } from '../crash/downfalls.ts';
import { makeFolders, type SimulatedMachine, simulatedMachine } from '../machine/machine.ts';
import { type SimulatedSite, simulatedSite } from '../site/site.ts';
import { virtualClock } from '../world/clock.ts';
import { type Random, randomFrom } from '../world/random.ts';
import { newTrace, type Trace } from '../world/trace.ts';
import { type ClientService, clientService, managedRoot, siteHost, stateFolder } from './client-service.ts';
import { leftovers } from './leftovers.ts';
import { messagesOf } from './plot.ts';
import { newTool, type Tool, toolInstaller, toolProblems } from './tool.ts';

/** Seconds between check-ins. */
const pollSeconds = 600;

/** Milliseconds of virtual time in which the goal must be reached after the last fault. */
const healingMs = 5 * 60_000;

/** Milliseconds that the world goes on after the goal: nothing more may happen to the software. */
const quietMs = 1.2 * pollSeconds * 1000;

type World = {
  readonly machine: SimulatedMachine;
  readonly site: SimulatedSite;
  readonly tool: Tool;
  readonly problems: string[];
  readonly service: ClientService;
  readonly careless: boolean;
  /** The client said that the software was verified. */
  verified: boolean;
};

export type DeploymentOptions = {
  /** The installer makes nothing durable: after a power cut its work may have to be done again. */
  readonly careless?: boolean;
  /** After all is well the power is cut once more, everything on its way is lost, and all must still be well. */
  readonly lastCut?: boolean;
  /** Faults are injected: the client may report some, and leave a `.new` that its next start replaces. */
  readonly faulty?: boolean;
  /** Changes the world before it begins: faults of the disk or the network. */
  readonly prepare?: (machine: SimulatedMachine, random: Random) => void;
};

export function deploymentFlow(options: DeploymentOptions = {}): Flow {
  return async (seed, interruptions = [], trace = newTrace()) => {
    const world = newWorld(seed, trace, options);
    const { machine, problems } = world;
    for (const interruption of interruptions) await cutOff(world, interruption);
    const [begun, callsBefore] = [machine.clock.elapsed(), machine.callCount()];
    world.service.start();
    await machine.clock.run(() => reached(world), healingMs);
    const virtualMs = machine.clock.elapsed() - begun;
    const calls = machine.callCount() - callsBefore;
    if (!reached(world))
      problems.push(`not reached: ${JSON.stringify(world.service.client()?.status() ?? 'no client')}`);
    await machine.clock.run(() => false, quietMs);
    if (options.lastCut) {
      machine.powerCut({ names: 'lost', contents: 'lost' });
      world.service.start();
      await machine.clock.run(() => false, quietMs);
    }
    problems.push(...finalProblems(world, options));
    machine.kill();
    return { calls, virtualMs, traceHash: machine.trace.hash(), problems };
  };
}

/** Starts the client and lets it run until its downfall, or until long after its goal if it comes to no such call. */
async function cutOff(world: World, { call, when, damage }: Interruption): Promise<void> {
  const { machine } = world;
  let down = false;
  const action = () => {
    down = true;
    if (damage === 'kill') machine.kill();
    else machine.powerCut(damage);
    world.service.forget();
    // What a careless installer left behind may be lost: to run it again is right then.
    if (world.careless) world.verified = false;
  };
  machine.stopAt({ call: machine.callCount() + call, when, action });
  world.service.start();
  await machine.clock.run(() => down, healingMs + quietMs);
  machine.stopAt(undefined);
  if (!down) action();
}

function newWorld(seed: number, trace: Trace, { careless = false, prepare }: DeploymentOptions): World {
  const random = randomFrom(seed);
  const clock = virtualClock();
  const folders = [stateFolder, managedRoot];
  const machine = simulatedMachine(random.stream('machine'), { clock, trace, folders });
  const site = simulatedSite(random.stream('site'), clock.now, pollSeconds);
  const tool = newTool(random.stream('tool'), site);
  site.deploy(tool.assignment);
  machine.network.servers.set(siteHost, site.server);
  const world: World = {
    machine,
    site,
    tool,
    problems: [],
    careless,
    verified: false,
    service: clientService({
      machine,
      token: site.token,
      log: ({ event }) => {
        if (event === 'software-verified') world.verified = true;
      },
      problem: (text) => world.problems.push(text),
    }),
  };
  const install = toolInstaller({ careless });
  machine.programs.programs.set('install-tool', async (run) => {
    if (world.verified) world.problems.push('the program ran after the software was verified');
    if (machine.programs.running().length > 1) world.problems.push('two programs ran at once');
    return await install(run);
  });
  prepare?.(machine, random.stream('prepare'));
  return world;
}

/** The site knows that the software is there, and the client has nothing more to say. */
function reached({ service, site }: World): boolean {
  const client = service.client();
  if (client === undefined || client.status().outbox > 0) return false;
  return lastState(messagesOf(site.clients.values())) === 'succeeded';
}

function lastState(messages: readonly StatusMessage[]): string | undefined {
  return messages.flatMap((message) => statusEntry(message.code)?.state ?? []).at(-1);
}

function finalProblems(
  { machine, site, tool, service }: World,
  { careless, faulty }: DeploymentOptions,
): string[] {
  const problems = [...site.violations, ...toolProblems(tool, makeFolders(machine.volume, managedRoot))];
  const messages = messagesOf(site.clients.values());
  if (site.clients.size !== 1) problems.push(`the site has ${site.clients.size} clients`);
  const streams = [...site.clients.values()].reduce((sum, { streams: those }) => sum + those.size, 0);
  if (streams !== 1) problems.push(`the site has ${streams} streams of messages`);
  if (lastState(messages) !== 'succeeded') problems.push(`the site says ${lastState(messages)}`);
  if (service.client()?.status().outbox !== 0) problems.push('messages are left in the outbox');
  const codes = messages.map((message) => message.code);
  const verifiedAt = codes.indexOf(statusCode('software-verified'));
  const ranLater = codes.lastIndexOf(statusCode('program-started')) > verifiedAt;
  if (ranLater && !careless)
    problems.push('a program was reported as started after the software was verified');
  if (!faulty && codes.includes(statusCode('client-fault'))) {
    const fault = messages.find((message) => message.code === statusCode('client-fault'));
    problems.push(`the client reported a fault: ${JSON.stringify(fault?.details)}`);
  }
  const temporary = faulty ? /\.(part|damaged)$/ : /\.(new|part|damaged)$/;
  problems.push(...leftovers(makeFolders(machine.volume, stateFolder), stateFolder, temporary));
  return problems;
}
