/**
 * Scenario `sleep-in-the-trial`: a laptop sleeps for 26 hours while its client becomes another version: once the version lies
 * there, after the switch and before its first check-in, or in the middle of its trial.
 *
 * From the field: elastic/elastic-agent#2854, #7412 and #3083 (sleep, or power off, in the middle of an upgrade: its time was
 * over on wake, or it was stuck).
 */

import { stateFolder } from '../../flows/client-service.ts';
import { behaviourNamed, healthy } from '../../flows/client-versions/behaviours.ts';
import { currentOn, trialOn } from '../../flows/client-versions/disk.ts';
import type { LauncherCode } from '../../flows/client-versions/launcher.ts';
import { nodeAt } from '../../machine/machine.ts';
import type { Random } from '../../world/random.ts';
import { profilesOf } from '../field/profiles.ts';
import { type Life, scenarioOf } from '../field/scenario-of.ts';
import { between, hour, minute, second } from '../field/times.ts';
import { bySleep } from './careless.ts';
import { newVersion, notEnded, type UpgradeScene, upgradeScene } from './scene.ts';

const phases = ['taken', 'switched', 'proving'] as const;

/** Milliseconds, all of them. */
type World = {
  readonly phase: (typeof phases)[number];
  /** From the begin of that phase to the sleep. */
  readonly afterMs: number;
  readonly sleptMs: number;
  readonly networkAfterMs: number;
  readonly isHealthy: boolean;
};

function drawWorld(random: Random): World {
  const phase = random.pick(phases);
  return {
    phase,
    afterMs: phase === 'proving' ? random.integer(150 * second) : 0,
    sleptMs: 26 * hour + random.integer(10 * minute),
    networkAfterMs: between(random, 5 * second, 10 * minute),
    isHealthy: random.chance(3, 4),
  };
}

/** All is well so long after the network's return: a trial's whole time, and the wait of a try that found no network. */
const healingMs = 90 * minute;

function hasBegun({ machine, trials }: UpgradeScene, phase: World['phase']): boolean {
  const { volume } = machine;
  if (phase === 'taken') return nodeAt(volume, `${stateFolder}/versions/${newVersion}`) === 'folder';
  if (phase === 'switched') return trialOn(volume) !== undefined && currentOn(volume) === newVersion;
  return trials() > 0;
}

const silent = behaviourNamed('claims health and does nothing');

async function live(code: Partial<LauncherCode>, world: World, random: Random): Promise<Life> {
  const scene = await upgradeScene(random, { behaviour: world.isHealthy ? healthy : silent, code });
  const { machine, stage } = scene;
  scene.order();
  const begun = await scene.reaches(() => hasBegun(scene, world.phase), 30 * minute);
  await scene.passes(world.afterMs);
  stage.timeline.tell('power', `the lid is closed: the laptop sleeps, phase ${world.phase}`);
  scene.network(() => 'unreachable', 'there is no network');
  machine.power.suspend();
  await scene.passes(world.sleptMs);
  stage.timeline.tell('power', 'the lid is opened: the laptop wakes');
  machine.power.resume();
  const trialsBefore = scene.trials();
  await scene.passes(world.networkAfterMs);
  // What the site had blessed before may have ended well meanwhile; nothing may have been given up.
  const isKept = scene.isOnTrial() || (world.isHealthy && scene.runs() === newVersion);
  const early = trialsBefore > 0 && !isKept;
  scene.network(undefined, 'the network is back');
  await scene.reaches(() => scene.heard() !== undefined, healingMs);
  await scene.passes(minute);
  return scene.end('exactly the right version runs, and the site knows it', [
    begun ? undefined : 'the upgrade never came to that phase',
    early ? 'sleep has ended the trial' : undefined,
    ...notEnded(scene, world),
  ]);
}

export const sleepInTheTrial = scenarioOf({
  name: 'sleep-in-the-trial',
  title: 'a laptop sleeps for 26 hours while its client becomes another version',
  drawWorld,
  profiles: profilesOf(live, [
    ['careless', 'a trial has ten minutes by the clock on the wall', { guardTrial: bySleep }],
    ['holdfast', 'the client: time counts while it is awake and the site answers', {}],
  ]),
});
