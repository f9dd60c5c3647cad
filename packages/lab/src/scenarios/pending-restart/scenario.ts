/**
 * Scenario `pending-restart`: somebody has left files for the next restart, and an upgrade is deployed before it.
 *
 * From the field: wazuh/wazuh#38182 (August 2026; about 1,700 machines hit, about 1,300 left broken): an upgrade under a
 * pending restart ended with exit code 0, and the restart removed the agent. The fix, to refuse while any restart is
 * pending (PR #38277), then blocked good upgrades because of somebody else's files, with exit code 1603 and no reason at
 * the server (#38504, PR #38540).
 */

import { profilesOf } from '../field/profiles.ts';
import { restartListOf } from '../field/restart-list.ts';
import { scenarioOf } from '../field/scenario-of.ts';
import { holdfastManager, type Manager, runSetUp } from '../field/tool-scene.ts';
import { live } from './life.ts';
import { drawWorld } from './world.ts';

/** Does not look: as the upgrade of #38182. */
const careless: Manager = (scene) => void runSetUp(scene);

/** Looks whether there is anything at all, whosever it is: as its first fix. */
const overcautious: Manager = async (scene) => {
  const { machine, stage } = scene.managed;
  const { registry } = machine.ports('rival');
  if ((await restartListOf(registry)).length === 0) return void runSetUp(scene);
  stage.timeline.tell('client', 'a restart is pending: the set-up refuses with exit code 1603');
  scene.lane.report('failed', 'Tool 2.0: exit code 1603');
};

export const pendingRestart = scenarioOf({
  name: 'pending-restart',
  title:
    'files wait for the next restart, somebody else’s or our own, and an upgrade is deployed (wazuh-38182)',
  drawWorld,
  profiles: profilesOf(live, [
    ['careless', 'runs the set-up whatever waits for the restart, and believes its exit code', careless],
    ['overcautious', 'refuses while anything of anybody waits for the restart', overcautious],
    ['holdfast', 'the client: its own files are waited for, those of others are not', holdfastManager],
  ]),
});
