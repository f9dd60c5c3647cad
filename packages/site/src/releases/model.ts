/** Releases of the client: taken only with the signature of a key that an administrator named, never below the floor. */
import {
  type ClientRelease,
  type ClientReleaseAdd,
  type ClientReleaseSummary,
  type ClientReleases,
  HoldfastError,
} from '@holdfast/contract';
import type { Kysely } from 'kysely';
import { audit } from '../audit/model.ts';
import type { SiteContext } from '../context.ts';
import { totalOf } from '../store/pages.ts';
import type { Schema } from '../store/schema.ts';
import { getSetting, putSetting } from '../store/settings.ts';
import { openUpgradesTo } from '../upgrades/store.ts';
import { readRelease, refuseContradictions, refuseMissing } from './checks.ts';
import {
  clientsWith,
  compareReleases,
  deleteRelease,
  findEnvelope,
  getRelease,
  insertRelease,
  listReleases,
  newestVersion,
  releaseFloorSetting,
} from './store.ts';

/** Setting: fingerprint of the trusted release key. */
const releaseKeySetting = 'release/key';
/** Releases that a site keeps. */
const mostReleases = 100;

/**
 * Pins a key where the administrator names it; answers the audit's action where that changed something.
 * @throws HoldfastError `release.untrusted`
 */
async function settleTrust(
  db: Kysely<Schema>,
  keyId: string,
  { trust, replaceKey }: ClientReleaseAdd,
): Promise<'pinned' | 'known'> {
  const pinned = await getSetting(db, releaseKeySetting);
  if (pinned === keyId) return 'known';
  if (trust === keyId && (pinned === undefined || replaceKey === true)) {
    await putSetting(db, releaseKeySetting, keyId);
    return 'pinned';
  }
  throw new HoldfastError(
    'release.untrusted',
    pinned === undefined
      ? `The site trusts no release key yet; this release is signed by ${keyId}.`
      : `The release is signed by ${keyId}; the site trusts ${pinned}.`,
    { details: { keyId, ...(pinned === undefined ? {} : { trusted: pinned }) } },
  );
}

/** The highest floor counts for ever, even when the release that brought it is deleted. */
async function raiseFloor(db: Kysely<Schema>, { version, floor }: ClientRelease): Promise<void> {
  const known = await getSetting(db, releaseFloorSetting);
  if (known !== undefined && compareReleases(version, known) < 0) {
    throw new HoldfastError('conflict', `Version ${version} is below the floor ${known} of this site.`);
  }
  if (known === undefined || compareReleases(floor, known) > 0)
    await putSetting(db, releaseFloorSetting, floor);
}

/** Whether this very release is there. @throws HoldfastError `conflict` where its version is another release's */
async function isThere(db: Kysely<Schema>, version: string, { release }: ClientReleaseAdd): Promise<boolean> {
  const kept = await findEnvelope(db, version);
  if (kept === undefined) return false;
  if (JSON.parse(kept).payload === release.payload) return true;
  throw new HoldfastError(
    'conflict',
    `The site has another release ${version}: a version is made only once.`,
  );
}

/**
 * Adds a release. The same one again changes nothing, except that a key may be named for it.
 * @throws HoldfastError `release.untrusted`, `request.invalid`, `conflict`, `content.not-found`, `msi.*`
 */
export async function addRelease(
  context: SiteContext,
  actor: string,
  request: ClientReleaseAdd,
): Promise<ClientReleaseSummary> {
  const release = readRelease(request);
  const { keyId } = request.release;
  refuseContradictions(release);
  await refuseMissing(context, release);
  await context.store.transaction().execute(async (transaction) => {
    const note = (action: 'release.trust' | 'release.add', target: string) =>
      audit(context, transaction, { actor, action, target });
    if ((await settleTrust(transaction, keyId, request)) === 'pinned') await note('release.trust', keyId);
    if (await isThere(transaction, release.version, request)) return;
    if ((await totalOf(transaction.selectFrom('clientRelease'))) >= mostReleases) {
      throw new HoldfastError(
        'conflict',
        `The site keeps ${mostReleases} releases; delete an old one first.`,
      );
    }
    await raiseFloor(transaction, release);
    await insertRelease(transaction, release, {
      envelope: request.release,
      addedAt: context.clock.now(),
    });
    await note('release.add', `${release.version} signed by ${keyId}`);
  });
  context.live.publish({ kind: 'release', id: release.version });
  return getRelease(context.store, release.version);
}

/** @throws HoldfastError `not-found`; `conflict` while clients have this version: they repair themselves from it */
export async function removeRelease(context: SiteContext, actor: string, version: string): Promise<void> {
  await context.store.transaction().execute(async (transaction) => {
    await getRelease(transaction, version);
    const clients = await clientsWith(transaction, version);
    if (clients > 0) {
      throw new HoldfastError(
        'conflict',
        `${clients === 1 ? 'A client has' : `${clients} clients have`} version ${version} and repair from it.`,
      );
    }
    if ((await openUpgradesTo(transaction, version)) > 0) {
      throw new HoldfastError('conflict', `An upgrade to ${version} is under way; withdraw it first.`);
    }
    await deleteRelease(transaction, version);
    await audit(context, transaction, { actor, action: 'release.delete', target: version });
  });
  context.live.publish({ kind: 'release', id: version });
}

export async function releases(db: Kysely<Schema>): Promise<ClientReleases> {
  return {
    items: await listReleases(db),
    keyId: (await getSetting(db, releaseKeySetting)) ?? null,
    floor: (await getSetting(db, releaseFloorSetting)) ?? null,
  };
}

/** A release as it was signed: the exact text. @throws HoldfastError `release.missing` */
export async function envelopeOf(db: Kysely<Schema>, version: string): Promise<string> {
  const envelope = await findEnvelope(db, version);
  if (envelope !== undefined) return envelope;
  throw new HoldfastError('release.missing', `The site has no release ${version} of the client.`);
}

/** The newest release as it was signed. @throws HoldfastError `release.missing` */
export async function newestEnvelope(db: Kysely<Schema>): Promise<string> {
  const version = await newestVersion(db);
  if (version !== undefined) return await envelopeOf(db, version);
  throw new HoldfastError('release.missing', 'The site has no release of the client.');
}
