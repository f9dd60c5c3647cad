/**
 * Scenario `trial-without-site`: the site answers 429 or 503, or nothing does, while a version is on trial.
 *
 * From the field: elastic/elastic-agent#15557 (one 429 within the probation rolled a good version back).
 */
import { behaviourNamed, healthy } from '../../flows/client-versions/behaviours.ts';
import type { LauncherCode } from '../../flows/client-versions/launcher.ts';
import type { NetworkFault } from '../../site/network.ts';
import type { Random } from '../../world/random.ts';
import { profilesOf } from '../field/profiles.ts';
import { type Life, scenarioOf } from '../field/scenario-of.ts';
import { between, hour, minute, second } from '../field/times.ts';
import { byAnswer } from './careless.ts';
import { notEnded, upgradeScene } from './scene.ts';

const answers = ['429', '503', 'none'] as const;

type World = {
  readonly answer: (typeof answers)[number];
  /** Seconds. */
  readonly retryAfter: number;
  /** Milliseconds: from the first start of the version on trial. */
  readonly afterMs: number;
  readonly forMs: number;
  readonly isHealthy: boolean;
};

function drawWorld(random: Random): World {
  return {
    answer: random.pick(answers),
    retryAfter: random.pick([1, 30, 600]),
    afterMs: random.pick([0, random.integer(150 * second)]),
    forMs: between(random, 20 * minute, random.pick([hour, 2 * hour])),
    isHealthy: random.chance(3, 4),
  };
}

/** All is well so long after the site's return: what it asked for, its poll, and a trial's whole time. */
const healingMs = 90 * minute;

const silent = behaviourNamed('claims health and does nothing');

function faultOf({ answer, retryAfter }: World): NetworkFault {
  if (answer === 'none') return 'unreachable';
  const headers = { 'retry-after': String(retryAfter) };
  return { status: Number(answer), headers, body: [], after: 'end' };
}

async function live(code: Partial<LauncherCode>, world: World, random: Random): Promise<Life> {
  const scene = await upgradeScene(random, { behaviour: world.isHealthy ? healthy : silent, code });
  scene.order();
  const begun = await scene.reaches(() => scene.trials() > 0, 30 * minute);
  await scene.passes(world.afterMs);
  scene.network(
    () => faultOf(world),
    world.answer === 'none' ? 'nobody answers' : `the site answers ${world.answer}`,
  );
  // Of what was asked before an answer may still be on its way, and with it the blessing.
  await scene.passes(minute);
  await scene.passes(world.forMs);
  const isStill = scene.isOnTrial();
  scene.network(undefined, 'the site answers again');
  await scene.reaches(() => scene.heard() !== undefined, healingMs);
  await scene.passes(minute);
  const wasBlessed = world.isHealthy && scene.heard() === 'version-blessed';
  return scene.end('the trial has waited for the site, and came to the right end', [
    begun ? undefined : 'no trial began',
    // A blessing that came before the silence may end it well, and nothing may end it otherwise.
    isStill || wasBlessed ? undefined : 'a site that had no time has ended the trial',
    ...notEnded(scene, world),
  ]);
}

export const trialWithoutSite = scenarioOf({
  name: 'trial-without-site',
  title: 'the site answers 429 or 503, or nothing does, while a version is on trial (elastic-15557)',
  drawWorld,
  profiles: profilesOf(live, [
    ['careless', 'whatever is no good answer is the fault of the version', { guardTrial: byAnswer }],
    ['holdfast', 'the client: faults of the site and of the network count for nobody', {}],
  ]),
});
