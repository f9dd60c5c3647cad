/** Scenario `q257224`: remote control is reinstalled during the periodic component verify. */
import type { Volume } from '../../disk/volume.ts';
import { type RunningWindows, simulatedWindows } from '../../windows/machine.ts';
import { systemFolder } from '../../windows/system.ts';
import type { Random } from '../../world/random.ts';
import { inVirtualTime } from '../../world/run.ts';
import { newTrace, noTrace } from '../../world/trace.ts';
import { at, until } from '../field/managed-machine.ts';
import { installOffline } from '../field/packages.ts';
import { type Life, scenarioOf } from '../field/scenario-of.ts';
import { clientPackages } from '../kb829810/packages.ts';
import { holdfast, holdfastUngated } from './holdfast.ts';
import { boot, type Client, expectCall, packageFolder, type Scene, whyNotWhole } from './scene.ts';
import { sms2 } from './sms2.ts';
import { beginsAt, type Call, drawWorld, verdictAt, type World } from './world.ts';

let past: Promise<Volume> | undefined;

/** A Windows 2000 with the SMS 2.0 client; all lives go on with forks of its disk. */
async function makePast(): Promise<Volume> {
  const { standard } = await clientPackages();
  const windows = await simulatedWindows('past', { trace: noTrace });
  await installOffline(windows, packageFolder, standard.fileName, standard.bytes);
  return windows.machine.volume;
}

async function live(client: Client, world: World, random: Random): Promise<Life> {
  past ??= makePast();
  const { standard } = await clientPackages();
  const windows = await simulatedWindows(random.word(), {
    trace: newTrace(),
    disk: { volume: (await past).fork(), system: '2000' },
  });
  const { clock, timeline, trace } = windows;
  await until(clock, beginsAt);
  let running: RunningWindows = await boot(windows);
  const calls = new Set<Call>();
  const scene: Scene = {
    windows,
    packageBytes: standard.bytes,
    running: () => running,
    sessions: {
      remote: async () => [...calls].map(() => ({ kind: 'remote-control', user: 'a technician' })),
    },
    complaints: [],
  };
  for (const call of world.calls) expectCall(scene, call, calls);
  const { damage } = world;
  if (damage !== null) {
    await until(clock, damage.at);
    timeline.tell('boot', `${damage.file} is deleted`);
    await running.host.files.remove(`${systemFolder}\\${damage.file}`);
  }
  at(clock, world.verifyAt, () => void client.verify(scene));
  await until(clock, world.restartAt);
  timeline.tell('power', 'somebody restarts the computer');
  running = await boot(windows);
  await inVirtualTime(clock, () => client.started(scene));
  await until(clock, verdictAt);
  const why = await whyNotWhole(scene);
  const [first] = [...scene.complaints, ...(why === undefined ? [] : [why])];
  const reason = first ?? 'remote control answered whenever it was wanted';
  trace.add(windows.callCount());
  // Its workaround was tried in this life already: the restart.
  const cured = first === undefined ? {} : { cured: why === undefined };
  return { lost: first !== undefined, reason, ...cured, timeline, trace };
}

export const q257224 = scenarioOf<World>({
  name: 'q257224',
  title:
    'remote control is reinstalled during the periodic component verify, and cannot be reached until a restart',
  drawWorld,
  profiles: [sms2, holdfast, holdfastUngated].map((client) => ({
    name: client.name,
    summary: client.summary,
    live: (world, random) => live(client, world, random),
  })),
});
