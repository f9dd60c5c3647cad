/** Scenario `q283130`: the client's verify cycle comes while an advertisement runs. */
import { makeFolders } from '../../machine/machine.ts';
import type { Random } from '../../world/random.ts';
import { at, managedMachine, newStage, until } from '../field/managed-machine.ts';
import { type Life, scenarioOf } from '../field/scenario-of.ts';
import { hour } from '../field/times.ts';
import type { Agent } from './agent.ts';
import { holdfast } from './holdfast.ts';
import { sms2 } from './sms2.ts';
import { clientFile, clientFolder, putSoftware, type Software } from './software.ts';
import { beginsAt, drawWorld, verdictAt, type World } from './world.ts';

async function live({ serve }: Agent, world: World, random: Random): Promise<Life> {
  const stage = newStage();
  const { clock, timeline } = stage;
  const managed = managedMachine(random, stage, { pollSeconds: 1800 });
  const software = await putSoftware(managed, random.stream('software'), world);
  await until(clock, beginsAt);
  const known = serve({ managed, software, world, random });
  at(clock, world.advertisedAt, () => timeline.tell('site', 'Ledger is advertised'));
  if (world.damaged) {
    at(clock, world.verifyAt - hour / 2, () => {
      timeline.tell('boot', `${clientFile} of the client is deleted`);
      const { volume } = managed.machine;
      volume.remove({ folder: makeFolders(volume, clientFolder), name: clientFile });
    });
  }
  await until(clock, verdictAt);
  const problems = [...judge(software, known()), ...software.mishaps, ...managed.end()];
  const [first] = problems;
  const reason = first ?? 'the new version is whole, and the site knows';
  return { lost: first !== undefined, reason, timeline, trace: stage.trace };
}

function judge(software: Software, known: ReturnType<ReturnType<Agent['serve']>>): readonly string[] {
  const version = software.version();
  const problems: string[] = [];
  if (version === undefined) problems.push(`Ledger is neither old nor new, and the site has it as ${known}`);
  else if (version === 'old') problems.push('Ledger is still the old one');
  else if (known !== 'succeeded') problems.push('Ledger is the new one, and the site does not know');
  if (!software.isClientWhole()) problems.push(`${clientFile} of the client is missing`);
  return problems;
}

export const q283130 = scenarioOf<World>({
  name: 'q283130',
  title: 'CCIM verify cycle can interrupt software distributions',
  drawWorld,
  profiles: [sms2, holdfast].map((agent) => ({
    name: agent.name,
    summary: agent.summary,
    live: (world, random) => live(agent, world, random),
  })),
});
