/** Rows of the client's releases and of the packages that they come in. */
import {
  type ClientPackage,
  type ClientRelease,
  type ClientReleaseSummary,
  compareVersions,
  type Envelope,
  HoldfastError,
  type VersionArchive,
} from '@holdfast/contract';
import type { Kysely } from 'kysely';
import { totalOf } from '../store/pages.ts';
import type { ClientPackageRow, Schema } from '../store/schema.ts';

/** Setting: the highest floor that was ever given. */
export const releaseFloorSetting = 'release/floor';

/** Negative where the first is the older version. */
export function compareReleases(one: string, other: string): number {
  return compareVersions(one, other, 3) ?? 0;
}

export async function insertRelease(
  db: Kysely<Schema>,
  release: ClientRelease,
  kept: { envelope: Envelope; addedAt: number },
): Promise<void> {
  const { version, floor, releasedAt, packages, archives = [] } = release;
  await db
    .insertInto('clientRelease')
    .values({
      version,
      floor,
      keyId: kept.envelope.keyId,
      envelope: JSON.stringify(kept.envelope),
      releasedAt,
      addedAt: kept.addedAt,
    })
    .execute();
  await db
    .insertInto('clientPackage')
    .values(packages.map(({ productCode = null, ...one }) => ({ version, productCode, ...one })))
    .execute();
  if (archives.length === 0) return;
  await db
    .insertInto('clientArchive')
    .values(archives.map(({ needs, ...one }) => ({ version, ...one, needs: JSON.stringify(needs) })))
    .execute();
}

export async function deleteRelease(db: Kysely<Schema>, version: string): Promise<void> {
  await db.deleteFrom('clientRelease').where('version', '=', version).execute();
}

export async function findEnvelope(db: Kysely<Schema>, version: string): Promise<string | undefined> {
  const row = await db
    .selectFrom('clientRelease')
    .select('envelope')
    .where('version', '=', version)
    .executeTakeFirst();
  return row?.envelope;
}

/** Highest of the versions that the site has; undefined where it has none. */
export async function newestVersion(db: Kysely<Schema>): Promise<string | undefined> {
  const rows = await db.selectFrom('clientRelease').select('version').execute();
  return rows
    .map(({ version }) => version)
    .sort(compareReleases)
    .at(-1);
}

/** Columns were filled from a release that was checked against its schema. */
function packageOf({ version: _version, productCode, ...row }: ClientPackageRow): ClientPackage {
  return { ...row, ...(productCode === null ? {} : { productCode }) } as ClientPackage;
}

export async function packagesOf(db: Kysely<Schema>, version: string): Promise<ClientPackage[]> {
  const rows = await db
    .selectFrom('clientPackage')
    .selectAll()
    .where('version', '=', version)
    .orderBy('name')
    .execute();
  return rows.map(packageOf);
}

export async function archivesOf(db: Kysely<Schema>, version: string): Promise<VersionArchive[]> {
  const rows = await db
    .selectFrom('clientArchive')
    .selectAll()
    .where('version', '=', version)
    .orderBy('name')
    .execute();
  return rows.map(
    ({ version: _version, needs, ...row }) => ({ ...row, needs: JSON.parse(needs) }) as VersionArchive,
  );
}

/** Whether a hash is that of a package or an archive of any release. */
export async function isPackage(db: Kysely<Schema>, sha256: string): Promise<boolean> {
  for (const table of ['clientPackage', 'clientArchive'] as const) {
    const row = await db
      .selectFrom(table)
      .select('version')
      .where('sha256', '=', sha256)
      .limit(1)
      .executeTakeFirst();
    if (row) return true;
  }
  return false;
}

/** How many clients that are not revoked say that they have a version. */
export async function clientsWith(db: Kysely<Schema>, version: string): Promise<number> {
  return await totalOf(
    db.selectFrom('client').where('clientVersion', '=', version).where('revokedAt', 'is', null),
  );
}

/** All releases, the newest version first. */
export async function listReleases(db: Kysely<Schema>): Promise<ClientReleaseSummary[]> {
  const rows = await db
    .selectFrom('clientRelease')
    .select(['version', 'floor', 'keyId', 'releasedAt', 'addedAt'])
    .execute();
  rows.sort((one, other) => compareReleases(other.version, one.version));
  const summaries: ClientReleaseSummary[] = [];
  for (const [index, row] of rows.entries()) {
    const clients = await clientsWith(db, row.version);
    const packages = await packagesOf(db, row.version);
    const archives = await archivesOf(db, row.version);
    summaries.push({ ...row, newest: index === 0, clients, packages, archives });
  }
  return summaries;
}

/** @throws HoldfastError `not-found` */
export async function getRelease(db: Kysely<Schema>, version: string): Promise<ClientReleaseSummary> {
  const release = (await listReleases(db)).find((one) => one.version === version);
  if (!release) throw new HoldfastError('not-found', `The site has no release ${version} of the client.`);
  return release;
}
