/** Phases `download` and `verify`: the package on the disk, and nothing else in its place. */
import { type ClientPackage, HoldfastError, isHoldfastError, mpPaths } from '@holdfast/contract';
import {
  chunksOf,
  hashFile,
  openPath,
  removeIfThere,
  removeTree,
  withOpen,
  writePieces,
} from '@holdfast/engine';
import type { Folder } from '@holdfast/ports';
import { download } from '../content/download.ts';
import { inTime } from '../content/in-time.ts';
import { createSite } from '../site.ts';
import { packageDamage, packageFolder, recordKept } from './installed.ts';
import { fetchedFolder, setupFolder } from './places.ts';
import type { ChosenPackage } from './progress.ts';
import { ended, type Phase, type SetUp } from './set-up.ts';

const downloadFolder = ['setup', 'download'] as const;
const minuteMs = 60_000;

const openDownloads = (state: Folder) => openPath(state, downloadFolder, { create: true });

export const obtainPackage: Phase = async (setUp) => {
  const { host, state } = setUp;
  const chosen = chosenOf(setUp);
  if (await wholePackage(setUp)) {
    host.log(`${chosen.package.name} is here already`);
    return ended;
  }
  await withOpen(openDownloads(state), async (folder) => {
    await keepOnly(folder, chosen.package);
    if (!(await takeFetched(state, folder, chosen.package))) await bring(setUp, folder, chosen.package);
  });
  return ended;
};

/** From the disk, whatever was seen on its way there. */
export const verifyPackage: Phase = async (setUp) => {
  if (await wholePackage(setUp)) return ended;
  const { name, sha256 } = chosenOf(setUp).package;
  throw new HoldfastError('content.hash-mismatch', `${name} on the disk is not what the release says.`, {
    details: { sha256 },
  });
};

export function chosenOf({ progress }: SetUp): ChosenPackage {
  const { chosen } = progress();
  if (chosen === null) throw new HoldfastError('internal', 'No package was chosen.');
  return chosen;
}

/** Names of the folder below the state folder in which the package lies whole; undefined where it lies nowhere. */
export async function wholePackage(setUp: SetUp): Promise<readonly [string, ...string[]] | undefined> {
  const { package: wanted } = chosenOf(setUp);
  for (const names of [[packageFolder], downloadFolder] as const) {
    if ((await packageDamage(setUp.state, wanted, names)) === undefined) return names;
  }
  return undefined;
}

/** Downloads of other packages are of no use any more. */
async function keepOnly(folder: Folder, { name, sha256 }: ClientPackage): Promise<void> {
  for (const other of await folder.names()) {
    if (![name, sha256, `${sha256}.part`].includes(other)) await removeTree(folder, other);
  }
}

/** The script of the site may have fetched it already; whether it is whole is seen by the phase after this one. */
async function takeFetched(state: Folder, folder: Folder, wanted: ClientPackage): Promise<boolean> {
  const name = `${wanted.sha256}.part`;
  try {
    return await withOpen(openPath(state, [setupFolder, fetchedFolder]), async (fetched) => {
      const entry = await fetched.entry(name);
      if (entry?.kind !== 'file' || entry.size !== wanted.size) return false;
      await withOpen(fetched.edit(name), (file) => file.sync());
      await fetched.rename(name, { folder, name: wanted.name });
      await folder.sync();
      return true;
    });
  } catch (thrown) {
    if (!isHoldfastError(thrown, 'disk.not-found')) throw thrown;
    return false;
  }
}

async function bring(setUp: SetUp, folder: Folder, wanted: ClientPackage): Promise<void> {
  const { request } = setUp.progress();
  const { source } = request;
  if (source !== null && request.managementPoints.length === 0)
    return await copyFrom(setUp, source, folder, wanted);
  try {
    await fetchFromSite(setUp, folder, wanted);
  } catch (thrown) {
    if (source === null || !isHoldfastError(thrown)) throw thrown;
    await copyFrom(setUp, source, folder, wanted);
  }
}

async function fetchFromSite(setUp: SetUp, folder: Folder, wanted: ClientPackage): Promise<void> {
  const { host, signal, progress } = setUp;
  const { site, request } = progress();
  if (site === null) throw new HoldfastError('internal', 'No site was located.');
  const ports = {
    site: createSite(site.address, host.ports),
    now: () => host.ports.clock.now(),
    route: mpPaths.clientPackages,
  };
  const file = { path: wanted.name, size: wanted.size, sha256: wanted.sha256 };
  const minutes = request.downloadTimeoutMinutes;
  await inTime(host.ports.clock, minutes * minuteMs, signal, async (limited) => {
    await download(ports, folder, file, { authorities: site.trust.authorities }, limited);
  });
  // Installers go by the ending of a name.
  await folder.rename(wanted.sha256, { name: wanted.name });
  await folder.sync();
}

async function copyFrom(
  { host }: SetUp,
  source: string,
  folder: Folder,
  wanted: ClientPackage,
): Promise<void> {
  const fresh = `${wanted.sha256}.part`;
  await withOpen(host.ports.disk.open(source), async (from) => {
    await withOpen(from.read(wanted.name), async (file) => {
      if ((await file.size()) !== wanted.size) throw notTheOne(wanted);
      await removeIfThere(folder, fresh);
      await withOpen(folder.create(fresh), async (copy) => {
        await writePieces(copy, chunksOf(file, wanted.size));
        await copy.sync();
      });
    });
  });
  if ((await hashFile(folder, fresh)).sha256 !== wanted.sha256) {
    await removeIfThere(folder, fresh);
    throw notTheOne(wanted);
  }
  await folder.rename(fresh, { name: wanted.name });
  await folder.sync();
}

function notTheOne({ name, sha256 }: ClientPackage): HoldfastError {
  return new HoldfastError('content.hash-mismatch', `${name} in the source is not what the release says.`, {
    details: { sha256 },
  });
}

/** What was installed is kept for a repair without the site. */
export async function keepPackage(setUp: SetUp): Promise<void> {
  const { state } = setUp;
  const { package: wanted, version, floor, envelope } = chosenOf(setUp);
  const from = await wholePackage(setUp);
  if (from === undefined)
    throw new HoldfastError('content.hash-mismatch', `${wanted.name} is not whole any more.`);
  await withOpen(openPath(state, [packageFolder], { create: true }), async (kept) => {
    if (from[0] !== packageFolder) {
      await withOpen(openPath(state, from), async (folder) => {
        await folder.rename(wanted.name, { folder: kept, name: wanted.name });
        await kept.sync();
        await folder.sync();
      });
    }
    await recordKept(kept, { package: wanted, version, floor }, envelope);
  });
}
