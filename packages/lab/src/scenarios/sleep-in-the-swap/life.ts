/** One laptop: the set-up swaps the files of one version for those of another, and in the middle of that it sleeps. */
import type { VirtualClock } from '../../world/clock.ts';
import type { Random } from '../../world/random.ts';
import { until } from '../field/managed-machine.ts';
import type { Life } from '../field/scenario-of.ts';
import { hour, minute, second } from '../field/times.ts';
import { type Manager, notThere, type ToolScene, toolScene } from '../field/tool-scene.ts';
import type { World } from './world.ts';

/** All is well so long after the wake and the network's return: the set-up's own time, and its second try. */
const healingMs = 5 * minute;

type Runs = { begun: number; ended: number; beside: boolean };

export async function live(manager: Manager, world: World, random: Random): Promise<Life> {
  const runs: Runs = { begun: 0, ended: 0, beside: false };
  const began = (): void => {
    runs.begun += 1;
    runs.beside ||= machine.programs.running().length > 1;
  };
  const ended = (): void => {
    runs.ended += 1;
  };
  const scene = toolScene(random, { set: { pieceMs: world.pieceMs, began, ended } });
  const { machine, stage } = scene.managed;
  const { clock, timeline, trace } = stage;
  manager(scene);
  await clock.run(() => runs.begun > 0, hour);
  await passed(clock, world.sleepsAfterMs);
  await sleep(scene, world);
  await passed(clock, world.networkAfterMs);
  machine.network.fault = () => undefined;
  timeline.tell('network', 'the network is back');
  await passed(clock, healingMs);
  const healed = notThere(scene);
  await passed(clock, hour);
  const [problem] = [
    healed && `${healed}, ${healingMs / minute} minutes after the network was back`,
    notThere(scene),
    runs.beside ? 'two set-ups ran at once' : undefined,
    world.emptyAfterMs === null && runs.begun > runs.ended
      ? 'the set-up was ended in the middle of the swap, for time that it had slept'
      : undefined,
    scene.lane.state() === 'succeeded' ? undefined : `the site knows it as ${scene.lane.state()}`,
    ...scene.managed.end(),
  ].filter((one) => one !== undefined);
  const fine = 'exactly Tool 2.0 is there, and the site knows it';
  return { lost: problem !== undefined, reason: problem ?? fine, timeline, trace };
}

function passed(clock: VirtualClock, ms: number): Promise<void> {
  return until(clock, clock.elapsed() + ms);
}

/** From the closed lid to the wake; with an empty battery the wake is a start of the machine. */
async function sleep(
  { managed }: ToolScene,
  { sleptMs, emptyAfterMs }: Pick<World, 'sleptMs' | 'emptyAfterMs'>,
): Promise<void> {
  const { machine, stage } = managed;
  const { clock, timeline } = stage;
  const wakesAt = clock.elapsed() + sleptMs;
  timeline.tell('power', 'the lid is closed: the laptop sleeps, in the middle of the swap');
  machine.network.fault = () => 'unreachable';
  machine.power.suspend();
  if (emptyAfterMs === null) {
    await until(clock, wakesAt);
    timeline.tell('power', 'the lid is opened: the laptop wakes, without a network yet');
    machine.power.resume();
    return;
  }
  await passed(clock, emptyAfterMs);
  timeline.tell('power', 'the battery is empty');
  // NTFS keeps a journal of its names; what had not been flushed of a file is anybody's guess.
  machine.powerCut({ names: 'kept', contents: 'random' });
  await until(clock, wakesAt);
  managed.restartMachine('the laptop is switched on again, without a network yet', 40 * second);
}
