/**
 * Profile `holdfast`: the real client. To verify is to look, and mending is work like any other: one thing at a time.
 * Even where the client itself is started again in the middle, its program goes on and is found by the journal.
 */
import { assignmentOf, at } from '../field/managed-machine.ts';
import type { Agent } from './agent.ts';
import { applicationFolder, clientFile, clientFolder, mend, setup } from './software.ts';

export const holdfast: Agent = {
  name: 'holdfast',
  summary:
    'the client: it looks, mends only what differs, after the program; restarted itself, it takes the program up',
  serve({ managed, software, world, random }) {
    const ids = random.stream('deployments');
    const advertisement = assignmentOf(ids, 'Ledger', {
      install: setup,
      detection: [...software.wanted].map(([name, sha256]) => ({
        kind: 'file',
        path: `${applicationFolder}\\${name}`,
        sha256,
      })),
      exitCodes: [],
      maxRunMinutes: 24 * 60,
    });
    const component = assignmentOf(ids, 'Remote Tools', {
      install: mend,
      detection: [{ kind: 'file', path: `${clientFolder}\\${clientFile}`, sha256: software.clientHash }],
      exitCodes: [],
      maxRunMinutes: 60,
    });
    managed.site.deploy(component);
    at(managed.stage.clock, world.advertisedAt, () => managed.site.deploy(advertisement));
    at(managed.stage.clock, world.verifyAt, () => {
      managed.restartClient('the client starts again, and looks at everything that it stands for');
    });
    managed.startClient();
    return () => {
      const state = managed.stateOf(advertisement.deploymentId);
      if (state === 'succeeded') return 'succeeded';
      return state === 'failed' || state === 'held' ? 'failed' : 'unknown';
    };
  },
};
