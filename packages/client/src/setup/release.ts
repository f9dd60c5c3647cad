/** Phase `manifest`: which package of which release this machine is to have. */
import { type ClientPackage, type ClientRelease, HoldfastError, isHoldfastError } from '@holdfast/contract';
import { readWhole, withOpen } from '@holdfast/engine';
import { fetchRelease, readRelease, type SignedRelease } from '../release.ts';
import { signedLimit } from '../signed.ts';
import { createSite } from '../site.ts';
import { installedVersion, isLower, keptPackage, keptRelease } from './installed.ts';
import { programRuns } from './programs.ts';
import type { Phase, SetUp } from './set-up.ts';

/** Name of the release in a folder of packages. */
const sourceReleaseName = 'release.json';

export const chooseRelease: Phase = async (setUp) => {
  const { host, state, progress } = setUp;
  const { intent } = progress();
  const installed = await installedVersion(host.ports.disk, host.places.install, host.releaseKey);
  const kept = await keptPackage(state);
  const { release, envelope } =
    intent === 'repair' ? await offerForRepair(setUp, installed) : await offered(setUp);
  refuseLower(release, installed, kept?.floor);
  if (intent === 'repair' && installed !== undefined && release.version !== installed) {
    throw new HoldfastError(
      'setup.prerequisite',
      `A repair never upgrades: ${installed} is installed, ${release.version} is offered; /forceinstall takes it.`,
    );
  }
  const chosen = await packageFor(setUp, release);
  host.log(`release ${release.version}: ${chosen.name}`);
  return {
    kind: 'ended',
    change: {
      chosen: {
        version: release.version,
        floor: higher(release.floor, kept?.floor),
        package: chosen,
        envelope,
      },
    },
  };
};

/** The release that the machine was set up with, if that is what is installed: a repair needs no other, and no site. */
async function offerOfKept(
  { host, state }: SetUp,
  installed: string | undefined,
): Promise<SignedRelease | undefined> {
  const envelope = await keptRelease(state);
  if (envelope === undefined) return undefined;
  try {
    const release = readRelease(envelope, host.releaseKey);
    return installed === undefined || release.version === installed ? { release, envelope } : undefined;
  } catch (thrown) {
    if (!isHoldfastError(thrown, 'release.untrusted', 'network.response-invalid')) throw thrown;
    return undefined;
  }
}

/** The release that is installed, wherever it is; where no client is left but its identity, whichever is offered. */
async function offerForRepair(setUp: SetUp, installed: string | undefined): Promise<SignedRelease> {
  const kept = await offerOfKept(setUp, installed);
  if (kept || installed === undefined) return kept ?? (await offered(setUp));
  try {
    return await offered(setUp, installed);
  } catch (thrown) {
    if (!isHoldfastError(thrown, 'release.missing')) throw thrown;
    throw new HoldfastError(
      'setup.prerequisite',
      `A repair never upgrades, and release ${installed} is to be had no more; /forceinstall takes the newest.`,
      { cause: thrown },
    );
  }
}

/** The site first, then the folder; with a folder alone that one or none. @param version the newest unless given */
async function offered(setUp: SetUp, version?: string): Promise<SignedRelease> {
  const { request } = setUp.progress();
  const { source } = request;
  if (source !== null && request.managementPoints.length === 0) return await offerOfSource(setUp, source);
  try {
    return await offerOfSite(setUp, version);
  } catch (thrown) {
    const isAway =
      isHoldfastError(thrown) && /^(network|site\.unavailable|release\.missing)/.test(thrown.code);
    if (source === null || !isAway) throw thrown;
    return await offerOfSource(setUp, source);
  }
}

async function offerOfSite({ host, signal, progress }: SetUp, version?: string): Promise<SignedRelease> {
  const found = progress().site;
  if (found === null) throw new HoldfastError('internal', 'No site was located.');
  return await fetchRelease(createSite(found.address, host.ports), {
    ...(version === undefined ? {} : { version }),
    releaseKey: host.releaseKey,
    tls: { authorities: found.trust.authorities },
    signal,
  });
}

async function offerOfSource({ host }: SetUp, source: string): Promise<SignedRelease> {
  return await withOpen(host.ports.disk.open(source), async (folder) => {
    const envelope = Buffer.from(await readWhole(folder, sourceReleaseName, signedLimit)).toString('utf8');
    return { release: readRelease(envelope, host.releaseKey), envelope };
  });
}

function refuseLower(release: ClientRelease, installed: string | undefined, floor: string | undefined): void {
  for (const [least, what] of [
    [installed, 'is installed'],
    [floor, 'is the lowest that may be'],
    [release.floor, "is the release's own floor"],
  ] as const) {
    if (least === undefined || !isLower(release.version, least)) continue;
    throw new HoldfastError('setup.prerequisite', `${release.version} is refused: ${least} ${what}.`);
  }
}

const higher = (one: string, other: string | undefined) =>
  other !== undefined && isLower(one, other) ? other : one;

/** The package of this platform, architecture and kind. Another architecture is no package at all. */
async function packageFor(
  { host, state, progress }: SetUp,
  { packages, version }: ClientRelease,
): Promise<ClientPackage> {
  const { platform } = await host.ports.boot.operatingSystem();
  const fitting = packages.filter(
    (one) => one.platform === platform && one.architecture === host.architecture,
  );
  const { kind } = progress().request;
  const kept = progress().intent === 'repair' ? (await keptPackage(state))?.package.sha256 : undefined;
  const same = fitting.find((one) => one.sha256 === kept && (kind === null || one.kind === kind));
  if (same) return same;
  for (const wanted of kind === null ? await kindsOf(host, platform) : [kind]) {
    const found = fitting.find((one) => one.kind === wanted);
    if (found) return found;
  }
  const kinds = fitting.map((one) => one.kind).join(', ') || 'none';
  throw new HoldfastError(
    'setup.prerequisite',
    `Release ${version} has no package for ${platform} ${host.architecture}${kind === null ? '' : ` of kind ${kind}`} (it has ${kinds}).`,
  );
}

/** Kinds that the machine can install, the best first. Packages of a package manager go to the system, never to a sandbox. */
async function kindsOf(
  { ports, places }: SetUp['host'],
  platform: string,
): Promise<readonly ClientPackage['kind'][]> {
  if (platform === 'windows') return ['msi'];
  if (places.root !== '/' || places.install !== usualInstallFolder) return ['tar.gz'];
  if (await programRuns(ports.processes, places.state, 'dpkg')) return ['deb', 'tar.gz'];
  if (await programRuns(ports.processes, places.state, 'rpm')) return ['rpm', 'tar.gz'];
  return ['tar.gz'];
}

/** Where the packages of Linux's package managers lie: nowhere else. */
export const usualInstallFolder = '/opt/holdfast-client';
