/** The real client with its site as a story that can be cut off: of the world only disk, site and clock outlive a power cut. */
import type { ClientEvent } from '@holdfast/client';
import { type StatusMessage, statusCatalogue, statusEntry, trialStarts } from '@holdfast/contract';
import type { CrashStory, Living, World } from '../crash/story.ts';
import { newVolume } from '../disk/volume.ts';
import { makeFolders, type SimulatedMachine, simulatedMachine } from '../machine/machine.ts';
import { type SimulatedNetwork, simulatedNetwork } from '../site/network.ts';
import { type SimulatedClient, type SimulatedSite, simulatedSite } from '../site/site.ts';
import { virtualClock, worldStart } from '../world/clock.ts';
import { type Random, randomFrom } from '../world/random.ts';
import { noTrace, type Trace } from '../world/trace.ts';
import { clientService, managedRoot, siteHost, stateFolder } from './client-service.ts';
import { chanceOfLife, copyOfClient } from './lives.ts';
import { type ClientOutside, messagesOf, type Plot, type Scene } from './plot.ts';

/** Seconds between check-ins. */
const pollSeconds = 60;

/** Milliseconds of virtual time in which the goal must be reached after a downfall. */
const healingMs = 5 * 60_000;

/** Milliseconds that a recovered client goes on after its goal: a check-in lies in them, and nothing more may happen. */
const quietMs = 1.2 * pollSeconds * 1000;

const statusNames: ReadonlySet<string> = new Set(Object.values(statusCatalogue).map(({ name }) => name));

/** What all lives of one story share. */
type Stage = {
  readonly seed: number;
  readonly plot: Plot;
  readonly site: SimulatedSite;
  /** The site's clock is that of the life that goes on now. */
  readonly hands: { now: () => number };
};

type Set = { readonly machine: SimulatedMachine; readonly network: SimulatedNetwork };

/** Builds the world as it was left: machine, network, and what the site remembers. */
function setOf(stage: Stage, { disk, outside }: World<ClientOutside>, trace: Trace): Set {
  const { site, plot, hands } = stage;
  const clock = virtualClock(outside.now);
  hands.now = clock.now;
  site.clients.clear();
  for (const client of outside.clients) site.clients.set(client.id, copyOfClient(client));
  site.violations.length = 0;
  const random = chanceOfLife(stage.seed, outside.lives);
  const network = simulatedNetwork(clock);
  network.servers.set(siteHost, plot.server ?? site.server);
  plot.weather?.(network, random.stream('weather'));
  const machine = simulatedMachine(random, { clock, network, trace, volume: disk });
  for (let boot = 0; boot < outside.boots; boot += 1) machine.boot.restart();
  return { machine, network };
}

type Goal = { readonly isReached: (scene: Scene) => boolean; readonly quietMs: number };

/** One life of the client, until its goal. */
function live(
  stage: Stage,
  world: World<ClientOutside>,
  start: 'first' | 'again',
  trace: Trace,
  goal: Goal,
): Living<ClientOutside> {
  const { site, plot } = stage;
  const { machine } = setOf(stage, world, trace);
  const patienceMs = plot.patienceMs ?? healingMs;
  let { settled, trials } = world.outside;
  const said = [...world.outside.said];
  const problems = [...world.outside.problems];
  const outside = (): ClientOutside => ({
    ...world.outside,
    now: machine.clock.now(),
    lives: world.outside.lives + 1,
    clients: [...site.clients.values()].map(copyOfClient),
    said: [...said],
    settled,
    trials,
    problems: [...problems, ...site.violations],
  });
  const log = ({ event, at }: ClientEvent) => {
    if (statusNames.has(event)) said.push(`${event} ${at}`);
    if (/^software-(verified|removed|repaired)$/.test(event)) settled = true;
  };
  for (const [name, program] of plot.programs) {
    machine.programs.programs.set(name, async (run) => {
      if (settled) problems.push(`${name} ran after its work was verified`);
      if (machine.programs.running().length > 1) problems.push('two programs ran at once');
      return await program(run);
    });
  }
  const service = (plot.service ?? clientService)({
    machine,
    token: site.token,
    log,
    problem: (text) => problems.push(text),
    opened: () => {
      if (start === 'again') problems.push(...(plot.opened?.(scene()) ?? []));
    },
    tried: () => {
      trials += 1;
      if (trials > trialStarts) problems.push(`a version on trial was started ${trials} times`);
    },
  });
  const scene = (): Scene => ({
    client: service.client(),
    messages: messagesOf(site.clients.values()),
    settled,
  });
  const work = async () => {
    service.start();
    const how = await machine.clock.run(() => goal.isReached(scene()), patienceMs);
    if (how === 'done' && start === 'again') {
      await machine.clock.run(() => false, goal.quietMs);
      // It may have evaluated its health in that time, and the site be told of it only now.
      await machine.clock.run(() => service.client()?.status().outbox === 0, patienceMs);
    }
    machine.kill();
    if (how === 'done') return;
    throw new Error(`the goal is not reached: ${JSON.stringify(service.client()?.status() ?? 'no client')}`);
  };
  return { done: work(), outside };
}

/** The story of a plot: the client is enrolled and has its first policy; then the flow begins. */
export async function clientStory(
  seed: number,
  plotOf: (random: Random, site: SimulatedSite) => Plot,
): Promise<CrashStory<ClientOutside>> {
  const random = randomFrom(`story ${seed}`);
  const hands = { now: () => worldStart };
  const site = simulatedSite(random.stream('site'), () => hands.now(), pollSeconds);
  const plot = plotOf(random.stream('plot'), site);
  const stage: Stage = { seed, plot, site, hands };
  const disk = newVolume();
  for (const path of [stateFolder, managedRoot]) makeFolders(disk, path);
  plot.before(site, disk);
  const empty: ClientOutside = {
    now: worldStart,
    boots: 0,
    lives: 0,
    clients: [],
    said: [],
    settled: false,
    killed: false,
    trials: 0,
    problems: [],
  };
  const { weather: _, ...calm } = plot;
  const ready = { isReached: plot.isReady, quietMs: 0 };
  const past = live({ ...stage, plot: calm }, { disk, outside: empty }, 'first', noTrace, ready);
  await past.done;
  disk.powerCut({ names: 'lost', contents: 'lost' }, random);
  const outside = { ...past.outside(), boots: 1, said: [], settled: false };
  plot.begin(site, disk);
  const goal = { isReached: plot.isReached, quietMs };

  return {
    begin: { disk, outside },
    live: (world, start, trace) => live(stage, world, start, trace, goal),
    fallen,
    key: ({ now, clients, said, settled, killed, trials, problems }) =>
      [
        [now, settled, killed, trials, said.length, problems.length, messagesOf(clients).length],
        clients.map(({ serial }) => serial),
      ].join(),
    judge: (left) => judge(stage, left),
  };
}

function fallen(left: ClientOutside, by: 'power' | 'kill'): ClientOutside {
  if (by === 'kill') return { ...left, killed: true };
  // What a killed program left behind may be lost: to run it again is right then.
  return { ...left, boots: left.boots + 1, settled: left.settled && !left.killed };
}

/**
 * After one more power cut everything is as it should be. What a killed program left was verified by reading it, which
 * does not make it durable: if that is lost, the client finds it broken when it starts, and mends it.
 */
async function judge(stage: Stage, { disk, outside }: World<ClientOutside>): Promise<readonly string[]> {
  const { plot } = stage;
  const found = ({ clients, said, problems }: ClientOutside) => {
    disk.powerCut({ names: 'lost', contents: 'lost' }, randomFrom(0));
    const messages = messagesOf(clients);
    return [
      ...problems,
      ...missing(said, messages),
      ...oneClient(clients, plot.mostStreams),
      ...plot.problems(disk, messages),
    ];
  };
  const problems = found(outside);
  if (problems.length === 0 || !outside.killed) return problems;
  const mended = {
    isReached: ({ client, messages, settled }: Scene) =>
      settled && client?.status().outbox === 0 && plot.problems(disk, messages).length === 0,
    quietMs: 0,
  };
  const living = live(stage, { disk, outside: fallen(outside, 'power') }, 'again', noTrace, mended);
  try {
    await living.done;
  } catch (thrown) {
    return [...problems, `it is not mended: ${String(thrown)}`];
  }
  return found(living.outside());
}

/** Acknowledged to have been written down, and not told to the site. */
function missing(said: readonly string[], messages: readonly StatusMessage[]): readonly string[] {
  const told = new Set(messages.map(({ code, at }) => `${statusEntry(code)?.name} ${at}`));
  return said.filter((one) => !told.has(one)).map((one) => `the site was never told ${one}`);
}

function oneClient(clients: readonly SimulatedClient[], mostStreams = 1): readonly string[] {
  const streams = clients.reduce((sum, client) => sum + client.streams.size, 0);
  if (clients.length === 1 && streams >= 1 && streams <= mostStreams) return [];
  return [`the site has ${clients.length} clients and ${streams} streams of messages`];
}
