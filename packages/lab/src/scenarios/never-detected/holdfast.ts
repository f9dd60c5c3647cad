/** Profile `holdfast`: the real client over its site. What ended well and is not seen is a state of its own. */
import { type Assignment, statusCode } from '@holdfast/contract';
import { assignmentOf, at } from '../field/managed-machine.ts';
import type { Agent } from './agent.ts';
import { setup } from './program.ts';

export const holdfast: Agent = {
  name: 'holdfast',
  summary: 'the client: one retry, then held with a reason, until the rule is corrected',
  serve({ managed, program, world, random }) {
    const asksFor = (productCode: string) => [{ kind: 'msi', productCode }] as const;
    const first = assignmentOf(random.stream('deployment'), 'Tool', {
      install: `${setup} /quiet`,
      detection: [...asksFor(world.rule === 'wrong' ? program.otherCode : program.productCode)],
      exitCodes: [],
      maxRunMinutes: 60,
    });
    const detection = [...asksFor(program.productCode)];
    const corrected: Assignment = { ...first, program: { ...first.program, detection } };
    at(managed.stage.clock, world.deployedAt, () => managed.site.deploy(first));
    if (world.correctedAt !== null) {
      at(managed.stage.clock, world.correctedAt, () => managed.site.deploy(corrected));
    }
    managed.startClient();
    const right = world.rule === 'wrong' && world.correctedAt === null ? 'held' : 'succeeded';
    const state = () => managed.stateOf(first.deploymentId);
    return {
      state,
      wrong() {
        const holds = managed.messages().filter(({ code }) => code === statusCode('detection-still-false'));
        return [
          ...(state() === right ? [] : [`the site has it as ${state()}, and it should be ${right}`]),
          ...(holds.length > 1 ? [`the site was told ${holds.length} times that it is held`] : []),
        ];
      },
      dies: () => managed.restartClient("the client's process dies"),
    };
  },
};
