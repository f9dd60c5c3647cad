/**
 * An explored machine of which the client was not simply started but set up: by the real bootstrap, as files of a release,
 * with a service and a second starter. All of that may be damaged, stopped, disabled or gone like anything else.
 */
import { sha256 } from '@holdfast/contract';
import { readContent } from '../../disk/content.ts';
import type { FileNode } from '../../disk/nodes.ts';
import { type SimulatedRelease, simulatedRelease } from '../../flows/client-setup/release.ts';
import { type SetupSite, setupPlaces, setupSite } from '../../flows/client-setup/world.ts';
import type { SimulatedMachine } from '../../machine/machine.ts';
import type { ServerRequest } from '../../site/network.ts';
import type { SimulatedSite } from '../../site/site.ts';
import type { Random } from '../../world/random.ts';
import { filesBelow } from '../disk-faults.ts';

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
  /** Ends the client that runs, in good order. */
  stopClient: () => void;
  /** Things of the client that people and programs have damaged. */
  damages: number;
  /** When the faults ended. Milliseconds since the world began; undefined before. */
  calmAt: number | undefined;
};

/** @param now the clock of the site, which it tells with each of its answers */
export function newInstalled(site: SimulatedSite, random: Random, now: () => number): Installed {
  const release = simulatedRelease(random);
  const plain = setupSite(site, release);
  const answer = (request: ServerRequest) => {
    const given = plain.server.answer(request);
    return { ...given, headers: { ...given.headers, date: new Date(now()).toUTCString() } };
  };
  return {
    release,
    site: { ...plain, server: { ...plain.server, answer } },
    folderTaken: false,
    setUpRuns: false,
    setUpAsked: false,
    secondRuns: false,
    reinstalls: false,
    stopClient: () => undefined,
    damages: 0,
    calmAt: undefined,
  };
}

/** For the client that runs: where its files lie, and who signed them. */
export function installationOf({ release }: Installed) {
  const installFolder = setupPlaces.install;
  return {
    place: { installFolder, versionFolder: `${installFolder}/seed` },
    releaseKey: release.releaseKey,
  };
}

export function bytesOf({ content }: FileNode): Buffer {
  return Buffer.from(readContent(content, 0, content.length));
}

/** Paths below the install folder that are not as they were released, in order. */
export function damagedFiles({ machine }: Holder, { release }: Installed): readonly string[] {
  const lying = new Map(
    filesBelow(machine.volume.root, '')
      .filter(({ path }) => path.startsWith(`${setupPlaces.install}/`))
      .map(({ path, file }) => [path.slice(setupPlaces.install.length + 1), file]),
  );
  return [...release.files].flatMap(([path, content]) => {
    const file = lying.get(path);
    return file && bytesOf(file).equals(content) ? [] : [path];
  });
}

/** What no client runs without. */
const essential = /^(runtime|launcher|seed\/core|seed\/manifests\/core)\b/;

/** Why what lies there cannot be started, as a clause. */
export function unrunnable(world: Holder, installed: Installed): string | undefined {
  const path = damagedFiles(world, installed).find((one) => essential.test(one));
  return path === undefined ? undefined : `${path} is not whole`;
}

/** Whether the package that a repair needs lies there whole. */
export function isKeptWhole({ machine }: Holder, { release }: Installed): boolean {
  const path = `${setupPlaces.state}/package/${release.package.name}`;
  const found = filesBelow(machine.volume.root, '').find((one) => one.path === path);
  return found !== undefined && sha256(bytesOf(found.file)) === release.package.sha256;
}
