/** A day of a machine whose second starter looks at the client every hour. */
import { readPulse, rescue } from '@holdfast/client';
import { withOpen } from '@holdfast/engine';
import type { Random } from '../../world/random.ts';
import { until } from '../field/managed-machine.ts';
import type { Life } from '../field/scenario-of.ts';
import { day, hour, minute } from '../field/times.ts';
import { clientVersion, heldPulseScene, installFolder, type Scene, stateFolder } from './scene.ts';
import type { World } from './world.ts';

/** One run of the second starter. */
export type SecondStarter = (scene: Scene) => Promise<void>;

/** A client that hangs lives again so long after it: the second starter's hour, and the age of a pulse that counts. */
const patienceMs = 2 * hour;

export const holdfastStarter: SecondStarter = async ({ machine, stage }) => {
  const { starters, ...ports } = machine.ports('second starter');
  if (!starters) throw new Error('A simulated machine has starters.');
  const { decision } = await rescue(
    { ...ports, starters },
    { folder: stateFolder, installFolder, site: null, releaseKey: undefined, version: clientVersion },
  );
  const { kind } = decision;
  if (kind !== 'well') {
    const what = kind === 'act' ? decision.act : kind;
    stage.timeline.tell('services', `the second starter: ${what}: ${decision.reason}`);
  }
};

/** One proof is enough for it: the file is old. */
export const carelessStarter: SecondStarter = async ({ machine, stage }) => {
  const { starters, disk, boot } = machine.ports('second starter');
  const pulse = await withOpen(disk.open(stateFolder), readPulse);
  const awakeMs = (await boot.awake?.()) ?? 0;
  if (awakeMs - (pulse?.awakeMs ?? 0) < 10 * minute) return;
  stage.timeline.tell('services', 'the second starter: the pulse is old, so the client is dead');
  await starters?.stop('service');
  await starters?.start('service');
};

export async function live(second: SecondStarter, world: World, random: Random): Promise<Life> {
  const scene = heldPulseScene(world, random);
  const { stage, machine, problems } = scene;
  const { clock, timeline, trace } = stage;
  const broken: string[] = [];
  for (let at = hour; at <= day; at += hour) {
    await until(clock, at);
    second(scene).catch((thrown: unknown) => broken.push(`the second starter broke: ${String(thrown)}`));
    await until(clock, at + 5 * minute);
    const since = scene.hungSince();
    if (since !== undefined && clock.elapsed() - since > patienceMs) {
      broken.push('a client that hangs was left alone');
    }
  }
  const [problem] = [...problems, ...broken];
  machine.kill();
  trace.add(machine.callCount());
  const fine = world.hangsAtMs === null ? 'the client was never ended' : 'the client was ended when it hung';
  return { lost: problem !== undefined, reason: problem ?? fine, timeline, trace };
}
