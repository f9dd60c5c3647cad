/** What the disk of a client says about its versions, looked at from outside, and what of that is not as promised. */
import { compareVersions } from '@holdfast/contract';
import type { Volume } from '../../disk/volume.ts';
import { filesBelow, treeProblems } from '../../machine/lay.ts';
import { stateFolder } from '../client-service.ts';
import type { SimulatedRelease } from '../client-setup/release.ts';
import { setupPlaces } from '../client-setup/world.ts';

/** The releases of one story. */
export type Releases = {
  /** In the install folder. */
  readonly seed: SimulatedRelease;
  /** Beside it, by number. */
  readonly versions: ReadonlyMap<string, SimulatedRelease>;
};

type Disk = { readonly files: ReadonlyMap<string, Buffer> };

const seedName = 'seed';
const folder = 'versions';

function diskOf(volume: Volume): Disk {
  return { files: filesBelow(volume, stateFolder) };
}

const textOf = ({ files }: Disk, path: string) => files.get(path)?.toString('utf8').trim();

/** The version that is named to be started: `seed` or its number, as it stands in the file. */
export function currentOn(volume: Volume): string {
  return textOf(diskOf(volume), 'current') ?? seedName;
}

/** What is wrong with the files of a version, the seed too, as a clause; undefined where all are as released. */
export function damageOn(volume: Volume, { seed, versions }: Releases, name: string): string | undefined {
  if (name === seedName || (name === seed.version && !versions.has(name)))
    return treeProblems(filesBelow(volume, setupPlaces.install), seed.files)[0];
  const tree = versions.get(name)?.archive?.tree;
  if (tree === undefined) return 'nobody has released it';
  const found = [...diskOf(volume).files].flatMap(([path, bytes]): [string, Buffer][] => {
    const start = `${folder}/${name}/`;
    return path.startsWith(start) ? [[path.slice(start.length), bytes]] : [];
  });
  return treeProblems(new Map(found), tree)[0];
}

/**
 * Whenever a machine comes back there is one whole version named, and while another one is on trial the last known good
 * one is whole too.
 */
export function returnProblems(volume: Volume, releases: Releases): readonly string[] {
  const problems: string[] = [];
  const named = (name: string, what: string) => {
    const damage = damageOn(volume, releases, name);
    if (damage !== undefined) problems.push(`${what} ${name} is not whole: ${damage}`);
  };
  named(currentOn(volume), 'the version that is named,');
  const trial = trialOn(volume);
  if (trial !== undefined) named(trial.previous, 'while one is on trial, the version before it,');
  return problems;
}

/** The trial under way, by its record. */
export function trialOn(volume: Volume): { readonly previous: string } | undefined {
  const text = textOf(diskOf(volume), `${folder}/trial.json`);
  return text === undefined ? undefined : (JSON.parse(text) as { previous: string });
}

/** Nothing below the floor is started, but what a trial goes back to before it has raised it. */
export function floorProblems(volume: Volume, version: string): readonly string[] {
  const text = textOf(diskOf(volume), `${folder}/floor.json`);
  if (text === undefined) return [];
  const { floor } = JSON.parse(text) as { floor: string };
  return (compareVersions(version, floor, 3) ?? -1) < 0
    ? [`version ${version} is started, below the floor ${floor}`]
    : [];
}

/** What lies about versions when all has come to its end: these, whole, this one current, and nothing of the work. */
export function endProblems(
  volume: Volume,
  releases: Releases,
  wanted: { readonly current: string; readonly kept: readonly string[]; readonly floor: string | undefined },
): readonly string[] {
  const disk = diskOf(volume);
  const problems: string[] = [];
  const current = currentOn(volume);
  if (current !== wanted.current) problems.push(`${current} is current, not ${wanted.current}`);
  for (const name of [seedName, ...wanted.kept]) {
    const damage = damageOn(volume, releases, name);
    if (damage !== undefined) problems.push(`version ${name}: ${damage}`);
  }
  const floor = textOf(disk, `${folder}/floor.json`);
  const isFloor =
    wanted.floor === undefined ? floor === undefined : floor?.includes(`"${wanted.floor}"`) === true;
  if (!isFloor) problems.push(`the floor is ${floor}, not ${wanted.floor}`);
  const tops = new Set(
    [...disk.files.keys()]
      .filter((path) => path.startsWith(`${folder}/`))
      .map((path) => path.split('/')[1] ?? ''),
  );
  for (const top of tops) {
    if (top !== 'floor.json' && !wanted.kept.includes(top)) problems.push(`${folder}/${top} is left`);
  }
  return problems;
}
