/** A machine is set up, or a damaged client is mended, by a bootstrap that is cut off anywhere and started again by its hook. */
import { plainRequest, runSetup, type SetupRequest } from '@holdfast/client';
import { type SetupReport, setupExit, setupPhases } from '@holdfast/contract';
import { openPath, readWhole, splitPath, withOpen } from '@holdfast/engine';
import type { Folder } from '@holdfast/ports';
import type { CrashStory, Living, World } from '../../crash/story.ts';
import { newVolume, type Volume } from '../../disk/volume.ts';
import { makeFolders, nodeAt, simulatedMachine } from '../../machine/machine.ts';
import { simulatedNetwork } from '../../site/network.ts';
import { type SimulatedClient, simulatedSite } from '../../site/site.ts';
import { virtualClock, worldStart } from '../../world/clock.ts';
import { type Random, randomFrom } from '../../world/random.ts';
import { inVirtualTime } from '../../world/run.ts';
import { noTrace, type Trace } from '../../world/trace.ts';
import { siteHost } from '../client-service.ts';
import { leftovers } from '../leftovers.ts';
import { type SimulatedRelease, simulatedRelease } from './release.ts';
import { setupHost, setupPlaces, setupSite, siteAddress } from './world.ts';

/** What of this world is not on the machine's disk. */
export type SetupOutside = {
  readonly now: number;
  readonly boots: number;
  readonly lives: number;
  readonly clients: readonly SimulatedClient[];
  readonly reports: readonly SetupReport[];
  /** The bootstrap has said that it is done: then nothing of it may be lost any more. */
  readonly done: boolean;
  readonly problems: readonly string[];
};

/** Milliseconds of virtual time in which a set-up comes to its end on a calm network. */
const patienceMs = 60 * 60_000;

export type SetupStoryKind = 'install' | 'repair';

/** The story of a seed. In a repair some files of an installed client were damaged, in every way that the seed draws. */
export async function clientSetupStory(
  kind: SetupStoryKind,
  seed: number,
): Promise<CrashStory<SetupOutside>> {
  const random = randomFrom(`client ${kind} ${seed}`);
  const hands = { now: () => worldStart };
  const client = simulatedSite(random.stream('site'), () => hands.now());
  const release = simulatedRelease(random.stream('release'));
  const site = setupSite(client, release);
  const request: SetupRequest = { ...plainRequest, managementPoints: [siteAddress], token: client.token };

  function live(world: World<SetupOutside>, _start: 'first' | 'again', trace: Trace): Living<SetupOutside> {
    const { outside } = world;
    const clock = virtualClock(outside.now);
    hands.now = clock.now;
    client.clients.clear();
    for (const one of outside.clients) client.clients.set(one.id, { ...one });
    site.reports.splice(0, site.reports.length, ...outside.reports);
    client.violations.length = 0;
    const network = simulatedNetwork(clock);
    network.servers.set(siteHost, site.server);
    const machine = simulatedMachine(randomFrom(`life ${outside.lives} ${seed}`), {
      clock,
      network,
      trace,
      volume: world.disk,
    });
    for (let boot = 0; boot < outside.boots; boot += 1) machine.boot.restart();
    let { done } = outside;
    const work = async () => {
      const host = setupHost(machine, release);
      // As its hook starts it. What was cut off before it had written down what it is to do is asked for again.
      let end = await runSetup(host, undefined);
      if (!done && nodeAt(machine.volume, `${setupPlaces.state}/setup/last.json`) === undefined)
        end = await runSetup(host, request);
      if (end.exit !== setupExit.succeeded) throw new Error(`exit ${end.exit}: ${end.text}`);
      done = true;
    };
    return {
      done: inVirtualTime(clock, work, patienceMs),
      outside: () => ({
        now: clock.now(),
        boots: outside.boots,
        lives: outside.lives + 1,
        clients: [...client.clients.values()].map((one) => ({ ...one })),
        reports: [...site.reports],
        done,
        problems: [...outside.problems, ...client.violations],
      }),
    };
  }

  const disk = newVolume();
  for (const path of [setupPlaces.state, setupPlaces.root, '/bootstrap/bin', '/bootstrap/seed/core'])
    makeFolders(disk, path);
  const nobody: SetupOutside = {
    now: worldStart,
    boots: 0,
    lives: 0,
    clients: [],
    reports: [],
    done: false,
    problems: [],
  };
  let begin: World<SetupOutside> = { disk, outside: nobody };
  if (kind === 'repair') {
    const past = live(begin, 'first', noTrace);
    await past.done;
    await damage(disk, release, random.stream('damage'));
    begin = { disk, outside: { ...past.outside(), done: false, reports: [] } };
  }

  return {
    begin,
    live,
    fallen: (left, by) => (by === 'power' ? { ...left, boots: left.boots + 1 } : left),
    key: ({ done, clients, reports, problems, boots }) =>
      [done, clients.length, reports.length, problems.length, boots].join(),
    judge: async (left) => judge(left, release),
  };
}

/** Damages some files of an installed client: lost, emptied, or one byte changed. */
async function damage(disk: Volume, release: SimulatedRelease, random: Random): Promise<void> {
  const ports = simulatedMachine(0, { volume: disk, trace: noTrace }).ports('damage');
  await withOpen(ports.disk.open(setupPlaces.state), (state) =>
    withOpen(state.folder('setup'), async (folder) => {
      await folder.remove('last.json');
      await folder.sync();
    }),
  );
  const paths = [...release.files.keys()].filter(() => random.chance(1, 3));
  for (const path of paths.length > 0 ? paths : ['runtime/node']) {
    const names = splitPath(`${setupPlaces.install.slice(1)}/${path}`);
    const name = names.at(-1) ?? path;
    const [first = 'opt', ...inner] = names.slice(0, -1);
    await withOpen(ports.disk.open('/'), (root) =>
      withOpen(openPath(root, [first, ...inner]), async (folder) => {
        const how = random.pick(['lost', 'emptied', 'changed'] as const);
        if (how === 'lost') await folder.remove(name);
        else {
          await withOpen(folder.edit(name), async (file) => {
            if (how === 'emptied') await file.truncate(0);
            else await file.write(0, Uint8Array.of(((await file.read(0, 1))[0] ?? 0) ^ 1));
            await file.sync();
          });
        }
        await folder.sync();
      }),
    );
  }
}

/** After one more power cut, which takes all that is not durable: one verified client, known to its site, and nothing else. */
async function judge(
  { disk, outside }: World<SetupOutside>,
  release: SimulatedRelease,
): Promise<readonly string[]> {
  disk.powerCut({ names: 'lost', contents: 'lost' }, randomFrom(0));
  const ports = simulatedMachine(0, { volume: disk, trace: noTrace }).ports('judge');
  const problems = [...outside.problems];
  const tree = new Map<string, Uint8Array>();
  const state = new Map<string, Uint8Array>();
  await withOpen(ports.disk.open('/opt'), (folder) => readTree(folder, '', tree));
  await withOpen(ports.disk.open(setupPlaces.state), (folder) => readTree(folder, '', state));
  const name = setupPlaces.install.slice('/opt/'.length);
  for (const [path, content] of release.files) {
    const found = tree.get(`${name}/${path}`);
    if (found === undefined) problems.push(`${path} is missing`);
    else if (!Buffer.from(found).equals(content)) problems.push(`${path} is not as it was released`);
    tree.delete(`${name}/${path}`);
  }
  problems.push(...[...tree.keys()].map((path) => `${path} is left in /opt`));
  for (const path of [
    'settings.json',
    'client.journal',
    `package/${release.package.name}`,
    'setup/last.json',
  ]) {
    if (!state.has(path)) problems.push(`${path} is missing in the state folder`);
  }
  // What is of no use among the keys is cleared by the client when it starts.
  const left = leftovers(makeFolders(disk, setupPlaces.state), setupPlaces.state);
  problems.push(...left.filter((one) => !one.includes(`${setupPlaces.state}/keys`)));
  if (state.has('setup/setup.journal')) problems.push('the journal of the set-up is left');
  if (outside.clients.length !== 1) problems.push(`the site has ${outside.clients.length} clients`);
  const told = outside.reports.filter(({ moment }) => moment === 'ended').map(({ phase }) => phase);
  const untold = setupPhases.filter((phase) => !told.includes(phase));
  if (untold.length > 0) problems.push(`the site was never told the end of ${untold.join(', ')}`);
  return problems;
}

async function readTree(folder: Folder, path: string, into: Map<string, Uint8Array>): Promise<void> {
  for (const entry of await folder.list()) {
    const at = `${path}${entry.name}`;
    if (entry.kind === 'folder')
      await withOpen(folder.folder(entry.name), (inner) => readTree(inner, `${at}/`, into));
    else into.set(at, await readWhole(folder, entry.name, 1024 * 1024));
  }
}
