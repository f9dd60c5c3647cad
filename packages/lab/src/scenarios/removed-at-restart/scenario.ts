/**
 * Scenario `removed-at-restart`: the installer returns 0, and the next restart removes what it installed.
 *
 * From the field: wazuh/wazuh#38182 (August 2026): exit code 0, "installation completed successfully", and deferred file
 * operations that remove the agent at the restart; glpi-project/glpi-agent#602 (February 2024): after an upgrade from 1.6
 * to 1.7.1 the first restart deletes the service's program; wazuh/wazuh#19379.
 */
import { profilesOf } from '../field/profiles.ts';
import { scenarioOf } from '../field/scenario-of.ts';
import { holdfastManager, type Manager, runSetUp } from '../field/tool-scene.ts';
import { live } from './life.ts';
import { drawWorld } from './world.ts';

/** Done is done: an exit code of 0 is a success, and is not looked at again. */
const careless: Manager = (scene) => void runSetUp(scene);

export const removedAtRestart = scenarioOf({
  name: 'removed-at-restart',
  title: 'the set-up returns 0, and the next restart removes what it installed (wazuh-38182)',
  drawWorld,
  profiles: profilesOf(live, [
    ['careless', 'believes exit code 0, and does not look again', careless],
    ['holdfast', 'the client: success counts once the restart was survived; looks again', holdfastManager],
  ]),
});
