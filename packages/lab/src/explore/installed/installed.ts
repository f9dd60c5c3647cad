/**
 * An explored machine of which the client was not simply started but set up: by the real bootstrap, as files of a release,
 * with a service and a second starter. All of that may be damaged, stopped, disabled or gone like anything else.
 */
import { sha256 } from '@holdfast/contract';
import { readContent } from '../../disk/content.ts';
import type { FileNode } from '../../disk/nodes.ts';
import { type SimulatedRelease, simulatedRelease } from '../../flows/client-setup/release.ts';
import { type SetupSite, setupPlaces } from '../../flows/client-setup/world.ts';
import { currentOn } from '../../flows/client-versions/disk.ts';
import type { SimulatedMachine } from '../../machine/machine.ts';
import type { ServerRequest } from '../../site/network.ts';
import type { SimulatedSite } from '../../site/site.ts';
import type { Random } from '../../world/random.ts';
import { filesBelow } from '../disk-faults.ts';
import { type Deployed, newVersions, type Versions, versionNumber } from './versions.ts';

/** Where its files lie. */
type Holder = { readonly machine: Pick<SimulatedMachine, 'volume'> };

export type Installed = {
  readonly release: SimulatedRelease;
  readonly site: SetupSite;
  /** A process has the state folder to itself. */
  folderTaken: boolean;
  /** A set-up runs, and one was asked for that has not come to its end. */
  setUpRuns: boolean;
  setUpAsked: boolean;
  secondRuns: boolean;
  /** The second starter installs the client anew: no set-up may run beside that. */
  reinstalls: boolean;
  readonly versions: Versions;
  /** What its manager, or a fault, can do to the process that runs. */
  service: ServiceHands;
  /** Things of the client that people and programs have damaged. */
  damages: number;
  /** When the faults ended. Milliseconds since the world began; undefined before. */
  calmAt: number | undefined;
};

export type ServiceHands = {
  /** Asks it to end. */
  stop(): void;
  /** Its loop stops for good. */
  hang(): void;
};

/** One process of the service. */
export type ServiceProcess = {
  /** Which start of the client it is. */
  readonly start: number;
  /** Somebody asked it to end. */
  readonly asked: AbortController;
  /** When its loop stopped for good. Milliseconds awake. */
  hungAt: number | undefined;
  /** It ends from one moment to the next, and is started again. */
  die(): void;
};

export const noService: ServiceHands = { stop: () => undefined, hang: () => undefined };

/** @param now the clock of the site, which it tells with each of its answers */
export function newInstalled(
  site: SimulatedSite,
  random: Random,
  now: () => number,
  deployed: Deployed,
): Installed {
  const release = simulatedRelease(random, versionNumber(0), 'tar.gz', { asVersion: {} });
  const versions = newVersions(site, release, random.stream('versions'), deployed, now);
  const { server, setup } = versions.site;
  const answer = (request: ServerRequest) => {
    const given = server.answer(request);
    return { ...given, headers: { ...given.headers, date: new Date(now()).toUTCString() } };
  };
  return {
    release,
    site: { ...setup, server: { ...server, answer } },
    versions,
    folderTaken: false,
    setUpRuns: false,
    setUpAsked: false,
    secondRuns: false,
    reinstalls: false,
    service: noService,
    damages: 0,
    calmAt: undefined,
  };
}

/** The version of the package, as the launcher names it. */
export const seedName = 'seed';

/** For the version that runs, by the name of its folder: where its files lie, and who signed them. */
export function installationOf({ release }: Installed, name = seedName) {
  const installFolder = setupPlaces.install;
  const versionFolder =
    name === seedName ? `${installFolder}/${seedName}` : `${setupPlaces.state}/versions/${name}`;
  return { place: { installFolder, versionFolder }, releaseKey: release.releaseKey };
}

export function bytesOf({ content }: FileNode): Buffer {
  return Buffer.from(readContent(content, 0, content.length));
}

/** Paths below the install folder that are not as they were released, in order. */
export function damagedFiles(holder: Holder, { release }: Installed): readonly string[] {
  return damagedIn(holder, setupPlaces.install, release.files);
}

/** Paths below the folder of a version that are not as they were released; undefined where nobody has released it. */
export function damagedOf(
  holder: Holder,
  { versions }: Installed,
  version: string,
): readonly string[] | undefined {
  const tree = versions.releases.get(version)?.archive?.tree;
  return tree && damagedIn(holder, `${setupPlaces.state}/versions/${version}`, tree);
}

function damagedIn(
  { machine }: Holder,
  folder: string,
  wanted: ReadonlyMap<string, Uint8Array>,
): readonly string[] {
  const lying = new Map(
    filesBelow(machine.volume.root, '')
      .filter(({ path }) => path.startsWith(`${folder}/`))
      .map(({ path, file }) => [path.slice(folder.length + 1), file]),
  );
  return [...wanted].flatMap(([path, content]) => {
    const file = lying.get(path);
    return file && bytesOf(file).equals(content) ? [] : [path];
  });
}

/** What a version is not started without. */
const ofCore = /^(core|manifests\/core)\b/;

/** What is wrong with the core of a version, as a clause; undefined where it may be started. */
export function coreDamage(holder: Holder, installed: Installed, version: string): string | undefined {
  const damaged = damagedOf(holder, installed, version);
  if (damaged === undefined) return 'nobody has released it';
  const path = damaged.find((one) => ofCore.test(one));
  return path === undefined ? undefined : `${path} is damaged`;
}

/** What no client runs without, whichever version; and what the seed does not. */
const essential = /^(runtime|launcher)\b/;
const ofSeed = /^seed\/(core|manifests\/core)\b/;

/** Why what lies there cannot be started, as a clause. */
export function unrunnable(holder: Holder, installed: Installed): string | undefined {
  const damaged = damagedFiles(holder, installed);
  const named = currentOn(holder.machine.volume);
  const isSeed = named === seedName || coreDamage(holder, installed, named) !== undefined;
  const path = damaged.find((one) => essential.test(one) || (isSeed && ofSeed.test(one)));
  return path === undefined ? undefined : `${path} is not whole`;
}

/** Whether the package that a repair needs lies there whole. */
export function isKeptWhole({ machine }: Holder, { release }: Installed): boolean {
  const path = `${setupPlaces.state}/package/${release.package.name}`;
  const found = filesBelow(machine.volume.root, '').find((one) => one.path === path);
  return found !== undefined && sha256(bytesOf(found.file)) === release.package.sha256;
}
