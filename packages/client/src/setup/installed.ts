/** What is installed by now: its version by the signed manifest of its core, and the package that it came from. */
import {
  ClientPackage,
  ComponentManifest,
  compareVersions,
  HoldfastError,
  isHoldfastError,
} from '@holdfast/contract';
import { hashFile, openPath, readWhole, removeTree, replaceFile, withOpen } from '@holdfast/engine';
import type { Disk, Folder } from '@holdfast/ports';
import type { Static } from 'typebox';
import * as Type from 'typebox';
import { signedLimit, signedReader } from '../signed.ts';
import { jsonReader } from '../site.ts';

const readManifest = signedReader('holdfast/client-component', ComponentManifest);

/** What lies beside the kept package, and says which one it is. */
export const KeptPackage = Type.Object({
  package: ClientPackage,
  version: Type.String({ maxLength: 40 }),
  /** No client goes below it that was ever set up here. */
  floor: Type.String({ maxLength: 40 }),
});
export type KeptPackage = Static<typeof KeptPackage>;
const readKept = jsonReader(KeptPackage, 'record of the kept package');

export const packageFolder = 'package';
export const keptRecordName = 'package.json';
export const keptReleaseName = 'release.json';
const recordLimit = 64 * 1024;

/** Undefined where nothing is installed, or nothing that can say what it is. */
export async function installedVersion(
  disk: Pick<Disk, 'open'>,
  install: string,
  releaseKey: string | undefined,
): Promise<string | undefined> {
  try {
    return await withOpen(disk.open(install), async (folder) => {
      return await withOpen(openPath(folder, ['seed', 'manifests']), async (manifests) => {
        const text = Buffer.from(await readWhole(manifests, 'core.json', signedLimit)).toString('utf8');
        return readManifest(text, releaseKey).version;
      });
    });
  } catch (thrown) {
    if (!(thrown instanceof HoldfastError)) throw thrown;
    return undefined;
  }
}

/** Undefined where no package is kept, or its record is damaged: then it counts for nothing. */
export async function keptPackage(state: Folder): Promise<KeptPackage | undefined> {
  return await fromPackageFolder(state, async (kept) => readKept(await textOf(kept, keptRecordName)));
}

/** The signed release that the kept package is of. */
export async function keptRelease(state: Folder): Promise<string | undefined> {
  return await fromPackageFolder(state, (kept) => textOf(kept, keptReleaseName));
}

async function textOf(folder: Folder, name: string): Promise<string> {
  const limit = name === keptReleaseName ? signedLimit : recordLimit;
  return Buffer.from(await readWhole(folder, name, limit)).toString('utf8');
}

async function fromPackageFolder<Found>(
  state: Folder,
  read: (kept: Folder) => Promise<Found>,
): Promise<Found | undefined> {
  try {
    return await withOpen(openPath(state, [packageFolder]), read);
  } catch (thrown) {
    if (!isHoldfastError(thrown, 'disk.not-found', 'network.response-invalid', 'disk.failed')) throw thrown;
    return undefined;
  }
}

/**
 * What is wrong with a package in a folder below the state folder, as a clause; undefined where it has the length and the
 * hash that are wanted. All of it is read.
 */
export async function packageDamage(
  state: Folder,
  { name, size, sha256 }: Pick<ClientPackage, 'name' | 'size' | 'sha256'>,
  names: readonly [string, ...string[]] = [packageFolder],
): Promise<string | undefined> {
  try {
    return await withOpen(openPath(state, names), async (folder) => {
      const entry = await folder.entry(name);
      if (entry?.kind !== 'file') return `${name} is missing`;
      if (entry.size !== size) return `${name} has ${entry.size} bytes in place of ${size}`;
      return (await hashFile(folder, name)).sha256 === sha256 ? undefined : `the content of ${name} differs`;
    });
  } catch (thrown) {
    if (!isHoldfastError(thrown, 'disk.not-found')) throw thrown;
    return `${name} is missing`;
  }
}

/** Writes down which package is kept; it lies there already, under its name. An older one goes only once this is recorded. */
export async function recordKept(kept: Folder, record: KeptPackage, envelope: string): Promise<void> {
  await replaceFile(kept, keptReleaseName, Buffer.from(envelope, 'utf8'));
  await replaceFile(kept, keptRecordName, Buffer.from(`${JSON.stringify(record)}\n`, 'utf8'));
  const stays = [keptReleaseName, keptRecordName, record.package.name];
  for (const name of await kept.names()) {
    if (!stays.includes(name)) await removeTree(kept, name);
  }
  await kept.sync();
}

/** Whether one version is lower than another; what is no version is lower than any. */
export function isLower(version: string, than: string): boolean {
  return (compareVersions(version, than, 3) ?? -1) < 0;
}
