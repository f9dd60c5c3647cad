/** The launcher of an explored client: as the real one it chooses a version, counts its start on trial, and has a guard beside it. */
import {
  endedInOrder,
  goBack,
  guardTrial,
  nextStart,
  type Start,
  type Trial,
  type Watched,
  witness,
} from '@holdfast/client/versions';
import { isHoldfastError } from '@holdfast/contract';
import { withOpen } from '@holdfast/engine';
import type { Folder } from '@holdfast/ports';
import { sightOf } from '../../flows/client-versions/behaviours.ts';
import { currentOn, floorProblems, trialOn } from '../../flows/client-versions/disk.ts';
import { stateFolder, type World } from '../world.ts';
import { coreDamage, type Installed, type ServiceProcess, seedName } from './installed.ts';
import { behaviourOf, countTrial } from './versions.ts';

/** Starts that a version on trial may have which do not end in good order. */
const mostStarts = 3;

/** Resolves when what was started has ended in good order. @param become runs a version, by the name of its folder */
export async function launch(
  world: World,
  installed: Installed,
  process: ServiceProcess,
  become: (name: string) => Promise<void>,
): Promise<void> {
  const { timeline, machine } = world;
  const isTried = trialOn(machine.volume) !== undefined;
  const named = isTried ? await tryVersion(world, installed, process, become) : currentOn(machine.volume);
  if (named === undefined) return;
  const damage = named === seedName ? undefined : coreDamage(world, installed, named);
  const name = damage === undefined ? named : seedName;
  if (damage !== undefined) timeline.tell('services', `version ${named} cannot be started: ${damage}`);
  checkStart(world, installed, name);
  await become(name);
}

/** Undefined once a version on trial has run and ended; else the folder of the one that is started instead. */
async function tryVersion(
  world: World,
  installed: Installed,
  process: ServiceProcess,
  become: (name: string) => Promise<void>,
): Promise<string | undefined> {
  const { machine, timeline } = world;
  const ports = machine.ports('launcher');
  const withState = <Result>(use: (state: Folder) => Promise<Result>) =>
    withOpen(ports.disk.open(stateFolder), use);
  const { now } = ports.clock;
  let start: Start;
  try {
    start = await withState((state) =>
      nextStart(state, { now, damage: async (name) => coreDamage(world, installed, name) }),
    );
  } catch (thrown) {
    if (!isHoldfastError(thrown)) throw thrown;
    timeline.tell('services', `the trial of a version cannot go on: ${thrown.message}`);
    return seedName;
  }
  const { version, trial } = start;
  if (trial === null) return version;
  const tried = countTrial(installed.versions, trial);
  timeline.tell('services', `version ${version} is started on trial, start ${trial.starts}`);
  if (tried.starts > mostStarts) world.broken('I7', `version ${version} was started ${tried.starts} times`);
  checkFloor(world, version);
  if (behaviourOf(installed.versions, version).loads === false) {
    const end = { cause: 'cannot-load', reason: 'it was built wrongly', at: now() } as const;
    await withState((state) => goBack(state, trial, end));
    timeline.tell('services', `version ${version} could not be loaded`);
    return trial.previous;
  }
  const over = new AbortController();
  watchOver(world, installed, process, trial, over.signal);
  await become(version);
  over.abort();
  await withState((state) => endedInOrder(state, trial));
  tried.starts -= 1;
  return undefined;
}

/** The guard, as one more thread of the process. */
function watchOver(
  world: World,
  { versions }: Installed,
  process: ServiceProcess,
  { version }: Trial,
  signal: AbortSignal,
): void {
  const { machine, timeline, broken } = world;
  const ports = machine.ports('guard');
  const behaviour = behaviourOf(versions, version);
  const awakeMs = () => machine.clock.elapsed() - machine.power.sleptMs();
  const bornAt = awakeMs();
  const watched: Watched = {
    sight() {
      const until = process.hungAt ?? awakeMs();
      const alive = awakeMs() - bornAt;
      return { ...sightOf(behaviour, alive), beats: sightOf(behaviour, until - bornAt).beats };
    },
    site: () => witness(ports, stateFolder),
    end: async () => process.die(),
  };
  const log = (text: string) => timeline.tell('services', `the guard: ${text}`);
  guardTrial(ports, watched, { stateFolder, signal, log }).catch((thrown: unknown) => {
    timeline.tell('services', `the guard ends: ${String(thrown)}`);
    if (!isHoldfastError(thrown)) broken('I2', `the guard ended without a code: ${String(thrown)}`);
  });
}

/** What is started without a trial is the seed, or has passed one. */
function checkStart(world: World, { versions }: Installed, name: string): void {
  checkFloor(world, name);
  if (name === seedName) return;
  const { orders, blessed } = versions.site;
  const passed = orders.some(({ upgradeId, version }) => version === name && blessed.has(upgradeId));
  if (!passed) world.broken('I11', `version ${name} is started without a trial, and never passed one`);
}

function checkFloor({ machine, broken }: World, name: string): void {
  if (name === seedName) return;
  for (const problem of floorProblems(machine.volume, name)) broken('I4', problem);
}
