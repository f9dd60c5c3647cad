/** One machine: the list of the next restart is there, a new version is deployed, and later the machine restarts. */
import type { Random } from '../../world/random.ts';
import { until } from '../field/managed-machine.ts';
import { describeAtRestart, doRestartList, leaveForRestart } from '../field/restart-list.ts';
import type { Life } from '../field/scenario-of.ts';
import { hour } from '../field/times.ts';
import { type Manager, notThere, type ToolScene, toolScene } from '../field/tool-scene.ts';
import { putFiles } from '../field/two-versions.ts';
import { replacement, type World } from './world.ts';

/** Everything was said and done so long after the restart. */
const afterwardsMs = hour;

export async function live(manager: Manager, world: World, random: Random): Promise<Life> {
  const atBoot = (): void => {
    for (const done of doRestartList(machine)) timeline.tell('boot', describeAtRestart(done));
  };
  const scene = toolScene(random, { set: { pieceMs: world.pieceMs }, atBoot });
  const { machine, stage } = scene.managed;
  const { clock, timeline, trace } = stage;
  const [, folder = '', name = ''] = /^(.*)\\(.*)$/.exec(replacement) ?? [];
  putFiles(machine, folder, new Map([[name, random.stream('replacement').bytes(3_000)]]));
  for (const one of world.list) {
    leaveForRestart(machine, one);
    timeline.tell('boot', `left for the next restart: ${describeAtRestart(one)}`);
  }
  manager(scene);
  await until(clock, world.restartAfterMs);
  const before = lookBefore(scene, world);
  scene.managed.restartMachine('the machine is restarted', world.downMs);
  const saidBefore = scene.lane.state();
  await until(clock, clock.elapsed() + world.downMs + 1);
  const undone = saidBefore === 'succeeded' ? notThere(scene) : undefined;
  await until(clock, clock.elapsed() + afterwardsMs);
  const [problem] = [
    undone && `the site was told of success, and the restart undid it: ${undone}`,
    before,
    notThere(scene),
    scene.lane.state() === 'succeeded' ? undefined : `the site knows it as ${scene.lane.state()}`,
    ...scene.managed.end(),
  ].filter((one) => one !== undefined);
  const fine = world.ours
    ? 'Tool 2.0 waited, the site knew why, and it is there after the restart'
    : 'Tool 2.0 was there before the restart and is after it';
  return { lost: problem !== undefined, reason: problem ?? fine, timeline, trace };
}

/** Just before the restart: what is not ours to wait for was not waited for, and a wait has its reason at the site. */
function lookBefore(scene: ToolScene, { ours }: World): string | undefined {
  if (ours === null) {
    const missing = notThere(scene);
    return missing && `nothing of Tool's was left for the restart, and ${missing}`;
  }
  const path = (ours.to ?? ours.from).toLowerCase();
  const source = ours.from.toLowerCase();
  const told = scene.lane.known.some(
    ({ state, text }) =>
      state === 'waiting' && [path, source].some((one) => text.toLowerCase().includes(one)),
  );
  return told ? undefined : 'the site was never told that files of Tool wait for the restart';
}
