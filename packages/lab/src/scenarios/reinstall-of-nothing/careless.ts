/**
 * Profile `careless`: a server that sends the upgrade line wherever an older version is, believes exit code 0, and sends it
 * again because its inventory still shows the older one (cimian#110).
 */
import { msiexec } from '../../windows/msiexec.ts';
import { contentFolder, installLine, inventoryOf, isThere, type Server, upgradeLine } from './scene.ts';
import { verdictAt } from './world.ts';

export const careless: Server = {
  name: 'careless',
  summary: 'the upgrade line is sent as typed, its exit code believed, and sent again for ever',
  async serve({ windows, running, timeline, world, sent, ran }) {
    const { host, clock } = running;
    while (windows.clock.elapsed() + world.everyMs < verdictAt && !(await isThere(host, sent))) {
      const line = inventoryOf(host) === 'none' ? installLine : upgradeLine;
      const { exitCode } = await msiexec(host, line, contentFolder);
      timeline.tell('client', `${line}: ended with ${exitCode}`);
      await ran();
      await clock.sleep(world.everyMs);
    }
  },
};
