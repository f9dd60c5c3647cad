/** The client takes over a foreign agent, with a screen driver that stands in, or fails at some moment. */
import type { Client } from '@holdfast/client';
import { statusEntry, type TakeoverOrder } from '@holdfast/contract';
import type { CrashStory, Living, World } from '../../crash/story.ts';
import { filesBelow, treeProblems } from '../../machine/lay.ts';
import { makeFolders, type SimulatedMachine } from '../../machine/machine.ts';
import { randomFrom } from '../../world/random.ts';
import { noTrace, type Trace } from '../../world/trace.ts';
import { setupPlaces, siteAddress } from '../client-setup/world.ts';
import { leftovers } from '../leftovers.ts';
import { openClient } from '../open-client.ts';
import { messagesOf } from '../plot.ts';
import { type AgentOnMachine, agentFiles, agentOn, agentRule, layAgent } from './foreign-agent.ts';
import { fallenWith, type InstalledClient, type InstalledOutside, installedClient, takeUp } from './world.ts';

export type TakeoverOutside = InstalledOutside & {
  /** The agent's service runs; undefined where the machine has just started. */
  readonly runs: boolean | undefined;
  /** The policy names the agent. */
  readonly ordered: boolean;
  /** Programs were killed: what they wrote they had maybe not made durable. */
  readonly killed: boolean;
};

/** When the screen driver of the client fails. */
const drivers = {
  works: 'never',
  'leans on their service': 'while the service of the agent does not run',
  'leans on their files': 'once the package of the agent is gone',
} as const;
type DriverKind = keyof typeof drivers;
const kinds = Object.keys(drivers) as DriverKind[];

type Stage = {
  readonly client: InstalledClient;
  readonly driver: DriverKind;
  /** Files of the agent. */
  readonly files: ReadonlyMap<string, Uint8Array>;
};

const { state, install, root } = setupPlaces;
const order: TakeoverOrder = {
  takeoverId: '7a1b6c4e-2d39-4f5a-8c1e-0b9d3e6f7a21',
  mode: 'take-over',
  rule: agentRule,
};

/** Milliseconds of virtual time to the end of a takeover, or until it was taken back. */
const patienceMs = 3 * 60 * 60_000;
/** Milliseconds between two looks at whether somebody's remote control works, and that none may work at most. */
const lookMs = 10_000;
const bareMs = 5 * 60_000;

/** The client of a seed, the driver it has, and the agent that is there. */
export async function takeoverStory(seed: number): Promise<CrashStory<TakeoverOutside>> {
  const client = await installedClient(`takeover ${seed}`, 'tar.gz');
  const driver = kinds[seed % kinds.length] ?? 'works';
  const { disk } = client.begin;
  layAgent(disk, root, client.random.stream('agent'));
  const stage: Stage = { client, driver, files: new Map(agentFiles(disk, root)) };
  const first = { ...client.begin.outside, runs: undefined, ordered: false, killed: false };
  const past = live(stage, { disk, outside: first }, noTrace);
  await past.done;
  disk.powerCut({ names: 'lost', contents: 'lost' }, client.random);
  const begin = { disk, outside: { ...past.outside(), runs: true, ordered: true } };
  return {
    begin,
    live: (world, _start, trace) => live(stage, world, trace),
    fallen: (left, by) => ({
      ...fallenWith(left, by),
      runs: by === 'kill' ? left.runs : undefined,
      killed: left.killed || by === 'kill',
    }),
    key: ({ clients, now, runs, problems }) =>
      JSON.stringify([now, runs, problems, messagesOf(clients).length]),
    judge: (left) => judge(stage, left),
  };
}

/** @param until what else is to be so before it is over */
function live(
  stage: Stage,
  world: World<TakeoverOutside>,
  trace: Trace,
  until: (agent: AgentOnMachine) => boolean = () => true,
): Living<TakeoverOutside> {
  const { outside } = world;
  const machine = stage.client.machine(world, trace);
  const problems: string[] = [];
  const site = stage.client.site;
  site.takeovers = outside.ordered ? [order] : [];
  const works = () => {
    if (stage.driver === 'leans on their service') return agent.runs();
    return stage.driver === 'works' || agent.packaged();
  };
  const agent = agentOn(machine, {
    root,
    runs: outside.runs,
    removing: () => {
      if (!works()) problems.push('the agent was removed while our own driver failed');
    },
  });
  const bare = watchBare(machine, () => works() || agent.runs());
  const told = () => messagesOf(site.clients.values()).map(({ code }) => statusEntry(code)?.name);
  const isOver = outside.ordered
    ? () => told().some((name) => name === 'agent-taken-over' || name === 'agent-put-back') && until(agent)
    : () => told().includes('component-changed');
  let client: Client | undefined;
  const work = async () => {
    const begun = run(stage, machine, works, (opened) => {
      client = opened;
    });
    begun.catch((thrown: unknown) => problems.push(`the client ended: ${String(thrown)}`));
    const how = await machine.clock.run(() => isOver() && client?.status().outbox === 0, patienceMs);
    machine.kill();
    if (how !== 'done') throw new Error(`it has no end: ${told().join(', ')}`);
  };
  return {
    done: takeUp(machine, outside).then(work),
    outside: () => {
      const left = stage.client.left(machine, outside);
      return {
        ...left,
        runs: agent.runs(),
        ordered: outside.ordered,
        killed: outside.killed,
        problems: [...left.problems, ...problems, ...bare()],
      };
    },
  };
}

async function run(
  { client: { release } }: Stage,
  machine: SimulatedMachine,
  works: () => boolean,
  opened: (client: Client) => void,
): Promise<void> {
  const client = await openClient(machine.ports('client'), {
    folder: state,
    root,
    site: siteAddress,
    version: release.version,
    log: () => undefined,
    installation: {
      place: { installFolder: install, versionFolder: `${install}/seed` },
      releaseKey: release.releaseKey,
      testDriver: async () => ({ passed: works(), text: works() ? 'one picture' : 'the screen stays black' }),
    },
  });
  opened(client);
  await client.run(new AbortController().signal);
}

/** Answers what it has seen so far. */
function watchBare({ clock }: SimulatedMachine, covered: () => boolean): () => readonly string[] {
  let since: number | undefined;
  let longest = 0;
  const look = () => {
    if (covered()) since = undefined;
    else since ??= clock.elapsed();
    longest = Math.max(longest, since === undefined ? 0 : clock.elapsed() - since);
    clock.schedule(lookMs, look);
  };
  look();
  return () => (longest > bareMs ? [`for ${longest / 1000} s the machine had no remote control at all`] : []);
}

/**
 * After one more power cut. What a killed dpkg has done was seen, which does not make it durable: what comes back of the
 * agent is removed when the client next looks.
 */
async function judge(stage: Stage, left: World<TakeoverOutside>): Promise<readonly string[]> {
  const problems = found(stage, left);
  if (problems.length === 0 || !left.outside.killed) return problems;
  const outside = { ...fallenWith(left.outside, 'power'), runs: undefined };
  const living = live(
    stage,
    { disk: left.disk, outside },
    noTrace,
    (agent) => agent.runs() || !agent.packaged(),
  );
  try {
    await living.done;
  } catch (thrown) {
    return [...problems, `it is not mended: ${String(thrown)}`];
  }
  return found(stage, { disk: left.disk, outside: living.outside() });
}

/** Either ours stands in and nothing of the agent is left, or theirs runs as it did before. */
function found(stage: Stage, { disk, outside }: World<TakeoverOutside>): readonly string[] {
  disk.powerCut({ names: 'lost', contents: 'lost' }, randomFrom(0));
  const names = messagesOf(outside.clients).map(({ code }) => statusEntry(code)?.name);
  const problems = [...outside.problems];
  const found = agentFiles(disk, root);
  if (names.includes('agent-taken-over')) {
    if (stage.driver !== 'works')
      problems.push('the agent was taken over though our driver fails without it');
    problems.push(...[...found.keys()].map((path) => `${path} is left of the agent`));
    if (filesBelow(disk, `${root}/var/lib/dpkg`).size > 0) problems.push('dpkg still knows the agent');
  } else {
    if (stage.driver === 'works') problems.push('the agent was put back though our driver works');
    problems.push(...treeProblems(new Map(found), stage.files).map((one) => `of the agent, ${one}`));
    if (outside.runs !== true) problems.push('the remote control of the agent does not run');
    const enabled = filesBelow(disk, `${root}/etc/systemd/system/multi-user.target.wants`).size;
    if (enabled === 0) problems.push('the remote control of the agent does not start with the machine');
  }
  const kept = [...makeFolders(disk, `${state}/takeover`).entries.keys()].filter(
    (name) => name !== 'work.journal',
  );
  problems.push(...kept.map((name) => `${name} is left of what was kept`));
  return [...problems, ...leftovers(makeFolders(disk, state), state, /\.(holdfast-new|new|part|damaged)$/)];
}
