/**
 * Scenario `exit-codes`: installers end with 0, 1603, 1618, 1641 and 3010, with and without having done what they were
 * for. Of each the site must know what is true. From the field: winget-cli#2707, #3911, #994 and #433 (3010 shown as a
 * failure, 1641 forgotten, 1618 while the log says completed), fleet#34071 (failed but installed, installed but failed).
 */
import type { DeploymentState } from '@holdfast/contract';
import type { Random } from '../../world/random.ts';
import { at, type ManagedMachine, managedMachine, newStage, until } from '../field/managed-machine.ts';
import { type Life, scenarioOf } from '../field/scenario-of.ts';
import type { Agent } from './agent.ts';
import { careless } from './careless.ts';
import { holdfast } from './holdfast.ts';
import {
  finishPending,
  type Installed,
  isThere,
  newInstallers,
  type Pending,
  putInstallers,
} from './installers.ts';
import { drawWorld, verdictAt, type World } from './world.ts';

async function live({ serve }: Agent, world: World, random: Random): Promise<Life> {
  const stage = newStage();
  const pending: Pending = new Set();
  const managed = managedMachine(random, stage, {
    pollSeconds: 1800,
    atBoot: () => finishPending(managed, pending),
  });
  const installers = newInstallers(random.stream('products'), world);
  putInstallers(managed, installers, pending, world);
  for (const { name, deployedAt } of world.programs) {
    at(stage.clock, deployedAt, () => stage.timeline.tell('site', `${name} is deployed`));
  }
  for (const restart of world.restarts) {
    at(stage.clock, restart, () => managed.restartMachine('somebody restarts the machine', world.downMs));
  }
  const wrong: string[] = [];
  const serving = serve({
    managed,
    installers,
    random,
    claimed(installer) {
      if (isThere(managed, installer)) return;
      wrong.push(`${installer.fate.name} was called there at a time when it was not`);
    },
  });
  for (const death of world.clientDeaths) at(stage.clock, death, () => serving.dies());
  await until(stage.clock, verdictAt);
  for (const installer of installers) wrong.push(...judge(managed, installer, serving.stateOf(installer)));
  wrong.push(...managed.end());
  const [first] = wrong;
  const reason = first ?? `the site knows what is true of all ${installers.length} programs`;
  return { lost: first !== undefined, reason, timeline: stage.timeline, trace: stage.trace };
}

/** What is not as it has to be, in words. */
function judge(
  managed: ManagedMachine,
  installer: Installed,
  state: DeploymentState | undefined,
): readonly string[] {
  const { fate, runs } = installer;
  const { right } = fate;
  const wrong: string[] = [];
  const there = isThere(managed, installer);
  if (right.state === 'succeeded' && !there) wrong.push(`${fate.name} is not there`);
  if (state !== right.state) {
    const truth = there ? 'is there' : 'is not there';
    wrong.push(`the site has ${fate.name} as ${state}; it ${truth}, and that is ${right.state}`);
  }
  if (runs > right.mostRuns) wrong.push(`${fate.name} ran ${runs} times`);
  return wrong;
}

export const exitCodes = scenarioOf<World>({
  name: 'exit-codes',
  title:
    'exit codes 0, 1603, 1618, 1641 and 3010, and an installer that does nothing: each is taken for what it is',
  drawWorld,
  profiles: [careless, holdfast].map((agent) => ({
    name: agent.name,
    summary: agent.summary,
    live: (world, random) => live(agent, world, random),
  })),
});
