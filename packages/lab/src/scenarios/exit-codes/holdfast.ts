/** Profile `holdfast`: the real client over its site; the exit code informs, detection decides. */
import type { Assignment } from '@holdfast/contract';
import { assignmentOf, at } from '../field/managed-machine.ts';
import type { Agent } from './agent.ts';
import type { Installed } from './installers.ts';

export const holdfast: Agent = {
  name: 'holdfast',
  summary: 'the client: detection decides, 1618 waits, 3010 and 1641 count after the restart',
  serve({ managed, installers, random, claimed }) {
    const ids = random.stream('deployments');
    const assignments = new Map<Installed, Assignment>(
      installers.map((installer) => {
        const { fate, productCode, command } = installer;
        const assignment = assignmentOf(ids, fate.name, {
          install: `${command} /quiet /norestart`,
          detection: [{ kind: 'msi', productCode }],
          exitCodes: [],
          maxRunMinutes: 60,
        });
        return [installer, assignment];
      }),
    );
    for (const [{ fate }, assignment] of assignments) {
      at(managed.stage.clock, fate.deployedAt, () => managed.site.deploy(assignment));
    }
    managed.listen(({ event, deploymentId }) => {
      if (event !== 'software-verified' && event !== 'software-repaired') return;
      for (const [installer, assignment] of assignments) {
        if (assignment.deploymentId === deploymentId) claimed(installer);
      }
    });
    managed.startClient();
    return {
      stateOf: (installer) => managed.stateOf(assignments.get(installer)?.deploymentId ?? ''),
      dies: () => managed.restartClient("the client's process dies"),
    };
  },
};
