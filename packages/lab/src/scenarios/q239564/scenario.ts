/** Scenario `q239564`: client components are reinstalled during the periodic verification. */
import { rootLayout } from '@holdfast/msi';
import type { Volume } from '../../disk/volume.ts';
import { makeFolders } from '../../machine/machine.ts';
import { type SimulatedWindows, simulatedWindows } from '../../windows/machine.ts';
import type { Random } from '../../world/random.ts';
import { inVirtualTime } from '../../world/run.ts';
import { newTrace, noTrace } from '../../world/trace.ts';
import { at, until } from '../field/managed-machine.ts';
import { installOffline, usualBoot } from '../field/packages.ts';
import { type Life, scenarioOf } from '../field/scenario-of.ts';
import { hour } from '../field/times.ts';
import { differencesIn } from '../field/verified.ts';
import { holdfast } from './holdfast.ts';
import {
  clientFolder,
  clientPackage,
  features,
  fileOf,
  inventories,
  packageFolder,
  packageName,
} from './packages.ts';
import { type Client, lastDue, type Scene, schedule } from './scene.ts';
import { sms2 } from './sms2.ts';
import { beginsAt, drawWorld, verdictAt, type World } from './world.ts';

/** An inventory may be so late, and no inventory may be taken at any other time. */
const tolerance = hour;

let past: Promise<Volume> | undefined;

/** A Windows 2000 with the client; all lives go on with forks of its disk. */
async function makePast(): Promise<Volume> {
  const windows = await simulatedWindows('past', { trace: noTrace });
  await installOffline(windows, packageFolder, packageName, await clientPackage());
  return windows.machine.volume;
}

/** The file of each component as the disk has it: one that is laid down anew is another one, were it byte for byte the same. */
function filesOf({ machine }: SimulatedWindows): readonly unknown[] {
  const folder = clientFolder.replace(/^C:/, `/root/${rootLayout.driveC}`).replaceAll('\\', '/');
  const { entries } = makeFolders(machine.volume, folder);
  return features.map((feature) => entries.get(fileOf(feature)));
}

async function live(client: Client, world: World, random: Random): Promise<Life> {
  past ??= makePast();
  const windows = await simulatedWindows(random.word(), {
    trace: newTrace(),
    disk: { volume: (await past).fork(), system: '2000' },
  });
  const { clock, timeline, trace } = windows;
  const problems: string[] = [];
  await until(clock, beginsAt);
  const running = await inVirtualTime(clock, () => windows.boot(usualBoot, {}));
  const scene: Scene = {
    windows,
    running,
    packageBytes: await clientPackage(),
    world,
    taken(inventory) {
      const due = lastDue(world, clock.elapsed());
      const right = due !== undefined && clock.elapsed() - due <= tolerance;
      timeline.tell('client', `${inventory} is taken${right ? '' : ', regardless of its schedule'}`);
      if (!right) problems.unshift(`${inventory} was taken regardless of its schedule`);
    },
  };
  for (const inventory of inventories) {
    await client.keepTaken(scene, inventory, lastDue(world, clock.elapsed()) ?? beginsAt);
  }
  schedule(client, scene);
  const before = filesOf(windows);
  const { damaged } = world;
  if (damaged !== null) {
    at(clock, world.verifyAt - hour, () => {
      timeline.tell('boot', `${fileOf(damaged)} is deleted`);
      void running.host.files.remove(`${clientFolder}\\${fileOf(damaged)}`);
    });
  }
  at(clock, world.verifyAt, () => void client.verify(scene));
  await until(clock, verdictAt);
  const after = filesOf(windows);
  for (const [index, feature] of features.entries()) {
    const again = feature !== damaged && after[index] !== before[index];
    if (again) problems.push(`${feature} was reinstalled, and was whole`);
  }
  const missing = (await differencesIn(running.host, scene.packageBytes)).filter(
    ({ kind }) => kind === 'file-missing',
  );
  problems.push(...missing.map(({ path }) => `${path} is missing`));
  trace.add(windows.callCount());
  const [first] = problems;
  const reason = first ?? 'every component is whole, and every inventory came at its time';
  return { lost: first !== undefined, reason, timeline, trace };
}

export const q239564 = scenarioOf<World>({
  name: 'q239564',
  title:
    'all client components are reinstalled during the periodic verification, and inventories are taken at once',
  drawWorld,
  profiles: [sms2, holdfast].map((client) => ({
    name: client.name,
    summary: client.summary,
    live: (world, random) => live(client, world, random),
  })),
});
