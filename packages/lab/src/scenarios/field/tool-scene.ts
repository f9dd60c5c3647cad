/** What stories about one program on one machine begin with: its old version is there, and the new one is deployed. */
import type { GateDefinition } from '@holdfast/contract';
import type { Clock, Exit, Running } from '@holdfast/ports';
import type { Random } from '../../world/random.ts';
import { type ManagedMachine, type ManagedOptions, managedMachine, newStage } from './managed-machine.ts';
import { openSiteLane, type SiteLane } from './site-lane.ts';
import {
  putFiles,
  type SetUp,
  setUp,
  setUpProgram,
  toolAssignment,
  toolFolder,
  twoVersions,
  type Versions,
  versionThere,
} from './two-versions.ts';

/** Seconds between check-ins: what happens meanwhile is told as it happens. */
const pollSeconds = 3600;

const rivalContent = 'C:\\Rival\\Tool';

export type ToolScene = {
  readonly managed: ManagedMachine;
  readonly lane: SiteLane;
  readonly versions: Versions;
};

/** Who manages the machine: begun once, before the first start's services. */
export type Manager = (scene: ToolScene) => void;

export const holdfastManager: Manager = ({ managed }) => managed.startClient();

type SceneOptions = Partial<Pick<ManagedOptions, 'atBoot' | 'installation' | 'protection'>> & {
  readonly set: SetUp;
  /** Of its program, besides those that every program has. */
  readonly gates?: readonly GateDefinition[];
};

export function toolScene(random: Random, { set, gates, ...options }: SceneOptions): ToolScene {
  const managed = managedMachine(random, newStage(), { pollSeconds, ...options });
  const { machine, site, stage } = managed;
  const versions = twoVersions(random.stream('versions'));
  putFiles(machine, toolFolder, versions.old);
  putFiles(machine, rivalContent, versions.new);
  machine.programs.programs.set(setUpProgram, setUp(set));
  site.deploy(toolAssignment(random.stream('deployment'), site, versions, gates));
  stage.timeline.tell('client', 'Tool 1.0 is there, Tool 2.0 is deployed');
  return { managed, lane: openSiteLane(managed), versions };
}

/** Rivals start the set-up from content of their own. */
export async function startSetUp({
  managed: { machine, stage },
}: ToolScene): Promise<{ readonly running: Running; readonly clock: Clock }> {
  const { processes, clock } = machine.ports('rival');
  stage.timeline.tell('client', 'the set-up of Tool 2.0 is started');
  const command = { program: setUpProgram, arguments: '/quiet', folder: rivalContent };
  return { running: await processes.start(command), clock };
}

/** What rivals have in common: an exit code is believed. */
export function reportExit({ managed: { stage }, lane }: ToolScene, { code }: Exit): void {
  stage.timeline.tell('client', `the set-up ended with exit code ${code}`);
  lane.report(code === 0 ? 'succeeded' : 'failed', `Tool 2.0: exit code ${code}`);
}

export async function runSetUp(scene: ToolScene): Promise<void> {
  const { running } = await startSetUp(scene);
  reportExit(scene, await running.exit);
}

/** What is on the disk in the end, in words; undefined where the new version is whole. */
export function notThere({ managed: { machine }, versions }: ToolScene): string | undefined {
  const found = versionThere(machine, versions);
  if (found === 'new') return undefined;
  if (found === 'old') return 'Tool is still 1.0';
  return found === 'none' ? 'nothing is left of Tool' : 'the files of Tool are of no one version';
}
