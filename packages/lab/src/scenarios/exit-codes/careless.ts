/** Profile `careless`: an agent that runs each program once and believes its exit code. */
import type { DeploymentState } from '@holdfast/contract';
import { at } from '../field/managed-machine.ts';
import type { Agent } from './agent.ts';
import type { Installed } from './installers.ts';

/** Success with a restart is success to it. */
const good = new Set([0, 1641, 3010]);

export const careless: Agent = {
  name: 'careless',
  summary: 'each program is run once, and its exit code is believed',
  serve({ managed, installers, claimed }) {
    const { machine, stage } = managed;
    const states = new Map<Installed, DeploymentState>();
    const { clock, timeline } = stage;

    async function run(installer: Installed): Promise<void> {
      const { fate, command } = installer;
      const { processes } = machine.ports('agent');
      states.set(installer, 'running');
      timeline.tell('client', `${fate.name} is run`);
      const program = { program: command, arguments: ['/quiet', '/norestart'], folder: 'C:\\' };
      const { code } = await (await processes.start(program)).exit;
      const succeeded = good.has(code ?? -1);
      states.set(installer, succeeded ? 'succeeded' : 'failed');
      timeline.tell(
        'client',
        `${fate.name} ended with exit code ${code}: ${succeeded ? 'success' : 'failure'}`,
      );
      if (succeeded) claimed(installer);
    }

    for (const installer of installers) {
      at(clock, installer.fate.deployedAt, () => void run(installer));
    }
    return {
      stateOf: (installer) => states.get(installer),
      dies() {
        timeline.tell('services', "the agent's process dies");
        machine.kill();
      },
    };
  },
};
