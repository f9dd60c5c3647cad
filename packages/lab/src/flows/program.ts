/** A program of a package: installed, repaired, removed by the client. */
import type { CrashStory } from '../crash/story.ts';
import type { Volume } from '../disk/volume.ts';
import { makeFolders } from '../machine/machine.ts';
import type { Program } from '../machine/processes.ts';
import type { SimulatedSite } from '../site/site.ts';
import type { Random } from '../world/random.ts';
import { managedRoot, stateFolder } from './client-service.ts';
import { clientStory } from './client-world.ts';
import { leftovers } from './leftovers.ts';
import { type ClientOutside, type Plot, type Scene, successes } from './plot.ts';
import { newTool, type Tool, toolFolder, toolInstaller, toolProblems } from './tool.ts';

const programs = new Map<string, Program>([
  ['install-tool', toolInstaller()],
  ['remove-tool', removeTool],
]);

/** Removes what is there, file by file, each for good before the next. */
async function removeTool({ words: [root = ''], disk, clock }: Parameters<Program>[0]): Promise<number> {
  await using managed = await disk.open(root);
  if ((await managed.entry(toolFolder)) === undefined) return 0;
  const tool = await managed.folder(toolFolder);
  for (const { name } of await tool.list()) {
    await tool.remove(name);
    await tool.sync();
    await clock.sleep(1_000);
  }
  await tool.close();
  await managed.removeFolder(toolFolder);
  await managed.sync();
  return 0;
}

function managed(disk: Volume) {
  return makeFolders(disk, managedRoot);
}

/** Somebody removes files of the tool, or writes into them; at least one. */
function damageTool(tool: Tool, disk: Volume, random: Random): void {
  const folder = makeFolders(disk, `${managedRoot}/${toolFolder}`);
  const names = [...tool.files.keys()];
  const first = random.pick(names);
  for (const name of names) {
    if (name !== first && random.chance(1, 2)) continue;
    const file = folder.entries.get(name);
    if (file?.kind !== 'file') continue;
    if (random.chance(1, 2)) disk.remove({ folder, name });
    else {
      disk.write(file, random.integer(600), random.bytes(1 + random.integer(600)));
      disk.syncFile(file);
    }
  }
  disk.syncFolder(folder);
}

/** What of the client's own files is left behind. */
function ownProblems(disk: Volume): readonly string[] {
  return leftovers(makeFolders(disk, stateFolder), stateFolder);
}

const idle = ({ client }: Scene): boolean => client !== undefined && client.status().outbox === 0;
const hasPolicy = (scene: Scene): boolean => idle(scene) && scene.client?.status().policySerial !== null;

/** Reached once the site knows of so many successes, and the client has nothing more to say. */
function succeeded(times: number): (scene: Scene) => boolean {
  return (scene) => idle(scene) && successes(scene.messages) >= times;
}

/** The tool of a seed: its sizes are drawn too. */
function toolOf(random: Random, site: SimulatedSite): Tool {
  const sizes = { 'tool.bin': 1 + random.integer(12_000), 'readme.txt': random.integer(2_000) };
  return newTool(random, site, sizes);
}

function installPlot(random: Random, site: SimulatedSite): Plot {
  const tool = toolOf(random, site);
  return {
    programs,
    before: () => undefined,
    isReady: hasPolicy,
    begin: (at) => at.deploy(tool.assignment),
    isReached: succeeded(1),
    problems: (disk) => [...toolProblems(tool, managed(disk)), ...ownProblems(disk)],
  };
}

function repairPlot(random: Random, site: SimulatedSite): Plot {
  const tool = toolOf(random, site);
  return {
    ...installPlot(random, site),
    before: (at) => at.deploy(tool.assignment),
    isReady: succeeded(1),
    begin: (_, disk) => damageTool(tool, disk, random),
    isReached: succeeded(2),
    problems: (disk) => [...toolProblems(tool, managed(disk)), ...ownProblems(disk)],
  };
}

function uninstallPlot(random: Random, site: SimulatedSite): Plot {
  const tool = toolOf(random, site);
  const { assignment } = tool;
  const program = { ...assignment.program, uninstall: 'remove-tool {root}' };
  return {
    ...installPlot(random, site),
    before: (at) => at.deploy({ ...assignment, program }),
    isReady: succeeded(1),
    begin: (at) => at.deploy({ ...assignment, program, intent: 'uninstall' }),
    isReached: succeeded(2),
    problems: (disk) => [
      // An empty folder may stay: detection, which knows only the files, finds that the tool is gone.
      ...[...makeFolders(disk, `${managedRoot}/${toolFolder}`).entries.keys()].map(
        (name) => `${name} is left`,
      ),
      ...ownProblems(disk),
    ],
  };
}

export const programInstall = (seed: number): Promise<CrashStory<ClientOutside>> =>
  clientStory(seed, installPlot);
export const programRepair = (seed: number): Promise<CrashStory<ClientOutside>> =>
  clientStory(seed, repairPlot);
export const programUninstall = (seed: number): Promise<CrashStory<ClientOutside>> =>
  clientStory(seed, uninstallPlot);
