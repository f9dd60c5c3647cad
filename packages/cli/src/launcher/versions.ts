/** Which version of the client is started: the one that the state folder names, or the seed that came with the package. */
import { lstatSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export type InstalledVersion = {
  /** `seed`, or its number. */
  readonly name: string;
  /** Absolute path of its main. */
  readonly main: string;
};

export type Choice = {
  readonly chosen: InstalledVersion;
  /** Why the version that was named is not the one chosen, as a clause; null where it is, or none was named. */
  readonly fellBack: string | null;
};

/** File of the state folder with the number of a version in it. */
const currentName = 'current';
/** Three dotted numbers, so that no name can lead out of the folder of versions. */
const versionNumber = /^\d{1,3}\.\d{1,3}\.\d{1,5}$/;
/** Bytes of `current` that are looked at. */
const currentLimit = 64;

export function mainOf(versionFolder: string): string {
  return join(versionFolder, 'core', 'holdfast-client.mjs');
}

export function seedOf(installFolder: string): InstalledVersion {
  return { name: 'seed', main: mainOf(join(installFolder, 'seed')) };
}

/**
 * The version that `current` names, if all files of its core are what the release key has signed: it lies in the state
 * folder, and no more is trusted of that than its signatures. Otherwise the seed, which the package's installer guards.
 * @param releaseKey public half of the release key, PEM; where it is undefined nothing but the seed is trusted
 */
export async function chooseVersion(
  installFolder: string,
  stateFolder: string,
  releaseKey: string | undefined,
): Promise<Choice> {
  return await chooseNamed(namedVersion(stateFolder), installFolder, stateFolder, releaseKey);
}

/** The same for a version that is named by something else. @param named undefined for the seed */
export async function chooseNamed(
  named: string | undefined,
  installFolder: string,
  stateFolder: string,
  releaseKey: string | undefined,
): Promise<Choice> {
  const seed = seedOf(installFolder);
  if (named === undefined || named === seed.name) return { chosen: seed, fellBack: null };
  if (!versionNumber.test(named))
    return { chosen: seed, fellBack: 'the file that names the version is damaged' };
  const folder = join(stateFolder, 'versions', named);
  const damage = await damageOf(folder, named, releaseKey);
  if (damage !== undefined)
    return { chosen: seed, fellBack: `version ${named} cannot be started: ${damage}` };
  return { chosen: { name: named, main: mainOf(folder) }, fellBack: null };
}

/** What checks it is loaded by who needs it: a seed starts without cryptography. */
async function damageOf(folder: string, version: string, releaseKey: string | undefined) {
  try {
    const { intact } = await import('./intact.ts');
    return await intact(folder, version, releaseKey);
  } catch (thrown) {
    return thrown instanceof Error ? thrown.message : String(thrown);
  }
}

/**
 * Undefined where no version is named; text that is no number of a version where the file is not what it should be.
 * Not by Node's promises: loading them would take longer, and comes before the service manager is answered.
 */
function namedVersion(stateFolder: string): string | undefined {
  const path = join(stateFolder, currentName);
  try {
    const { size } = lstatSync(path);
    return size <= currentLimit ? readFileSync(path, 'utf8').trim() : '';
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') return undefined;
    return '';
  }
}
