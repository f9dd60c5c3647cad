/** Which version an order leads to next: stepping stones first, never below the floor. */
import {
  type ClientRelease,
  compareVersions,
  HoldfastError,
  type VersionArchive,
  type VersionOrder,
} from '@holdfast/contract';
import { isLower } from '../setup/installed.ts';

/** What the package has installed, and what a version may need of it. */
export type InstalledRuntime = {
  /** Interface of the launcher. */
  readonly launcher: number;
  /** Major version of Node. */
  readonly node: number;
};

/**
 * The version to be taken now: the one that is ordered, or a stepping stone before it.
 * @param release of the version that is ordered
 * @throws HoldfastError `release.floor` where the order leads below it, or is no upgrade
 */
export function nextVersion(
  { action, version }: Pick<VersionOrder, 'action' | 'version'>,
  release: Pick<ClientRelease, 'steppingStones'>,
  own: string,
  floor: string,
): string {
  if (isLower(version, floor)) {
    throw new HoldfastError('release.floor', `Version ${version} is below the floor ${floor}.`);
  }
  if (action === 'rollback') return version;
  if (isLower(version, own)) {
    throw new HoldfastError(
      'release.floor',
      `Version ${version} is lower than ${own}, and no rollback was ordered.`,
    );
  }
  const stones = [...(release.steppingStones ?? [])]
    .filter(({ below, via }) => isLower(own, below) && isLower(own, via) && isLower(via, version))
    .sort((one, other) => compareVersions(one.via, other.via, 3) ?? 0);
  return stones[0]?.via ?? version;
}

/** The archive for a kind of machine. @throws HoldfastError `release.missing` where the release has none */
export function archiveFor(
  release: ClientRelease,
  { platform, architecture }: { readonly platform: string; readonly architecture: string },
): VersionArchive {
  const archive = release.archives?.find(
    (one) => one.platform === platform && one.architecture === architecture,
  );
  if (archive) return archive;
  const machine = `${platform} on ${architecture}`;
  throw new HoldfastError('release.missing', `Release ${release.version} has no version for ${machine}.`);
}

/**
 * The archive that can be taken here.
 * @throws HoldfastError `release.missing` where the release has none, or needs more than is installed
 */
export function fittingArchive(
  release: ClientRelease,
  system: { readonly platform: string; readonly architecture: string },
  runtime: InstalledRuntime,
): VersionArchive {
  const archive = archiveFor(release, system);
  const { launcher, node } = archive.needs;
  if (launcher <= runtime.launcher && node === runtime.node) return archive;
  throw new HoldfastError(
    'release.missing',
    `Version ${release.version} needs launcher ${launcher} with Node ${node}; here are ${runtime.launcher} and ${runtime.node}. It comes with its package.`,
  );
}
