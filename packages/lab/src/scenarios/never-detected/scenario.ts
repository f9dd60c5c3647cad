/**
 * Scenario `never-detected`: a program ends well, and its detection rule does not see it. One retry, then held, told
 * once, and let go when the rule is corrected. From the field: install loops of munki#17 and #1376, and of several recipe
 * repositories of autopkg; upgrades offered for ever in winget-cli#2983, #1075, #2976 and #752.
 */
import type { Random } from '../../world/random.ts';
import { at, managedMachine, newStage, until } from '../field/managed-machine.ts';
import { type Life, scenarioOf } from '../field/scenario-of.ts';
import type { Agent, Scene } from './agent.ts';
import { careless } from './careless.ts';
import { holdfast } from './holdfast.ts';
import { type Program, putProgram } from './program.ts';
import { drawWorld, verdictAt, type World } from './world.ts';

/** The first run, and one retry. */
const mostRuns = 2;

async function live({ serve }: Agent, world: World, random: Random): Promise<Life> {
  const stage = newStage();
  const managed = managedMachine(random, stage, { pollSeconds: 3600 });
  const program = putProgram(managed, random.stream('product'), world);
  const { clock, timeline } = stage;
  /** Runs that were cut off, or whose end nobody saw: each is one that may be repeated. */
  let cut = 0;
  const cutting = (act: () => void) => () => {
    if (program.underWay()) cut += 1;
    act();
  };
  at(clock, world.deployedAt, () =>
    timeline.tell('site', `Tool is deployed; its rule is ${told[world.rule]}`),
  );
  if (world.correctedAt !== null) {
    at(clock, world.correctedAt, () => timeline.tell('site', 'the administrator corrects the rule'));
  }
  const scene: Scene = { managed, program, world, random };
  const serving = serve(scene);
  for (const restart of world.restarts) {
    const act = () => managed.restartMachine('somebody restarts the machine', world.downMs);
    at(clock, restart, cutting(act));
  }
  for (const death of world.clientDeaths) at(clock, death, cutting(serving.dies));
  await until(clock, verdictAt);
  const wrong = [...judge(program, world, cut), ...serving.wrong(), ...managed.end()];
  const [first] = wrong;
  const reason = first ?? `it ran ${times(program.runs.length)}, and the site has it as ${serving.state()}`;
  return { lost: first !== undefined, reason, timeline, trace: stage.trace };
}

const told: Readonly<Record<World['rule'], string>> = {
  right: 'right',
  wrong: 'wrong: it asks for another product',
  late: 'right, but its installer ends too early',
};

function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`;
}

/** What a person at the machine has to complain of. */
function judge({ runs }: Program, { correctedAt }: World, cut: number): readonly string[] {
  const wrong: string[] = [];
  if (runs.length > mostRuns + cut) wrong.push(`it ran ${runs.length} times, and nothing was gained by it`);
  if (correctedAt !== null && runs.some((began) => began > correctedAt)) {
    wrong.push('it ran again after its rule was corrected, although it was there');
  }
  return wrong;
}

export const neverDetected = scenarioOf<World>({
  name: 'never-detected',
  title: 'a program ends well and its detection rule does not see it: one retry, then held, never a loop',
  drawWorld,
  profiles: [careless, holdfast].map((agent) => ({
    name: agent.name,
    summary: agent.summary,
    live: (world, random) => live(agent, world, random),
  })),
});
