/**
 * One machine's life: Debian 11 with a driver from outside Debian, the upgrade that replaces the system and removes that
 * driver, a first start of Debian 12 on which the package manager is at work, a second start, and a look at it 24 hours
 * after the first.
 */
import { readContent } from '../../disk/content.ts';
import { managedRoot } from '../../flows/client-service.ts';
import { isInstalled } from '../../linux/control.ts';
import { readPackages } from '../../linux/database.ts';
import { driverPackage } from '../../linux/deployment.ts';
import { type FrontEndStep, frontEnd } from '../../linux/front-end.ts';
import type { DebianMachine } from '../../linux/machine.ts';
import { makeFolders } from '../../machine/machine.ts';
import type { Random } from '../../world/random.ts';
import { inVirtualTime } from '../../world/run.ts';
import { at, newStage, type Stage, until } from '../field/managed-machine.ts';
import type { Life } from '../field/scenario-of.ts';
import { hour, second } from '../field/times.ts';
import { archivesOf, driverVersions, installedDebian } from './system.ts';
import type { World } from './world.ts';

/** From the first start on Debian 12 on; then a machine without its driver is lost. */
const verdictAfterMs = 24 * hour;

/** Until a machine that lost its power has it again. */
const darkMs = 90 * second;

export type Scene = {
  readonly machine: DebianMachine;
  readonly stage: Stage;
  readonly world: World;
  /** The automatic upgrades come once a day: what was cut off is done again after the next start. */
  readonly automatic: { done: boolean };
};

/** Who looks after the driver. */
export type Keeper = {
  /** The machine has started, its services with it. */
  started(): void;
  /** The machine goes down: nothing of it goes on. */
  stopped(): void;
  /** Debian 11 is as it should be, and may be upgraded. */
  ready(): boolean;
  /** What must not have happened. */
  problems(): readonly string[];
};

export async function live(
  world: World,
  random: Random,
  keeperOf: (scene: Scene, random: Random) => Keeper,
): Promise<Life> {
  const stage = newStage();
  const { clock, timeline, trace } = stage;
  const machine = await installedDebian(random.stream('machine'), stage);
  const scene: Scene = { machine, stage, world, automatic: { done: false } };
  const keeper = keeperOf(scene, random);
  const { lock, programs } = machine;
  programs.programs.set(
    'apt-full-upgrade',
    frontEnd(lock, 'apt', () => upgradeSteps(world)),
  );
  programs.programs.set(
    'unattended-upgrade',
    frontEnd(lock, 'unattended-upgrade', () => automaticSteps(world)),
  );
  keeper.started();
  await clock.run(() => keeper.ready(), verdictAfterMs);
  timeline.tell('client', 'Debian 11 has its driver');
  await upgrade(scene);
  restart(scene, keeper, 'the machine restarts into Debian 12');
  const began = clock.elapsed();
  if (world.powerCutAfterMs !== null) {
    await until(clock, began + world.powerCutAfterMs);
    powerCut(scene, keeper);
  }
  await until(clock, began + world.restartAfterMs);
  restart(scene, keeper, 'somebody restarts the machine');
  await until(clock, began + verdictAfterMs);
  const missing = await driverProblem(machine);
  keeper.stopped();
  machine.kill();
  trace.add(machine.callCount());
  const [problem = missing] = keeper.problems();
  const reason = problem ?? 'the driver for Debian 12 is installed and verified';
  return { lost: problem !== undefined, reason, timeline, trace };
}

/** apt goes through the packages; the driver is none of Debian's, and stands in the way of the new system. */
function upgradeSteps({ upgradeStepMs: afterMs }: World): readonly FrontEndStep[] {
  const words = (...line: string[]) => [`--root=${managedRoot}`, ...line];
  return [
    { afterMs, words: words('-r', 'rc-driver') },
    ...archivesOf('12').map((archive) => ({ afterMs, words: words('-i', archive) })),
  ];
}

/** What is new since the release, package by package. */
function automaticSteps({ automaticStepMs: afterMs }: World): readonly FrontEndStep[] {
  const updates = archivesOf('updates').map((archive) => ({
    afterMs,
    words: [`--root=${managedRoot}`, '-i', archive],
  }));
  return [...updates, { afterMs, words: [] }];
}

async function upgrade({ machine, stage: { clock, timeline } }: Scene): Promise<void> {
  timeline.tell('services', 'apt full-upgrade begins: Debian 11 is replaced, rc-driver is removed');
  await inVirtualTime(clock, async () => {
    // A client may be mending something at this moment: apt waits for the lock, as a person would try again.
    for (;;) {
      if ((await run(machine, 'apt-full-upgrade')) === 0) return;
      await machine.ports('person').clock.sleep(30 * second);
    }
  });
  timeline.tell('services', 'apt full-upgrade has ended');
  machine.becomes('12');
}

async function run(machine: DebianMachine, program: string): Promise<number | null> {
  const { processes } = machine.ports('systemd');
  const { exit } = await processes.start({ program, arguments: [], folder: managedRoot });
  return (await exit).code;
}

function restart(scene: Scene, keeper: Keeper, why: string): void {
  scene.stage.timeline.tell('boot', why);
  keeper.stopped();
  scene.machine.powerCut({ names: 'kept', contents: 'kept' });
  start(scene, keeper);
}

function powerCut(scene: Scene, keeper: Keeper): void {
  const { machine, stage } = scene;
  const busy = machine.lock.holder() === undefined ? '' : ' while dpkg is at work';
  stage.timeline.tell('power', `the power goes${busy}`);
  keeper.stopped();
  machine.powerCut({ names: 'random', contents: 'random' });
  at(stage.clock, stage.clock.elapsed() + darkMs, () => start(scene, keeper));
}

/** Services start once the kernel has; the automatic upgrades when their time has come. */
function start(scene: Scene, keeper: Keeper): void {
  const { machine, stage, world } = scene;
  const { kernelMs, settledMs, automaticAfterMs } = world;
  const boot = machine.boot.id();
  const inThisBoot = (ms: number, act: () => void) =>
    at(stage.clock, stage.clock.elapsed() + ms, () => {
      if (machine.boot.id() === boot) act();
    });
  machine.starting(kernelMs + settledMs);
  inThisBoot(kernelMs, () => {
    stage.timeline.tell('boot', 'Debian 12 has started its services');
    keeper.started();
  });
  if (scene.automatic.done) return;
  inThisBoot(kernelMs + automaticAfterMs, () => void automaticUpgrades(scene));
}

async function automaticUpgrades({ machine, stage: { timeline }, automatic }: Scene): Promise<void> {
  timeline.tell('services', 'automatic upgrades begin');
  automatic.done = (await run(machine, 'unattended-upgrade')) === 0;
  timeline.tell('services', automatic.done ? 'automatic upgrades have ended' : 'automatic upgrades failed');
}

/** Looked at from outside: dpkg's word, and the file itself; undefined where all is well. */
async function driverProblem(machine: DebianMachine): Promise<string | undefined> {
  const packages = await inVirtualTime(machine.clock, () =>
    readPackages(machine.ports('verdict').disk, managedRoot),
  );
  const record = packages?.get('rc-driver');
  const version = record?.fields.get('Version');
  if (!record || !isInstalled(record)) return `rc-driver is ${record?.status.state ?? 'not-installed'}`;
  if (version !== driverVersions['12']) return `rc-driver is still ${version}, which is for Debian 11`;
  const file = makeFolders(machine.volume, `${managedRoot}/usr/sbin`).entries.get('rc-driver');
  const bytes = file?.kind === 'file' && readContent(file.content, 0, file.content.length);
  const whole = bytes && driverPackage(driverVersions['12']).program.equals(bytes);
  return whole ? undefined : 'dpkg says that rc-driver is installed, and its program is not there';
}
