/**
 * Profile `sms2`: Systems Management Server 2.0 and its Service Pack 1 as Q239564 tells it. The periodic verification
 * reinstalls all base and optional components, and inventories are taken regardless of the schedule.
 */
import { msiexec } from '../../windows/msiexec.ts';
import { differencesIn } from '../field/verified.ts';
import { features, lastCycle, packageFolder, packageName, settingsOf } from './packages.ts';
import { type Client, minutesChange, minutesIn } from './scene.ts';

export const sms2: Client = {
  name: 'sms2',
  summary:
    'as in the article: the 30-day verification reinstalls everything, and what was known is forgotten',
  lastTaken: (scene, inventory) => minutesIn(scene, settingsOf(inventory), lastCycle),
  keepTaken: ({ running }, inventory, at) =>
    running.host.registry.apply([minutesChange(settingsOf(inventory), lastCycle, at)]),
  async verify({ running, windows, world, packageBytes }) {
    const { host } = running;
    const differences = await differencesIn(host, packageBytes);
    const missing = features.filter((feature) =>
      differences.some((one) => one.feature === feature && one.kind === 'file-missing'),
    );
    const wanted = world.reinstalls ? features : missing;
    windows.timeline.tell(
      'client',
      `CCIM verifies: ${wanted.length} of ${features.length} components to reinstall`,
    );
    if (wanted.length === 0) return;
    const line = `msiexec /I ${packageName} REINSTALLMODE=amus REINSTALL=${wanted.join(',')}`;
    const { exitCode } = await msiexec(host, line, packageFolder);
    windows.timeline.tell('client', `reinstalled: ${wanted.join(', ')}; ended with ${exitCode}`);
  },
};
