/**
 * Scenario `sleep-in-the-swap`: a laptop sleeps for 26 hours while a set-up swaps the files of one version for another's.
 *
 * From the field: elastic/elastic-agent#2854 (June 2023): machines that slept in an upgrade; on wake the time limit of the
 * running installer was over ("context deadline exceeded") and the component had failed; elastic-agent#7412 and #3083 (off
 * in the middle: stuck in "updating"); kolide/launcher#1669 (no updates in modern standby), #1951 (a watchdog that is a
 * service sleeps as badly as what it watches).
 */
import { profilesOf } from '../field/profiles.ts';
import { scenarioOf } from '../field/scenario-of.ts';
import { minute } from '../field/times.ts';
import { holdfastManager, type Manager, reportExit, startSetUp } from '../field/tool-scene.ts';
import { live } from './life.ts';
import { drawWorld } from './world.ts';

/** How long a set-up may run, by a clock that goes on in sleep. */
const limitMs = 10 * minute;

/** Counts sleep as running time, ends the set-up for it, and takes nothing up after a start. */
const careless: Manager = async (scene) => {
  const { managed, lane } = scene;
  const { running, clock } = await startSetUp(scene);
  const exit = await Promise.race([running.exit, clock.sleep(limitMs)]);
  if (exit) return reportExit(scene, exit);
  await running.kill();
  managed.stage.timeline.tell('client', 'the set-up has run for longer than 10 minutes: it is ended');
  lane.report('failed', 'Tool 2.0: context deadline exceeded');
};

export const sleepInTheSwap = scenarioOf({
  name: 'sleep-in-the-swap',
  title: 'a laptop sleeps for 26 hours in the middle of the swap of files',
  drawWorld,
  profiles: profilesOf(live, [
    ['careless', 'a time limit that counts sleep, and nothing taken up after a start', careless],
    ['holdfast', 'the client: awake time counts, and the journal takes up what was begun', holdfastManager],
  ]),
});
