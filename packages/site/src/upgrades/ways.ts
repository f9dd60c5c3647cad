/** The way of each client to a version: the next one that it can take, or why it is left out. */
import { type ClientRelease, compareVersions, currentWire, type VersionOrder } from '@holdfast/contract';
import { type Milestone, nextVersion } from '@holdfast/rollout';
import type { Kysely } from 'kysely';
import { compareReleases, releaseFloorSetting } from '../releases/store.ts';
import type { Schema } from '../store/schema.ts';
import { getSetting } from '../store/settings.ts';

export type Traveller = {
  readonly platform: string;
  readonly architecture: string;
  readonly clientVersion: string;
  /** The one that it spoke last. */
  readonly wire: number;
};

export type Way = { readonly version: string } | { readonly leftOut: string };

export type Ways = {
  /** Where a client goes next. */
  of(client: Traveller): Way;
  /** The version itself and all of its stepping stones. */
  readonly versions: readonly string[];
};

/** Releases are few, and were checked against their schema when they were added. */
async function milestones(db: Kysely<Schema>): Promise<ReadonlyMap<string, Milestone>> {
  const rows = await db.selectFrom('clientRelease').select(['version', 'envelope']).execute();
  return new Map(
    rows.map(({ version, envelope }) => {
      const { steppingStones = [] } = JSON.parse(JSON.parse(envelope).payload) as ClientRelease;
      return [version, { version, steppingStones }];
    }),
  );
}

/** All versions that somebody may take on the way to one. */
function stonesOf(target: string, known: ReadonlyMap<string, Milestone>): Set<string> {
  const all = new Set([target]);
  // A set goes on with what is added to it while it is gone through.
  for (const version of all) {
    for (const { via } of known.get(version)?.steppingStones ?? []) if (known.has(via)) all.add(via);
  }
  return all;
}

/** What leads to a version as the site's releases are now. */
export async function waysTo(
  db: Kysely<Schema>,
  { action, version: target }: Pick<VersionOrder, 'action' | 'version'>,
): Promise<Ways> {
  const known = await milestones(db);
  const archives = new Set(
    (await db.selectFrom('clientArchive').select(['version', 'platform', 'architecture']).execute()).map(
      (row) => `${row.version} ${row.platform} ${row.architecture}`,
    ),
  );
  const floor = await getSetting(db, releaseFloorSetting);
  const up = action === 'upgrade';

  function of({ clientVersion, platform, architecture, wire }: Traveller): Way {
    if (wire !== currentWire)
      return { leftOut: `speaks wire ${wire}: today's client comes with its package` };
    const difference = compareVersions(clientVersion, target, 3);
    if (difference === undefined) return { leftOut: 'its version is none that can be compared' };
    if (difference === 0) return { leftOut: `has ${target} already` };
    if (up && difference > 0) return { leftOut: 'has a newer version' };
    if (!up && difference < 0) return { leftOut: 'has an older version' };
    // A way back has no stepping stones: they are there for what an upgrade must carry over.
    const step = up ? nextVersion(clientVersion, target, (version) => known.get(version)) : { next: target };
    if ('missing' in step)
      return { leftOut: `must take ${step.missing} first, which the site does not have` };
    if (floor !== undefined && compareReleases(step.next, floor) < 0) {
      return { leftOut: `must take ${step.next} first, which is below the floor` };
    }
    if (!archives.has(`${step.next} ${platform} ${architecture}`)) {
      return { leftOut: `${step.next} has no archive for ${platform} ${architecture}` };
    }
    return { version: step.next };
  }

  return { of, versions: up ? [...stonesOf(target, known)] : [target] };
}
