/** Components of a client are mended: files, starters, registry values, and the screen driver that is in use. */
import { type Installation, loadComponentWork } from '@holdfast/client';
import { createSerial } from '@holdfast/engine';
import type { CrashStory, Living, World } from '../../crash/story.ts';
import type { Volume } from '../../disk/volume.ts';
import { damageFiles, filesBelow, treeProblems } from '../../machine/lay.ts';
import { makeFolders, type SimulatedMachine } from '../../machine/machine.ts';
import { type Random, randomFrom } from '../../world/random.ts';
import { inVirtualTime } from '../../world/run.ts';
import { noTrace, type Trace } from '../../world/trace.ts';
import { newerSystem } from '../client-setup/release.ts';
import { setupPlaces, siteAddress } from '../client-setup/world.ts';
import { leftovers } from '../leftovers.ts';
import {
  fallenWith,
  type InstalledClient,
  type InstalledOutside,
  installedClient,
  starterNames,
  starterProblems,
  takeUp,
} from './world.ts';

const work = await loadComponentWork();

export type RepairOutside = InstalledOutside & {
  /** Texts of the registry values that the release has, in its order; null = missing. */
  readonly registry: readonly (string | null)[];
  /** Whether the system was upgraded to one that needs the other driver. */
  readonly upgraded: boolean;
  /** The repair has said that everything is whole. */
  readonly done: boolean;
};

/** Milliseconds of virtual time in which everything is mended on a calm network. */
const patienceMs = 60 * 60_000;

const component = 'screen';
const drivers = `${setupPlaces.state}/components/${component}`;

type Value = InstalledClient['release']['registry'][number];
const placeOf = ({ key, name }: Value) => ({ hive: 'HKLM', key, name, view: '64' }) as const;

/** The client of a seed, damaged in every way that the seed draws. */
export async function componentRepair(seed: number): Promise<CrashStory<RepairOutside>> {
  const client = await installedClient(`component repair ${seed}`, 'tar.gz');
  const { release } = client;
  const registry = release.registry.map(({ value }) => value);
  const sound = { ...client.begin.outside, registry, upgraded: false, done: false };
  const past = live(client, undefined, { disk: client.begin.disk, outside: sound }, noTrace);
  await past.done;
  const begin = damaged(client, { disk: client.begin.disk, outside: past.outside() });
  return {
    begin,
    live: (world, start, trace) => live(client, start === 'again' ? begin : undefined, world, trace),
    fallen: fallenWith,
    key: ({ now: _now, clients: _clients, lives: _lives, upSince: _up, ...rest }) => JSON.stringify(rest),
    judge: async (left) => judge(client, left),
  };
}

/** @param begin the world before the flow, where this life comes back from a cut of it */
function live(
  client: InstalledClient,
  begin: World<RepairOutside> | undefined,
  world: World<RepairOutside>,
  trace: Trace,
): Living<RepairOutside> {
  const { outside } = world;
  const machine = client.machine(world, trace);
  if (outside.upgraded) machine.boot.upgrade(newerSystem);
  const { registry } = machine.software;
  for (const [index, value] of client.release.registry.entries()) {
    const text = outside.registry[index];
    if (typeof text === 'string') registry.set(placeOf(value), text);
  }
  const problems = begin ? [...tornFiles(client, begin.disk, world.disk)] : [];
  let { done } = outside;
  const mend = async () => {
    problems.push(...(await mendAll(client, machine)));
    done = true;
  };
  return {
    done: takeUp(machine, outside).then(() => inVirtualTime(machine.clock, mend, patienceMs)),
    outside: () => {
      const left = client.left(machine, outside);
      return {
        ...left,
        registry: client.release.registry.map((value) => registry.get(placeOf(value)) ?? null),
        upgraded: outside.upgraded,
        done,
        problems: [...left.problems, ...problems],
      };
    },
  };
}

/** As the client and its health evaluation do it: components, the kept package, the driver. Answers what went wrong. */
async function mendAll({ release }: InstalledClient, machine: SimulatedMachine): Promise<readonly string[]> {
  const ports = machine.ports('repair');
  const site = await work.packageSiteOf(ports, setupPlaces.state, siteAddress);
  const installation: Installation = {
    ports,
    place: { installFolder: setupPlaces.install, versionFolder: `${setupPlaces.install}/seed` },
    stateFolder: setupPlaces.state,
    releaseKey: release.releaseKey,
    version: release.version,
    exclusive: createSerial(),
    ...(site ? { site } : {}),
  };
  const { unrestored } = await work.repairComponents(installation);
  const problems = unrestored.map(({ what, reason }) => `${what} was not restored: ${reason}`);
  if ((await work.lookAtKeptPackage(installation)).trouble !== undefined) {
    await work.fetchKeptPackage(installation, undefined);
  }
  const selfTest = async (folder: string) => {
    const found = treeProblems(filesBelow(machine.volume, folder), driverFiles(release, folder));
    problems.push(...found.map((problem) => `a driver was tested of which ${problem}`));
    return { passed: true, text: 'one picture' };
  };
  for (;;) {
    const report = await work.settleDriver(installation, { component, gates: [], selfTest });
    if (report.work.state === 'done') return problems;
    await ports.clock.sleep(Math.max((report.work.wakeAt ?? 0) - ports.clock.now(), 1_000));
  }
}

/** What a folder of a driver (`.../1.0.0-older`) has to hold. */
function driverFiles({ files }: InstalledClient['release'], folder: string): ReadonlyMap<string, Uint8Array> {
  const variant = /-(\w+)$/.exec(folder)?.[1] ?? '';
  const content = files.get(`seed/${component}/${variant}/screen.mjs`);
  return new Map(content ? [['screen.mjs', content]] : []);
}

/** Files of the client that are neither what they were nor what they should be. */
function tornFiles({ release }: InstalledClient, before: Volume, now: Volume): readonly string[] {
  const [had, has] = [before, now].map((disk) => filesBelow(disk.fork(), setupPlaces.install));
  const isAs = (one: Buffer | undefined, other: Uint8Array | undefined) =>
    one === undefined || other === undefined ? one === other : one.equals(other);
  return [...release.files]
    .filter(([path, whole]) => !isAs(has?.get(path), whole) && !isAs(has?.get(path), had?.get(path)))
    .map(([path]) => `${path} is neither what it was nor what it should be`);
}

/** Somebody damages what the client is made of. At least one thing of each kind, but the package, which every third loses. */
function damaged(client: InstalledClient, { disk, outside }: World<RepairOutside>): World<RepairOutside> {
  const random = client.random.stream('damage');
  const some = <Thing>(things: readonly Thing[]): readonly Thing[] => {
    const one = random.pick(things);
    return things.filter((thing) => thing === one || random.chance(1, 4));
  };
  const below = (folder: string, paths: Iterable<string>) => [...paths].map((path) => `${folder}/${path}`);
  damageFiles(disk, some(below(setupPlaces.install, client.release.files.keys())), random);
  const upgraded = random.chance(1, 2);
  if (random.chance(2, 3)) damageFiles(disk, below(drivers, filesBelow(disk, drivers).keys()), random);
  if (random.chance(1, 3)) {
    const kept = `${setupPlaces.state}/package`;
    damageFiles(disk, some(below(kept, filesBelow(disk, kept).keys())), random);
  }
  const broken = some(starterNames);
  const starters = Object.fromEntries(
    starterNames.map((name) => [name, broken.includes(name) ? spoilt(random) : outside.starters[name]]),
  );
  const values = some([...outside.registry.keys()]);
  const registry = outside.registry.map((text, index) =>
    values.includes(index) ? random.pick([null, 'something else'] as const) : text,
  );
  return {
    disk,
    outside: { ...outside, starters: { ...outside.starters, ...starters }, registry, upgraded, done: false },
  };
}

function spoilt(random: Random) {
  const whole = { present: true, asDefined: true, enabled: true, active: true, deaf: false };
  const how = random.pick(['present', 'asDefined', 'enabled'] as const);
  return { ...whole, [how]: false, active: how === 'enabled' };
}

/** After one more power cut, which takes all that is not durable: everything is as released, and nothing of the work is left. */
function judge({ release }: InstalledClient, { disk, outside }: World<RepairOutside>): readonly string[] {
  disk.powerCut({ names: 'lost', contents: 'lost' }, randomFrom(0));
  const { state, install } = setupPlaces;
  const problems = [...outside.problems, ...starterProblems(outside)];
  if (!outside.done) problems.push('it never said that everything is whole');
  problems.push(...treeProblems(filesBelow(disk, install), release.files));
  for (const [index, { name, value }] of release.registry.entries()) {
    if (outside.registry[index] !== value) problems.push(`the registry value ${name} is not as released`);
  }
  const kept = filesBelow(disk, `${state}/package`).get(release.package.name);
  if (!kept?.equals(release.bytes)) problems.push('the kept package is not whole');
  const driver = `${release.version}-${outside.upgraded ? 'newer' : 'older'}`;
  const laidOut = new Map(
    [...driverFiles(release, driver)].map(([path, bytes]) => [`${driver}/${path}`, bytes]),
  );
  problems.push(...treeProblems(filesBelow(disk, drivers), laidOut).map((one) => `driver: ${one}`));
  const journals = ['components.journal', 'drivers.journal', 'drivers-work.journal'];
  const others = [...makeFolders(disk, `${state}/components`).entries.keys()].filter(
    (name) => name !== component && !journals.includes(name),
  );
  problems.push(...others.map((name) => `${name} is left of the repair`));
  return [...problems, ...leftovers(makeFolders(disk, state), state)];
}
