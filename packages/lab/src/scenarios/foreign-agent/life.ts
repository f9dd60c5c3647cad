/** One machine on which people are helped by way of a foreign agent, and the client that is to take its place. */
import type { TakeoverOrder } from '@holdfast/contract';
import { setupPlaces } from '../../flows/client-setup/world.ts';
import {
  type AgentOnMachine,
  agentOn,
  agentRule,
  layAgent,
} from '../../flows/installed-client/foreign-agent.ts';
import { type InstalledClient, installedClient, takeUp } from '../../flows/installed-client/world.ts';
import { uuidFrom } from '../../machine/entropy.ts';
import type { SimulatedMachine } from '../../machine/machine.ts';
import { openTimeline, type Timeline } from '../../timeline/timeline.ts';
import type { Random } from '../../world/random.ts';
import { newTrace, noTrace } from '../../world/trace.ts';
import { until } from '../field/managed-machine.ts';
import type { Life } from '../field/scenario-of.ts';
import { hour, second } from '../field/times.ts';
import type { World } from './world.ts';

export type Scene = {
  readonly client: InstalledClient;
  readonly machine: SimulatedMachine;
  readonly timeline: Timeline;
  readonly agent: () => AgentOnMachine;
  /** Whether our own screen driver would show the screen now. */
  readonly works: () => boolean;
};

/** Who takes the agent over; started with the machine, each time. */
export type Manager = (scene: Scene) => Promise<void>;

const { root } = setupPlaces;

/** All has come to its end by then. Milliseconds. */
const endMs = hour;
const downMs = 30 * second;

export async function live(managerFor: () => Manager, world: World, random: Random): Promise<Life> {
  const client = await installedClient(`foreign agent ${uuidFrom(random)}`, 'tar.gz');
  const { disk, outside } = client.begin;
  layAgent(disk, root, random.stream('agent'));
  const takeoverId = uuidFrom(random);
  client.site.takeovers = [{ takeoverId, mode: 'take-over', rule: agentRule } satisfies TakeoverOrder];
  const machine = client.machine(client.begin, noTrace);
  const trace = newTrace();
  const timeline = openTimeline(machine.clock, trace);
  await takeUp(machine, outside);
  const begin = machine.clock.elapsed();
  const problems: string[] = [];
  const removing = () => timeline.tell('services', 'dpkg removes Remotely');
  let agent = agentOn(machine, { root, runs: true, removing });
  const works = () => {
    if (world.leansOn === 'nothing') return true;
    return world.leansOn === 'their service' ? agent.runs() : agent.packaged();
  };
  const scene: Scene = { client, machine, timeline, agent: () => agent, works };
  const start = () => {
    managerFor()(scene).catch((thrown: unknown) => problems.push(String(thrown)));
  };
  timeline.tell('client', `Remotely is to be taken over; our screen driver leans on ${world.leansOn}`);
  start();
  if (world.cutAtMs !== null) {
    machine.clock.schedule(world.cutAtMs, () => {
      timeline.tell('power', 'the power is gone');
      machine.powerCut({ names: 'random', contents: 'random' });
      machine.clock.schedule(downMs, () => {
        timeline.tell('boot', 'the machine starts');
        agent = agentOn(machine, { root, runs: undefined, removing });
        start();
      });
    });
  }
  await until(machine.clock, begin + endMs);
  machine.kill();
  trace.add(machine.callCount());
  const bare = !works() && !agent.runs();
  const [problem] = [...problems, ...client.site.violations];
  const reason = bare ? 'nobody can see the screen of this machine any more' : (problem ?? whoSees(agent));
  return { lost: bare || problem !== undefined, reason, timeline, trace };
}

const whoSees = (agent: AgentOnMachine) =>
  agent.runs()
    ? 'the remote control of Remotely runs'
    : 'our own screen driver stands in, and Remotely is gone';
