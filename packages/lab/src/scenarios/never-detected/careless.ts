/** Profile `careless`: an agent that looks at its programs again and again, and runs what it does not see. */
import { at } from '../field/managed-machine.ts';
import type { Agent } from './agent.ts';
import { setup } from './program.ts';

export const careless: Agent = {
  name: 'careless',
  summary: 'whatever its rule does not see is run again, at every look',
  serve({ managed, program, world }) {
    const { machine, stage } = managed;
    const { clock, timeline } = stage;
    let state = 'unknown';

    function seen(): boolean {
      const corrected = world.correctedAt !== null && clock.elapsed() >= world.correctedAt;
      const right = world.rule !== 'wrong' || corrected;
      const asked = right ? program.productCode : program.otherCode;
      return machine.software.msi?.get(asked)?.installed === true;
    }

    async function look(): Promise<void> {
      if (seen()) {
        if (state !== 'succeeded') timeline.tell('client', 'Tool is seen');
        state = 'succeeded';
        return;
      }
      timeline.tell('client', `Tool is not seen: ${setup} is run`);
      const { processes } = machine.ports('agent');
      const { code } = await (
        await processes.start({ program: setup, arguments: ['/quiet'], folder: 'C:\\' })
      ).exit;
      state = `ended with ${code}`;
      timeline.tell('client', `${setup} ended with exit code ${code}`);
    }

    function lookEvery(): void {
      void look();
      clock.schedule(world.evaluationMs, lookEvery);
    }

    at(clock, world.deployedAt, lookEvery);
    return {
      state: () => state,
      wrong: () => [],
      dies() {
        timeline.tell('services', "the agent's process dies");
        machine.kill();
      },
    };
  },
};
