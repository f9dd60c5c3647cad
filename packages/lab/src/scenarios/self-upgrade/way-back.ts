/**
 * Scenario `way-back`: a version that fails is given up, without a network: to a version that lies there, to one that somebody
 * has removed, while the service is stopped; and it is never tried again, however often the machine restarts.
 *
 * From the field: fleetdm/fleet#9053 (no way back to a version that is there already), elastic/elastic-agent#4443 (a rollback
 * does not start a stopped service), Ylianst/MeshCentral#7870 and fleet#14176 (the same broken version again and again).
 */

import { behaviourNamed } from '../../flows/client-versions/behaviours.ts';
import type { LauncherCode } from '../../flows/client-versions/launcher.ts';
import type { Random } from '../../world/random.ts';
import { profilesOf } from '../field/profiles.ts';
import { type Life, scenarioOf } from '../field/scenario-of.ts';
import { between, hour, minute, second } from '../field/times.ts';
import { nothingToDo, uncounting } from './careless.ts';
import { removeTreeOn } from './remove.ts';
import { newVersion, oldVersion, seedVersion, upgradeScene } from './scene.ts';

const targets = ['there', 'removed'] as const;

type World = {
  readonly behaviour: string;
  readonly target: (typeof targets)[number];
  /** Milliseconds after the first start on trial at which somebody stops the service, and for how long; null = nobody does. */
  readonly stop: { readonly afterMs: number; readonly forMs: number } | null;
  /** Milliseconds from one restart of the machine to the next, in the hours after it. */
  readonly restartEveryMs: number;
};

/** Those that end by themselves: a way back without a network cannot hang on what the site would say. */
const sick = [
  'dies at once',
  'dies after 30 seconds',
  'cannot be loaded',
  'hangs at once',
  'takes too much memory',
];

function drawWorld(random: Random): World {
  return {
    behaviour: random.pick(sick),
    target: random.pick(targets),
    stop: random.chance(1, 2)
      ? { afterMs: random.integer(minute), forMs: between(random, minute, hour) }
      : null,
    restartEveryMs: between(random, 10 * minute, 30 * minute),
  };
}

/** Given up so long after the service may work. */
const wayBackMs = 10 * minute;
const afterwardsMs = hour;

async function live(code: Partial<LauncherCode>, world: World, random: Random): Promise<Life> {
  const behaviour = behaviourNamed(world.behaviour);
  const scene = await upgradeScene(random, { behaviour, code });
  const { machine } = scene;
  scene.order();
  const begun = await scene.reaches(() => scene.trials() > 0, 30 * minute);
  scene.network(() => 'unreachable', 'there is no network from now on');
  if (world.target === 'removed') {
    removeTreeOn(machine, oldVersion);
    scene.stage.timeline.tell('services', `somebody removes version ${oldVersion}`);
  }
  if (world.stop) {
    await scene.passes(world.stop.afterMs);
    scene.stop();
    await scene.passes(world.stop.forMs);
    scene.start();
  }
  const wanted = world.target === 'there' ? oldVersion : seedVersion;
  const isBack = () => scene.runs() === wanted && !scene.isOnTrial();
  const back = await scene.reaches(isBack, wayBackMs);
  await scene.passes(minute);
  const stays = isBack();
  scene.network(undefined, 'the network is back');
  const triedBefore = scene.trials();
  for (let at = 0; at < afterwardsMs; at += world.restartEveryMs) {
    scene.restart('the machine restarts', 40 * second);
    await scene.passes(world.restartEveryMs);
  }
  return scene.end(`version ${wanted} runs, and the site knows why`, [
    begun ? undefined : 'no trial began',
    back && stays ? undefined : `version ${scene.runs()} runs, ten minutes after ${newVersion} could work`,
    scene.runs() === wanted ? undefined : `version ${scene.runs()} runs in the end, and not ${wanted}`,
    scene.trials() > 3 ? `the version was started ${scene.trials()} times` : undefined,
    scene.trials() > triedBefore ? 'the version was tried again' : undefined,
    scene.heard() === 'version-reverted' ? undefined : `the site has heard ${scene.heard()}`,
  ]);
}

export const wayBack = scenarioOf({
  name: 'way-back',
  title:
    'a version fails: back without a network, to one that is there, to one that is gone, while the service was stopped',
  drawWorld,
  profiles: profilesOf(live, [
    [
      'careless',
      'what is to be gone back to is there already, so nothing is to be done',
      { nextStart: nothingToDo },
    ],
    ['uncounting', 'every start is the first one', { nextStart: uncounting }],
    ['holdfast', 'the launcher: three starts counted, the version before, else the seed', {}],
  ]),
});
