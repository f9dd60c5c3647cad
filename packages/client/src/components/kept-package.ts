/** The package that the machine was set up with: found, opened, and fetched again from the site where it is not whole. */
import { type ClientPackage, type ClientPackageKind, HoldfastError, mpPaths } from '@holdfast/contract';
import { openPath, withOpen } from '@holdfast/engine';
import type { Folder } from '@holdfast/ports';
import { download } from '../content/download.ts';
import { fetchRelease } from '../release.ts';
import {
  isLower,
  type KeptPackage,
  keptPackage,
  packageDamage,
  packageFolder,
  recordKept,
} from '../setup/installed.ts';
import type { Installation, PackageSite } from './model.ts';

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
  installation: Pick<Installation, 'ports' | 'stateFolder' | 'version'>,
): Promise<KeptState> {
  return await withOpen(installation.ports.disk.open(installation.stateFolder), async (state) => {
    const record = await keptPackage(state);
    if (!record) return { record, trouble: 'no package is kept' };
    if (record.version !== installation.version) {
      return { record, trouble: `it is of version ${record.version}, not ${installation.version}` };
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

/**
 * Has the package of the installed version lie in the state folder, whole: what is missing of it is fetched from the site.
 * @throws HoldfastError `release.missing` where the site does not have that version any more, `content.*`, `network.*`, `disk.*`
 */
export async function fetchKeptPackage(
  installation: Installation,
  signal: AbortSignal | undefined,
): Promise<ClientPackage> {
  const { site } = installation;
  if (!site) throw new HoldfastError('network.unreachable', 'No site is known to fetch the package from.');
  return await withOpen(installation.ports.disk.open(installation.stateFolder), async (state) => {
    const kept = await keptPackage(state);
    const known = kept?.version === installation.version ? { ...kept, envelope: undefined } : undefined;
    const wanted = known ?? (await releaseOf(installation, site, kept, signal));
    await withOpen(openPath(state, [packageFolder], { create: true }), async (folder) => {
      if (known && (await packageDamage(state, known.package)) === undefined) return;
      await fetchInto(installation, site, folder, wanted.package, signal);
      const { version, floor, envelope } = wanted;
      if (envelope !== undefined) {
        await recordKept(folder, { package: wanted.package, version, floor }, envelope);
      }
    });
    return wanted.package;
  });
}

async function fetchInto(
  { ports }: Installation,
  { site, tls }: PackageSite,
  folder: Folder,
  wanted: ClientPackage,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { name, size, sha256 } = wanted;
  const from = { site, now: () => ports.clock.now(), route: mpPaths.clientPackages };
  await download(from, folder, { path: name, size, sha256 }, await tls(), signal);
  await folder.rename(sha256, { name });
  await folder.sync();
}

/** The release of the installed version, however old: mending never upgrades. */
async function releaseOf(
  { ports, version, releaseKey }: Installation,
  { site, tls }: PackageSite,
  kept: KeptPackage | undefined,
  signal: AbortSignal | undefined,
): Promise<KeptPackage & { readonly envelope: string }> {
  const question = { version, releaseKey, tls: await tls(), signal };
  const { release, envelope } = await fetchRelease(site, question);
  const { platform, architecture } = await ports.boot.operatingSystem();
  const fitting = release.packages.filter(
    (one) => one.platform === platform && one.architecture === architecture,
  );
  // Where none was kept, one that the installer of Windows takes: with nothing else can a lost runtime come back.
  const wanted =
    fitting.find(({ kind }) => kind === kept?.package.kind) ??
    fitting.find(({ kind }) => kind === 'msi') ??
    fitting[0];
  if (!wanted) throw new HoldfastError('release.missing', `The release has no package for ${platform}.`);
  const floor = kept && isLower(release.floor, kept.floor) ? kept.floor : release.floor;
  return { package: wanted, version, floor, envelope };
}
