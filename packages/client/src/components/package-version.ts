/** The version of what the package owns: beside a version in the state folder it is another one than the client's own. */
import { withOpen } from '@holdfast/engine';
import { childPath } from '../paths.ts';
import { installedVersion, isLower, keptPackage } from '../setup/installed.ts';
import type { Installation } from './model.ts';

type Installed = Pick<Installation, 'ports' | 'place' | 'stateFolder' | 'releaseKey' | 'version'>;

/** Name of the version that the package brings, in the install folder. */
export const seedName = 'seed';

/** Whether the version that runs is the one that the package has brought. */
export function isSeed({ place }: Pick<Installation, 'place'>): boolean {
  return /[\\/]seed$/.test(place.versionFolder);
}

/**
 * The higher of what the signed manifest of the seed and the record of the kept package say; its own where neither can be
 * read. The seed is higher once somebody has installed a newer package by hand: that one is not to be mended back to the
 * older one that is kept. It is lower where files of an older package were laid over it, and those are.
 */
export async function packageVersion(installation: Installed): Promise<string> {
  if (isSeed(installation)) return installation.version;
  const { ports, place, stateFolder, releaseKey, version } = installation;
  const kept = (await withOpen(ports.disk.open(stateFolder), keptPackage))?.version;
  const seed = await installedVersion(ports.disk, place.installFolder, releaseKey);
  if (kept === undefined || seed === undefined) return kept ?? seed ?? version;
  return isLower(kept, seed) ? seed : kept;
}

/** The same installation as its package knows it. */
export async function ofPackage<Given extends Installed>(installation: Given): Promise<Given> {
  return { ...installation, version: await packageVersion(installation) };
}

/** What the package has brought, where another version runs: the one to fall back to. Undefined where the seed itself runs. */
export async function seedBeside<Given extends Installed>(installation: Given): Promise<Given | undefined> {
  if (isSeed(installation)) return undefined;
  const { installFolder } = installation.place;
  const place = { installFolder, versionFolder: childPath({ path: installFolder }, seedName) };
  return { ...(await ofPackage(installation)), place };
}
