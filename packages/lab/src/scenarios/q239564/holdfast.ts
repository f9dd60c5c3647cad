/**
 * Profile `holdfast`: each component is looked at byte for byte, and only what differs is a change. What the client knows is
 * its own state, not the package's: no repair touches it.
 */
import type { Job } from '@holdfast/engine';
import { carryOutOn, installerChange } from '../field/engine-client.ts';
import { differenceClause, differencesIn } from '../field/verified.ts';
import { type FeatureName, features, packageFolder, packageName } from './packages.ts';
import { type Client, minutesChange, minutesIn, type Scene } from './scene.ts';

/** Beside what the package owns. */
const ownState = { hive: 'HKLM', key: 'Software\\Holdfast\\Schedules', view: '64' } as const;

function jobOf({ running, packageBytes }: Scene, feature: FeatureName): Job {
  const change = installerChange({
    name: 'repair',
    windows: running,
    line: `msiexec /I ${packageName} REINSTALLMODE=vmeus REINSTALL=${feature}`,
    folder: packageFolder,
    async postcondition() {
      const [first] = await differencesIn(running.host, packageBytes, feature);
      return first === undefined ? { holds: true } : { holds: false, reason: differenceClause(first) };
    },
  });
  return { id: feature, version: '2.0', changes: [change] };
}

export const holdfast: Client = {
  name: 'holdfast',
  summary: 'the engine: only the component that differs is repaired, and nothing is forgotten',
  lastTaken: (scene, inventory) => minutesIn(scene, ownState, inventory),
  keepTaken: ({ running }, inventory, at) =>
    running.host.registry.apply([minutesChange(ownState, inventory, at)]),
  async verify(scene) {
    scene.windows.timeline.tell(
      'client',
      `the client looks at its ${features.length} components, byte for byte`,
    );
    const jobs = features.map((feature) => jobOf(scene, feature));
    await carryOutOn(scene.running, scene.windows.timeline, jobs);
  },
};
