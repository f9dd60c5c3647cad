/** Scenario `q246040`: all clients of a branch are thirty days old on the same day. */
import { simulatedNetwork } from '../../site/network.ts';
import { simulatedSite } from '../../site/site.ts';
import type { Random } from '../../world/random.ts';
import { newStage, until } from '../field/managed-machine.ts';
import { type Life, scenarioOf } from '../field/scenario-of.ts';
import { minute } from '../field/times.ts';
import { agentFiles, type Branch, newWorkplace, type Workplace } from './branch.ts';
import { holdfast } from './holdfast.ts';
import type { Keeper } from './keeper.ts';
import { bearableMs, newLine } from './line.ts';
import { sms2, sms2CliverifyOff } from './sms2.ts';
import { drawWorld, verdictAt, type World } from './world.ts';

async function live({ serve }: Keeper, world: World, random: Random): Promise<Life> {
  const stage = newStage();
  const { clock, timeline } = stage;
  const site = simulatedSite(random.stream('site'), clock.now, 3600);
  const network = simulatedNetwork(clock);
  const files = agentFiles(random.stream('files'), world);
  const workplaces: Workplace[] = [];
  for (const fate of world.clients) {
    workplaces.push(await newWorkplace(random.stream(fate.name), fate, { stage, site, network, files }));
  }
  const branch: Branch = { stage, site, files, workplaces, line: newLine(stage, world.kilobits) };
  const size = files.reduce((sum, { bytes }) => sum + bytes.length, 0) / 1000;
  const line = `a line of ${world.kilobits} kbit/s`;
  timeline.tell('site', `${workplaces.length} clients with ${size} MB of agents each, behind ${line}`);
  serve(branch, random);
  await until(clock, verdictAt);
  const megabytes = (branch.line.bytes() / 1_000_000).toFixed(1);
  timeline.tell('network', `${megabytes} MB went over the line`);
  const [first] = judge(branch);
  const reason = first ?? 'all agents are whole, and the branch could work all day';
  for (const { managed } of workplaces) managed.end();
  return { lost: first !== undefined, reason, timeline, trace: stage.trace };
}

function judge({ line, workplaces, site }: Branch): readonly string[] {
  const problems: string[] = [...site.violations];
  const longest = line.longestMs();
  if (longest > bearableMs) problems.push(`the line was full for ${Math.round(longest / minute)} minutes`);
  for (const { fate, isWhole } of workplaces) {
    if (!isWhole()) problems.push(`${fate.name} has a damaged agent`);
  }
  return problems;
}

export const q246040 = scenarioOf<World>({
  name: 'q246040',
  title: 'the client verify cycle: all clients copy all their agents on the same day',
  drawWorld,
  profiles: [sms2, sms2CliverifyOff, holdfast].map((keeper) => ({
    name: keeper.name,
    summary: keeper.summary,
    live: (world, random) => live(keeper, world, random),
  })),
});
