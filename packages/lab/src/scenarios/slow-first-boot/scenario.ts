/**
 * Scenario `slow-first-boot`: the first boot after an upgrade of Windows takes four minutes, and the network comes later
 * still, while the service manager gives each service 30 seconds.
 *
 * From the field: elastic/elastic-agent#5710 (October 2024): the agent does other work before it answers the service
 * manager, and some small part of a fleet does not come back after a system update; kolide/launcher#610 (error 1053 after
 * an update of Windows); microsoft/azure-pipelines-agent#1359 (3 of 60); amidaware/rmmagent#29.
 */
import { profilesOf } from '../field/profiles.ts';
import { scenarioOf } from '../field/scenario-of.ts';
import { second } from '../field/times.ts';
import { holdfastManager, runSetUp, type ToolScene } from '../field/tool-scene.ts';
import { type Agent, live } from './life.ts';
import { drawWorld } from './world.ts';

const retryMs = 5 * second;

/** Reaches its server first, and answers the service manager then; after that it sees to its software. */
async function connectFirst(scene: ToolScene, answered: () => void): Promise<void> {
  const { machine, stage } = scene.managed;
  const { clock, boot } = machine.ports('rival');
  let tries = 0;
  while (machine.network.fault({ method: 'GET', path: '/', headers: {}, body: '' }) !== undefined) {
    if (tries === 0) stage.timeline.tell('client', 'the server cannot be reached: tried again');
    tries += 1;
    await clock.sleep(retryMs);
  }
  answered();
  const { epoch } = await boot.operatingSystem();
  await runSetUp(scene);
  scene.lane.report('succeeded', `the agent runs on Windows ${epoch}`);
}

const careless: Agent = {
  install: (scene) => void runSetUp(scene),
  start: (scene, answered) => void connectFirst(scene, answered),
};

const holdfast: Agent = {
  install: holdfastManager,
  start({ managed }, answered) {
    managed.listen(({ event }) => {
      if (event === 'client-started') answered();
    });
    managed.startClient();
  },
};

export const slowFirstBoot = scenarioOf({
  name: 'slow-first-boot',
  title: 'the first boot after an upgrade of Windows takes four minutes, and the network comes after ten',
  drawWorld,
  profiles: profilesOf(live, [
    ['careless', 'reaches its server before it answers the service manager', careless],
    ['holdfast', 'the client: answers first, repairs without a network, reports when there is one', holdfast],
  ]),
});
