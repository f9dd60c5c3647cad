/** Upgrades of clients: ordered for the members of a collection, in rings, from the releases that the site has. */
import {
  type ClientUpgradeCreate,
  type ClientUpgradeDetail,
  HoldfastError,
  type RingRules,
} from '@holdfast/contract';
import { type Candidate, defaultRules, divideIntoRings } from '@holdfast/rollout';
import type { Kysely } from 'kysely';
import { audit } from '../audit/model.ts';
import { getCollection } from '../collections/store.ts';
import type { SiteContext } from '../context.ts';
import { compareReleases, findEnvelope, releaseFloorSetting } from '../releases/store.ts';
import type { ClientUpgradeMemberRow, ClientUpgradeRow, Schema } from '../store/schema.ts';
import { getSetting } from '../store/settings.ts';
import { getUpgrade } from './lists.ts';
import { proofsOf, storeProofs } from './proof.ts';
import { forgetOld, insertUpgrade, lockUpgrade, type NewUpgrade, unended } from './store.ts';
import { type Ways, waysTo } from './ways.ts';

export type UpgradeContext = Pick<SiteContext, 'clock' | 'entropy' | 'store'> & {
  readonly content: Pick<SiteContext['content'], 'add'>;
  readonly live: Pick<SiteContext['live'], 'publish'>;
  readonly policy: Pick<SiteContext['policy'], 'invalidate'>;
};

const day = 86_400_000;
/** Upgrades that are over, and kept for the record. */
const keptUpgrades = 200;
const defaultSpreadSeconds = 3_600;

/** @throws HoldfastError `release.missing`; `conflict` below the floor */
async function refuseVersion(db: Kysely<Schema>, version: string): Promise<void> {
  if ((await findEnvelope(db, version)) === undefined) {
    throw new HoldfastError('release.missing', `The site has no release ${version} of the client.`);
  }
  const floor = await getSetting(db, releaseFloorSetting);
  if (floor !== undefined && compareReleases(version, floor) < 0) {
    throw new HoldfastError('conflict', `Version ${version} is below the floor ${floor} of this site.`);
  }
}

const rulesOf = (request: ClientUpgradeCreate): RingRules => ({
  failures: request.failures ?? defaultRules.failures,
  silence: request.silence ?? defaultRules.silence,
  settleSeconds: request.settleSeconds ?? defaultRules.settleSeconds,
  leaseSeconds: request.leaseSeconds ?? defaultRules.leaseSeconds,
  trialSeconds: request.trialSeconds ?? defaultRules.trialSeconds,
});

function clientsOf(db: Kysely<Schema>, collectionId: string) {
  return db
    .selectFrom('collectionMember')
    .innerJoin('client', 'client.id', 'collectionMember.clientId')
    .select(['client.id', 'client.platform', 'client.architecture', 'client.clientVersion'])
    .select(['client.wire', 'client.lastSeenAt'])
    .where('collectionMember.collectionId', '=', collectionId)
    .where('client.revokedAt', 'is', null)
    .orderBy('client.id')
    .execute();
}

type ClientOfCollection = Awaited<ReturnType<typeof clientsOf>>[number];

/** The members with their rings, and those that are left out with why. */
function divide(
  upgrade: Pick<ClientUpgradeRow, 'id' | 'version' | 'createdAt'>,
  clients: readonly ClientOfCollection[],
  ways: Ways,
  request: ClientUpgradeCreate,
): Pick<NewUpgrade, 'members' | 'rings'> {
  const versions = new Map<string, string>();
  const candidates: Candidate[] = [];
  const empty = { upgradeId: upgrade.id, cause: null, reason: null, accepted: 0 };
  const untold = {
    orderedAt: null,
    heardAt: null,
    trialAt: null,
    proofAt: null,
    provedAt: null,
    endedAt: null,
  };
  const members: ClientUpgradeMemberRow[] = [];
  for (const client of clients) {
    const way = ways.of(client);
    if ('version' in way) {
      versions.set(client.id, way.version);
      candidates.push({ id: client.id, isAway: (client.lastSeenAt ?? 0) < upgrade.createdAt - day });
      continue;
    }
    const { version } = upgrade;
    const { leftOut: reason } = way;
    members.push({ ...empty, ...untold, clientId: client.id, ring: 0, state: 'skipped', version, reason });
  }
  const rings = divideIntoRings(candidates, upgrade.id, request.rings);
  for (const [index, ids] of rings.entries()) {
    for (const clientId of ids) {
      const version = versions.get(clientId) ?? upgrade.version;
      members.push({ ...empty, ...untold, clientId, ring: index + 1, state: 'waiting', version });
    }
  }
  return { members, rings: rings.map(({ length }) => length) };
}

/**
 * One open upgrade for each client: the members of the new one leave all others, and a trial goes to its end. A rollback takes
 * every client of the collection out, also one on trial or with an order for later that is left out because it still says
 * that it has the lower version.
 */
async function supersede(db: Kysely<Schema>, upgrade: ClientUpgradeRow): Promise<string[]> {
  const back = upgrade.action === 'rollback';
  const others = await db
    .selectFrom('clientUpgrade')
    .select('id')
    .where('id', '!=', upgrade.id)
    .orderBy('id')
    .execute();
  for (const { id } of others) await lockUpgrade(db, id);
  await db
    .updateTable('clientUpgradeMember')
    .set({ state: 'skipped', reason: `superseded by the ${upgrade.action} to ${upgrade.version}` })
    .where('upgradeId', '!=', upgrade.id)
    .where('state', 'in', unended)
    .$if(!back, (query) => query.where('trialAt', 'is', null))
    .where('clientId', 'in', (eb) =>
      eb
        .selectFrom('clientUpgradeMember as member')
        .select('member.clientId')
        .where('member.upgradeId', '=', upgrade.id)
        .where('member.ring', '>=', back ? 0 : 1),
    )
    .execute();
  return others.map(({ id }) => id);
}

async function draft(
  context: UpgradeContext,
  db: Kysely<Schema>,
  actor: string,
  request: ClientUpgradeCreate,
): Promise<NewUpgrade & { readonly ways: Ways }> {
  await refuseVersion(db, request.version);
  const collection = await getCollection(db, request.collectionId);
  const now = context.clock.now();
  const upgrade: ClientUpgradeRow = {
    id: context.entropy.uuid(),
    action: request.action,
    version: request.version,
    collectionId: collection.id,
    collectionName: collection.name,
    rules: JSON.stringify(rulesOf(request)),
    spreadSeconds: request.spreadSeconds ?? defaultSpreadSeconds,
    state: 'running',
    reason: 'Ring 1 has begun.',
    ring: 1,
    createdAt: now,
    createdBy: actor,
    changedAt: now,
  };
  const ways = await waysTo(db, request);
  const divided = divide(upgrade, await clientsOf(db, collection.id), ways, request);
  if (divided.rings.length === 0) {
    const [first] = divided.members;
    const why = first ? ` (the first one: ${first.reason})` : '';
    throw new HoldfastError('conflict', `No client of ${collection.name} can take ${request.version}${why}.`);
  }
  return { upgrade, ...divided, ways, proofs: proofsOf(context, upgrade.id, ways.versions) };
}

/**
 * Orders a version for the clients that are members now. The first ring begins at once.
 * @param options with `dryRun` nothing is changed, and what would be is answered
 * @throws HoldfastError `not-found`, `release.missing`; `conflict` below the floor, or where nobody can take it
 */
export async function createUpgrade(
  context: UpgradeContext,
  actor: string,
  request: ClientUpgradeCreate,
  { dryRun }: { dryRun: boolean },
): Promise<ClientUpgradeDetail> {
  const { ways, ...drafted } = await draft(context, context.store, actor, request);
  const { id } = drafted.upgrade;
  if (!dryRun) await storeProofs(context, id, ways.versions);
  const transaction = await context.store.startTransaction().execute();
  let others: string[];
  let detail: ClientUpgradeDetail;
  try {
    await insertUpgrade(transaction, drafted);
    others = await supersede(transaction, drafted.upgrade);
    const target = `${request.action} to ${request.version} of ${drafted.upgrade.collectionName} ${id}`;
    await audit(context, transaction, { actor, action: 'upgrade.create', target });
    await forgetOld(transaction, keptUpgrades);
    detail = await getUpgrade(transaction, id);
    if (!dryRun) await transaction.commit().execute();
  } finally {
    // A commit that failed holds its connection until this: with SQLite, the only one.
    if (!transaction.isCommitted) await transaction.rollback().execute();
  }
  if (dryRun) return { ...detail, id: null };
  context.policy.invalidate(drafted.members.map(({ clientId }) => clientId));
  for (const changed of [id, ...others]) context.live.publish({ kind: 'upgrade', id: changed });
  return detail;
}
