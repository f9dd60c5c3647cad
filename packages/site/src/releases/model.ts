/** Releases of the client: taken only with the signature of a key that an administrator named, never below the floor. */
import { createPublicKey, type KeyObject } from 'node:crypto';
import {
  ClientRelease,
  type ClientReleaseAdd,
  type ClientReleaseSummary,
  type ClientReleases,
  HoldfastError,
  isHoldfastError,
  unseal,
} from '@holdfast/contract';
import type { Kysely } from 'kysely';
import { Compile } from 'typebox/compile';
import { audit } from '../audit/model.ts';
import type { SiteContext } from '../context.ts';
import { refuseDamaged } from '../installer/model.ts';
import { contentSizes } from '../software/store.ts';
import type { Schema } from '../store/schema.ts';
import { getSetting, putSetting } from '../store/settings.ts';
import {
  clientsWith,
  compareReleases,
  deleteRelease,
  findEnvelope,
  getRelease,
  insertRelease,
  listReleases,
  newestVersion,
} from './store.ts';

/** Settings: fingerprint of the trusted release key, and the highest floor that was ever given. */
const settings = { key: 'release/key', floor: 'release/floor' } as const;
/** Releases that a site keeps. */
const mostReleases = 100;

const releaseCheck = Compile(ClientRelease);

function readKey(pem: string): KeyObject {
  try {
    const key = createPublicKey(pem);
    if (key.asymmetricKeyType === 'ed25519') return key;
  } catch (cause) {
    throw new HoldfastError('request.invalid', 'The release key cannot be read.', { cause });
  }
  throw new HoldfastError('request.invalid', 'The release key is not an Ed25519 key.');
}

/** What the envelope says, once its signature holds. @throws HoldfastError `release.untrusted`, `request.invalid` */
function readRelease({ release, releaseKey }: ClientReleaseAdd): ClientRelease {
  let text: string;
  try {
    text = unseal('holdfast/client-release', release, readKey(releaseKey));
  } catch (cause) {
    if (!isHoldfastError(cause, 'policy.untrusted')) throw cause;
    throw new HoldfastError('release.untrusted', 'The release is not signed by the release key beside it.', {
      cause,
    });
  }
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (cause) {
    throw new HoldfastError('request.invalid', 'The signed release is not JSON.', { cause });
  }
  if (!releaseCheck.Check(content)) {
    const [fault] = releaseCheck.Errors(content);
    throw new HoldfastError(
      'request.invalid',
      `The signed release has another shape (${fault?.instancePath ?? ''} ${fault?.message ?? ''}).`,
    );
  }
  return content;
}

/** @throws HoldfastError `request.invalid` where two packages are the same, or the release is below its own floor */
function refuseContradictions({ version, floor, packages }: ClientRelease): void {
  if (compareReleases(version, floor) < 0) {
    throw new HoldfastError('request.invalid', `Version ${version} is below its own floor ${floor}.`);
  }
  const names = new Set(packages.map(({ name }) => name.toLowerCase()));
  const places = new Set(packages.map((one) => `${one.kind} ${one.platform} ${one.architecture}`));
  if (names.size < packages.length || places.size < packages.length) {
    throw new HoldfastError('request.invalid', 'Two packages of the release have one name, or one purpose.');
  }
}

/** @throws HoldfastError `content.not-found`, `request.invalid`, `msi.*` */
async function refuseMissing(context: SiteContext, { packages }: ClientRelease): Promise<void> {
  const sizes = await contentSizes(
    context.store,
    packages.map(({ sha256 }) => sha256),
  );
  for (const { name, sha256, size } of packages) {
    const stored = sizes.get(sha256);
    if (stored === undefined) {
      throw new HoldfastError('content.not-found', `The package ${name} was not uploaded.`, {
        details: { path: name, sha256 },
      });
    }
    if (stored !== size)
      throw new HoldfastError('request.invalid', `${name} has ${stored} bytes, not ${size}.`);
  }
  await refuseDamaged(
    context,
    packages.map(({ name, sha256, size }) => ({ path: name, sha256, size })),
  );
}

/**
 * Pins a key where the administrator names it; answers the audit's action where that changed something.
 * @throws HoldfastError `release.untrusted`
 */
async function settleTrust(
  db: Kysely<Schema>,
  keyId: string,
  { trust, replaceKey }: ClientReleaseAdd,
): Promise<'pinned' | 'known'> {
  const pinned = await getSetting(db, settings.key);
  if (pinned === keyId) return 'known';
  if (trust === keyId && (pinned === undefined || replaceKey === true)) {
    await putSetting(db, settings.key, keyId);
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
  const known = await getSetting(db, settings.floor);
  if (known !== undefined && compareReleases(version, known) < 0) {
    throw new HoldfastError('conflict', `Version ${version} is below the floor ${known} of this site.`);
  }
  if (known === undefined || compareReleases(floor, known) > 0) await putSetting(db, settings.floor, floor);
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
    if ((await countReleases(transaction)) >= mostReleases) {
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

async function countReleases(db: Kysely<Schema>): Promise<number> {
  const { count } = await db
    .selectFrom('clientRelease')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow();
  return Number(count);
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
    await deleteRelease(transaction, version);
    await audit(context, transaction, { actor, action: 'release.delete', target: version });
  });
  context.live.publish({ kind: 'release', id: version });
}

export async function releases(db: Kysely<Schema>): Promise<ClientReleases> {
  return {
    items: await listReleases(db),
    keyId: (await getSetting(db, settings.key)) ?? null,
    floor: (await getSetting(db, settings.floor)) ?? null,
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
