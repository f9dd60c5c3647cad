/**
 * Scenario `os-changed`: the operating system beneath the client becomes another one, twice, and file protection is late.
 *
 * From the field: fleetdm/fleet#47259 (2026): the machine keeps its id, the server believes that what was there still is, and
 * never sends it again; Ylianst/MeshCentral#1263: a feature update makes a second record of the device; KB829810: the
 * driver's upgrade meets error 21 at the first start, and is never tried again.
 */
import { layFile } from '../../machine/lay.ts';
import { makeFolders } from '../../machine/machine.ts';
import { stateFolder } from '../field/managed-machine.ts';
import { profilesOf } from '../field/profiles.ts';
import { scenarioOf } from '../field/scenario-of.ts';
import { runSetUp } from '../field/tool-scene.ts';
import { type Agent, live } from './life.ts';
import { driversThere, type Scene } from './scene.ts';
import { drawWorld, firstWindows } from './world.ts';

/** Believes what it has seen once: on the new system as on the old one. */
function believing(): Agent {
  let driver = '';
  return {
    install(scene) {
      driver = firstWindows.driver;
      void runSetUp(scene);
    },
    started({ managed, lane }, { to }) {
      driver = to.driver;
      const { epoch } = managed.machine.boot.system();
      lane.report('succeeded', `Tool 2.0 was there before, and so it is on Windows ${epoch}`);
    },
    drivers: () => [driver],
  };
}

/** Sees to its software, and tries its driver once, right at the start: the old one goes first. */
function triesOnce(): Agent {
  let drivers: readonly string[] = [];
  return {
    install(scene) {
      drivers = [firstWindows.driver];
      void runSetUp(scene);
    },
    started(scene, { to }) {
      const { managed, protection, lane } = scene;
      drivers = protection.serves() ? [to.driver] : [];
      const outcome = protection.serves()
        ? 'is installed'
        : 'is not: the old one is removed, the new one met error 21';
      managed.stage.timeline.tell('client', `the screen driver for ${to.driver} ${outcome}`);
      const { epoch } = managed.machine.boot.system();
      void runSetUp(scene).then(() => lane.report('succeeded', `the agent runs on Windows ${epoch}`));
    },
    drivers: () => drivers,
  };
}

const holdfast: Agent = {
  install: ({ managed }) => managed.startClient(),
  started: () => undefined,
  drivers: driversThere,
};

/** The client, on a machine where whoever upgrades Windows thinks that who it is belongs to the old one. */
const newIdentity: Agent = { ...holdfast, started: forgetIdentity };

function forgetIdentity({ managed }: Scene): void {
  const { volume } = managed.machine;
  const folder = makeFolders(volume, stateFolder);
  layFile(volume, `${stateFolder}/client.journal`, new Uint8Array());
  for (const name of ['client.journal', 'keys'])
    if (folder.entries.has(name)) volume.remove({ folder, name });
  volume.syncFolder(folder);
}

export const osChanged = scenarioOf({
  name: 'os-changed',
  title: 'Windows XP becomes 7, and 7 becomes 10, with file protection that answers 21 for a while',
  drawWorld,
  profiles: profilesOf(live, [
    ['believing', 'what was there on the old system is there on the new one', believing],
    [
      'tries-once',
      'the driver is replaced at the first start, the old one removed first, never tried again',
      triesOnce,
    ],
    ['new-identity', 'the client, whose identity is lost with the old system', () => newIdentity],
    [
      'holdfast',
      'the client: looks at everything anew, waits for protection, stays who it is',
      () => holdfast,
    ],
  ]),
});
