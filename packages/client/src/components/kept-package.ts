/** The package that the machine was set up with: found, opened, and fetched again from the site where it is not whole. */
import {
  type ClientPackage,
  type ClientPackageKind,
  type ClientRelease,
  compareVersions,
  HoldfastError,
  isHoldfastError,
  mpPaths,
} from '@holdfast/contract';
import { firstClosedGate, type GatePorts, gatesOf, openPath, withOpen } from '@holdfast/engine';
import type { Folder, MachinePorts } from '@holdfast/ports';
import { download } from '../content/download.ts';
import { fetchRelease, readRelease, type SignedRelease } from '../release.ts';
import {
  isLower,
  type KeptPackage,
  keptPackage,
  keptRelease,
  packageDamage,
  packageFolder,
  recordKept,
} from '../setup/installed.ts';
import type { Installation, PackageSite } from './model.ts';
import { packageVersion } from './package-version.ts';

const kinds: readonly ClientPackageKind[] = ['msi', 'deb', 'rpm', 'tar.gz'];

export type KeptFile = { readonly name: string; readonly kind: ClientPackageKind };

export type KeptState = {
  /** As its record says; undefined where none is kept, or the record is damaged. */
  readonly record: KeptPackage | undefined;
  /** What is wrong, as a clause; undefined where the package is there with the length and hash of its record. */
  readonly trouble: string | undefined;
};

/** Looks at the kept package, all of it. @throws HoldfastError `disk.*` where the state folder cannot be used */
export async function lookAtKeptPackage(
  installation: Pick<Installation, 'ports' | 'stateFolder' | 'version' | 'place' | 'releaseKey'>,
): Promise<KeptState> {
  const version = await packageVersion(installation);
  return await withOpen(installation.ports.disk.open(installation.stateFolder), async (state) => {
    const record = await keptPackage(state);
    if (!record) return { record, trouble: 'no package is kept' };
    if (record.version !== version) {
      return { record, trouble: `it is of version ${record.version}, not ${version}` };
    }
    return { record, trouble: await packageDamage(state, record.package) };
  });
}

/**
 * Packages in the folder, whether their record is whole or not: what is taken out of them is verified piece by piece.
 */
export function packageFiles(names: readonly string[]): readonly KeptFile[] {
  return names.flatMap((name) => {
    const kind = kinds.find((one) => name.endsWith(`.${one}`));
    return kind ? [{ name, kind }] : [];
  });
}

/** What it takes to know which package is to be kept, and to fetch it. */
export type PackageNeeds = Pick<Installation, 'stateFolder' | 'version' | 'releaseKey' | 'site'> & {
  readonly ports: Pick<MachinePorts, 'disk' | 'clock' | 'boot'>;
  /** The kind that is taken where nothing that lies there says which. */
  readonly kind?: ClientPackageKind | undefined;
};

/** A package of the installed version. With `envelope`, the release that it was found in, its record is still to be written. */
type Wanted = KeptPackage & { readonly envelope?: string };

/**
 * Has the package of the installed version lie in the state folder, whole: what is missing of it is fetched from the site.
 * @throws HoldfastError `release.missing` where the site does not have that version any more, `setup.prerequisite` where that
 *   version is below the floor, `content.*`, `network.*`, `disk.*`
 */
export async function fetchKeptPackage(
  needs: PackageNeeds,
  signal: AbortSignal | undefined,
): Promise<ClientPackage> {
  return await withOpen(needs.ports.disk.open(needs.stateFolder), async (state) => {
    const wanted = (await knownPackage(needs, state)) ?? (await packageOfSite(needs, state, signal));
    refuseBelowFloor(wanted);
    const { package: found, version, floor, envelope } = wanted;
    await withOpen(openPath(state, [packageFolder], { create: true }), async (folder) => {
      if ((await packageDamage(state, found)) !== undefined) await fetchInto(needs, folder, found, signal);
      if (envelope !== undefined) await recordKept(folder, { package: found, version, floor }, envelope);
    });
    return found;
  });
}

/** The package of the installed version by its record, or by the signed release beside it; undefined where neither has it. */
export async function knownPackage(needs: PackageNeeds, state: Folder): Promise<Wanted | undefined> {
  const known = await whatLies(needs, state);
  const { record, beside } = known;
  if (record?.version === needs.version) return { ...record, floor: highestFloor(known) };
  if (beside?.release.version !== needs.version) return undefined;
  return await packageIn(needs, state, beside, known);
}

/** No client goes below the floor of any release that was ever set up here. @throws HoldfastError `setup.prerequisite` */
export function refuseBelowFloor({ version, floor }: Pick<KeptPackage, 'version' | 'floor'>): void {
  if (!isLower(version, floor)) return;
  throw new HoldfastError('setup.prerequisite', `${version} is refused: ${floor} is the lowest that may be.`);
}

async function fetchInto(
  needs: PackageNeeds,
  folder: Folder,
  { name, size, sha256 }: ClientPackage,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { site, tls } = siteOf(needs);
  const from = { site, now: () => needs.ports.clock.now(), route: mpPaths.clientPackages };
  await download(from, folder, { path: name, size, sha256 }, await tls(), signal);
  await folder.rename(sha256, { name });
  await folder.sync();
}

function siteOf({ site }: PackageNeeds): PackageSite {
  if (!site) throw new HoldfastError('network.unreachable', 'No site is known to fetch the package from.');
  return site;
}

/** What the folder of the kept package says of itself. */
type Known = { readonly record: KeptPackage | undefined; readonly beside: SignedRelease | undefined };

async function whatLies({ releaseKey }: PackageNeeds, state: Folder): Promise<Known> {
  const record = await keptPackage(state);
  const envelope = await keptRelease(state);
  try {
    const beside =
      envelope === undefined ? undefined : { release: readRelease(envelope, releaseKey), envelope };
    return { record, beside };
  } catch (thrown) {
    if (!isHoldfastError(thrown, 'release.untrusted', 'network.response-invalid')) throw thrown;
    return { record, beside: undefined };
  }
}

/** The floor is written down twice, and the higher one counts. */
function highestFloor({ record, beside }: Known, release?: ClientRelease): string {
  return [record?.floor, beside?.release.floor, release?.floor].reduce<string>(
    // What is no version raises nothing.
    (highest, one) => (one !== undefined && (compareVersions(highest, one, 3) ?? 0) < 0 ? one : highest),
    '0.0.0',
  );
}

/** Of the release of the installed version, however old: mending never upgrades. */
async function packageOfSite(
  needs: PackageNeeds,
  state: Folder,
  signal: AbortSignal | undefined,
): Promise<Wanted> {
  const { version, releaseKey } = needs;
  const { site, tls } = siteOf(needs);
  const signed = await fetchRelease(site, { version, releaseKey, tls: await tls(), signal });
  return await packageIn(needs, state, signed, await whatLies(needs, state));
}

/** The package of a release that this machine is to have: the one that lies there, of the kind that was kept, or any that fits. */
async function packageIn(
  { ports, kind }: PackageNeeds,
  state: Folder,
  { release, envelope }: SignedRelease,
  known: Known,
): Promise<Wanted> {
  const { platform, architecture } = await ports.boot.operatingSystem();
  const fitting = release.packages.filter(
    (one) => one.platform === platform && one.architecture === architecture,
  );
  const lying = await namesOfKept(state);
  // With nothing but an .msi can a lost runtime of Windows come back.
  const kinds = [known.record?.package.kind, kind, 'msi'];
  const wanted =
    fitting.find(({ name }) => lying.includes(name)) ??
    kinds.flatMap((one) => fitting.find((each) => each.kind === one) ?? []).at(0) ??
    fitting[0];
  if (!wanted) throw new HoldfastError('release.missing', `The release has no package for ${platform}.`);
  const floor = highestFloor(known, release);
  return { package: wanted, version: release.version, floor, envelope };
}

async function namesOfKept(state: Folder): Promise<readonly string[]> {
  if ((await state.entry(packageFolder))?.kind !== 'folder') return [];
  return await withOpen(state.folder(packageFolder), (folder) => folder.names());
}

/**
 * Why tens of megabytes should not be fetched just now, as a clause; undefined where nothing stands against it. What nobody
 * waits for uses no network that is paid by volume.
 */
export async function noNetworkFor(ports: GatePorts, folder: string): Promise<string | undefined> {
  const gate = { kind: 'network', name: 'network', unmetered: true } as const;
  return (await firstClosedGate(gatesOf([gate], ports, { folder })))?.reason;
}
