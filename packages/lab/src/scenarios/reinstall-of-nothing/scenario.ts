/**
 * Scenario `reinstall-of-nothing`: a new version is sent with REINSTALL=ALL. Where its package has a new product code,
 * msiexec answers 0 and changes nothing. From the field: cimian#110, where that was success for two weeks.
 */

import type { Volume } from '../../disk/volume.ts';
import { putFile } from '../../windows/files.ts';
import { simulatedWindows } from '../../windows/machine.ts';
import type { Random } from '../../world/random.ts';
import { inVirtualTime } from '../../world/run.ts';
import { newTrace, noTrace } from '../../world/trace.ts';
import { until } from '../field/managed-machine.ts';
import { installOffline, usualBoot } from '../field/packages.ts';
import { type Life, scenarioOf } from '../field/scenario-of.ts';
import { careless } from './careless.ts';
import { holdfast, holdfastUnforeseen } from './holdfast.ts';
import { fileName, type Package, packagesOf } from './packages.ts';
import { contentFolder, isThere, type Scene, type Server } from './scene.ts';
import { drawWorld, verdictAt, type World } from './world.ts';

/** More runs than the first and one retry are a loop. */
const mostRuns = 2;

const pasts = new Map<World['installed'], Promise<Volume>>();

async function makePast(installed: World['installed'], old: Package): Promise<Volume> {
  const windows = await simulatedWindows(`past with ${installed}`, { trace: noTrace });
  if (installed === 'older') await installOffline(windows, 'C:\\', fileName, old.bytes);
  return windows.machine.volume;
}

/** The disk of a machine as it was before; all lives go on with forks of it. */
async function pastOf({ installed }: World, old: Package): Promise<Volume> {
  const past = pasts.get(installed) ?? makePast(installed, old);
  pasts.set(installed, past);
  return (await past).fork();
}

async function live({ serve }: Server, world: World, random: Random): Promise<Life> {
  const { old, sent } = await packagesOf(world);
  const volume = await pastOf(world, old);
  const windows = await simulatedWindows(random.word(), {
    trace: newTrace(),
    disk: { volume, system: '2000' },
  });
  const { clock, timeline, trace } = windows;
  const running = await inVirtualTime(clock, () => windows.boot(usualBoot, {}));
  await until(clock, world.sentAt);
  await putFile(running.host.files, `${contentFolder}\\${fileName}`, sent.bytes);
  const before = world.installed === 'older' ? `Ledger ${old.version} is there` : 'there is no Ledger';
  const code = sent.productCode === old.productCode ? 'the same product code' : 'a new product code';
  timeline.tell('site', `${before}; Ledger ${sent.version} is sent, with ${code}`);
  let runs = 0;
  let takenAway = false;
  const { host } = running;
  const scene: Scene = {
    windows,
    running,
    timeline,
    world,
    sent,
    async ran() {
      runs += 1;
      if (world.installed === 'none' || (await isThere(host, sent)) || (await isThere(host, old))) return;
      takenAway = true;
      timeline.tell('boot', 'there is no Ledger any more');
    },
  };
  await inVirtualTime(clock, () => serve(scene), verdictAt);
  await until(clock, verdictAt);
  const [first] = [
    ...(takenAway ? [`Ledger ${old.version} was taken away, and ${sent.version} not brought`] : []),
    ...(runs > mostRuns ? [`the line ran ${runs} times and changed nothing`] : []),
    ...((await isThere(host, sent)) ? [] : [`Ledger ${sent.version} is not there`]),
  ];
  trace.add(windows.callCount());
  const reason = first ?? `Ledger ${sent.version} is there after ${runs === 1 ? 'one run' : 'two runs'}`;
  return { lost: first !== undefined, reason, timeline, trace };
}

export const reinstallOfNothing = scenarioOf<World>({
  name: 'reinstall-of-nothing',
  title: 'an MSI with a new product code and REINSTALL=ALL: exit code 0, and nothing has changed',
  drawWorld,
  profiles: [careless, holdfast, holdfastUnforeseen].map((server) => ({
    name: server.name,
    summary: server.summary,
    live: (world, random) => live(server, world, random),
  })),
});
