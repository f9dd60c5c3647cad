/** What the second starter could install the client anew from: the kept package, and the site that could give it again. */
import { HoldfastError } from '@holdfast/contract';
import { createSerial, openPath, withOpen } from '@holdfast/engine';
import type { Folder, TlsIdentity } from '@holdfast/ports';
import { knownPackage, noNetworkFor, type PackageNeeds } from '../components/kept-package.ts';
import type { Installation } from '../components/model.ts';
import { seedName } from '../components/package-version.ts';
import { clauseOf } from '../components/verify.ts';
import { keptIdentity, keptTls } from '../enrolment/identity.ts';
import { packageName } from '../installer/lines.ts';
import { childPath } from '../paths.ts';
import { packageFolder } from '../setup/installed.ts';
import { createSite } from '../site.ts';
import type { RescuePorts } from './ports.ts';

/** Which client it is. */
export type RescueClient = {
  /** Absolute path of what the client's package owns. */
  readonly installFolder: string;
  /** Address of the management point; null where the machine knows none. */
  readonly site: string | null;
  /** Version of the client that the second starter came with: no other is ever installed by it. */
  readonly version: string;
  /** PEM of the release key that is built in; undefined in a program run from sources, which trusts no package. */
  readonly releaseKey: string | undefined;
};

export type RescueInstallation = Installation & Pick<PackageNeeds, 'kind'>;

/** @throws HoldfastError `release.untrusted` without a release key, `disk.*` */
export async function installationOf(
  ports: RescuePorts,
  state: Folder,
  { installFolder, site: address, version, releaseKey }: RescueClient,
): Promise<RescueInstallation> {
  if (releaseKey === undefined) {
    throw new HoldfastError('release.untrusted', 'No release key is built into this program.');
  }
  const tls = await packageTls(state);
  return {
    ports,
    place: { installFolder, versionFolder: childPath({ path: installFolder }, seedName) },
    stateFolder: state.path,
    releaseKey,
    version,
    exclusive: createSerial(),
    kind: (await ports.installers.dpkg(packageName))?.installed ? 'deb' : undefined,
    ...(address === null || !tls ? {} : { site: { site: createSite(address, ports), tls: async () => tls } }),
  };
}

/** The machine's own certificate. Packages are handed out to anybody: where its key is lost, whom it trusts is enough. */
async function packageTls(state: Folder): Promise<TlsIdentity | undefined> {
  try {
    return await keptTls(state);
  } catch (thrown) {
    if (!(thrown instanceof HoldfastError)) throw thrown;
    const kept = await keptIdentity(state);
    return kept && { authorities: kept.trust.authorities };
  }
}

/** Clauses; null where nothing is wrong. */
export type SourceTroubles = {
  /** What is wrong with the kept package at a first look: it is looked at whole before it is used. */
  readonly packageTrouble: string | null;
  /** What keeps it from being fetched; null also where it need not be. */
  readonly fetchTrouble: string | null;
};

export async function lookAtSource(
  ports: RescuePorts,
  state: Folder,
  client: RescueClient,
): Promise<SourceTroubles> {
  try {
    const installation = await installationOf(ports, state, client);
    const packageTrouble = await firstLook(installation, state);
    return { packageTrouble, fetchTrouble: packageTrouble && (await noFetch(ports, installation)) };
  } catch (thrown) {
    const why = clauseOf(thrown);
    return { packageTrouble: why, fetchTrouble: why };
  }
}

async function firstLook(installation: RescueInstallation, state: Folder): Promise<string | null> {
  const known = await knownPackage(installation, state);
  if (!known) return `no package of version ${installation.version} is kept`;
  const { name, size } = known.package;
  if ((await state.entry(packageFolder))?.kind !== 'folder') return `${name} is missing`;
  const found = await withOpen(openPath(state, [packageFolder]), (folder) => folder.entry(name));
  return found?.size === size ? null : `${name} is missing or not whole`;
}

/** Why the package cannot be fetched now, as a clause; null where the site can be asked for it. */
export async function noFetch(
  ports: RescuePorts,
  { site, stateFolder }: RescueInstallation,
): Promise<string | null> {
  if (!site) return 'this machine knows no site that it could trust';
  return (await noNetworkFor(ports, stateFolder)) ?? null;
}
