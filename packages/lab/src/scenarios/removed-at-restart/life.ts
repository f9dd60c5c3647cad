/** One machine: a set-up that ends with exit code 0, a restart that takes its files away, and a second restart. */
import type { Random } from '../../world/random.ts';
import { until } from '../field/managed-machine.ts';
import { describeAtRestart, doRestartList, leaveForRestart } from '../field/restart-list.ts';
import type { Life } from '../field/scenario-of.ts';
import { hour } from '../field/times.ts';
import { type Manager, notThere, type ToolScene, toolScene } from '../field/tool-scene.ts';
import { putFiles, removeFile, toolFolder } from '../field/two-versions.ts';
import type { World } from './world.ts';

const program = `${toolFolder}\\tool.exe`;
const library = `${toolFolder}\\tool.dll`;

export async function live(manager: Manager, world: World, random: Random): Promise<Life> {
  let runs = 0;
  let starts = 0;
  // Only the first run meets the old version in use; after the restart nothing of it runs any more.
  const ended = (): void => {
    runs += 1;
    if (runs === 1) leaveBehind(scene, world);
  };
  const atBoot = (): void => {
    starts += 1;
    for (const done of doRestartList(machine)) timeline.tell('boot', describeAtRestart(done));
    if (starts > 1 || world.way !== 'clean-up') return;
    timeline.tell('boot', `a clean-up that the old version had left removes ${program}`);
    removeFile(machine, program);
  };
  const scene = toolScene(random, { set: { pieceMs: world.pieceMs, ended }, atBoot });
  const { managed, lane } = scene;
  const { machine, stage } = managed;
  const { clock, timeline, trace } = stage;
  manager(scene);
  await until(clock, world.restartAfterMs);
  const saidBefore = lane.state();
  managed.restartMachine('the machine is restarted', world.downMs);
  const restartedAt = clock.elapsed();
  await until(clock, restartedAt + world.secondRestartAfterMs);
  managed.restartMachine('the machine is restarted again', world.downMs);
  await until(clock, clock.elapsed() + hour);
  const loses = world.way === 'removal' || world.way === 'clean-up';
  const told = lane.known.some(
    ({ at, state, text }) =>
      at > restartedAt && (state === 'waiting' || state === 'broken') && /restarted.*tool\.exe/.test(text),
  );
  const [problem] = [
    notThere(scene),
    world.way === 'removal' && saidBefore === 'succeeded'
      ? 'the site was told of success while the removal was there to see'
      : undefined,
    loses && !told ? 'the site was never told that the restart took tool.exe away' : undefined,
    lane.state() === 'succeeded' ? undefined : `the site knows it as ${lane.state()}`,
    ...managed.end(),
  ].filter((one) => one !== undefined);
  const fine = loses
    ? 'the restart took tool.exe away, the site knows of it, and Tool 2.0 is whole again'
    : 'Tool 2.0 is there after both restarts';
  return { lost: problem !== undefined, reason: problem ?? fine, timeline, trace };
}

/** What the set-up does behind its exit code 0. */
function leaveBehind({ managed: { machine, stage }, versions }: ToolScene, { way }: World): void {
  if (way === 'removal') leaveForRestart(machine, { from: program });
  if (way !== 'replacement') return;
  const fresh = `${library}.new`;
  const bytesOf = (files: typeof versions.new) => files.get('tool.dll') ?? new Uint8Array();
  putFiles(machine, toolFolder, new Map([['tool.dll.new', bytesOf(versions.new)]]));
  removeFile(machine, library);
  putFiles(machine, toolFolder, new Map([['tool.dll', bytesOf(versions.old)]]));
  leaveForRestart(machine, { from: fresh, to: library });
  stage.timeline.tell('client', 'the set-up found tool.dll in use: the new one comes at the restart');
}
