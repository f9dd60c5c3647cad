/** The orchestrator: what stored rows and the time say next of an upgrade. It remembers nothing, and may end at any moment. */
import type { RingRules } from '@holdfast/contract';
import { type RingVerdict, ringVerdict } from '@holdfast/rollout';
import type { Kysely } from 'kysely';
import { audit } from '../audit/model.ts';
import type { SiteContext } from '../context.ts';
import type { ClientUpgradeRow, Schema } from '../store/schema.ts';
import { endOfTurn } from '../store/turn.ts';
import { beginRing } from './begin.ts';
import type { UpgradeContext } from './model.ts';
import {
  lockUpgrade,
  ordering,
  type RingStanding,
  ringStandings,
  setState,
  upgradesUnderWay,
} from './store.ts';

/** What a look has changed; told to clients and consoles once it is committed. */
export type Looked = { readonly clientIds: readonly string[]; readonly changed: boolean };

/** Milliseconds that a stamp of when a client was last seen may lie before it. */
const seenStep = 1_000;

const rulesOf = ({ rules }: ClientUpgradeRow): RingRules => JSON.parse(rules) as RingRules;

/**
 * Notes of members on trial that they did all that a blessing needs: they carried out the proof, and the facts that came with
 * the client's certificate name the version.
 * @param of the members of an upgrade, or of a client
 */
export async function noteProved(
  db: Kysely<Schema>,
  of: { readonly upgradeId: string } | { readonly clientId: string },
  now: number,
): Promise<string[]> {
  const [column, id] =
    'upgradeId' in of ? (['upgradeId', of.upgradeId] as const) : (['clientId', of.clientId] as const);
  const rows = await db
    .updateTable('clientUpgradeMember')
    .set({ provedAt: now })
    .where(column, '=', id)
    .where('state', 'in', ['on-trial', 'silent'])
    .where('proofAt', 'is not', null)
    .where('provedAt', 'is', null)
    .where('version', '=', (eb) =>
      eb
        .selectFrom('client')
        .select('client.clientVersion')
        .whereRef('client.id', '=', 'clientUpgradeMember.clientId'),
    )
    .returning('clientId')
    .execute();
  return rows.map(({ clientId }) => clientId);
}

/** Members that were online since their ring began have their order: from now on an end is waited for. */
async function noteOrdered(db: Kysely<Schema>, id: string, now: number): Promise<number> {
  const result = await db
    .updateTable('clientUpgradeMember')
    .set({ state: 'ordered', orderedAt: now })
    .where('upgradeId', '=', id)
    .where('state', '=', 'waiting')
    .where('clientId', 'in', (eb) =>
      eb
        .selectFrom('clientUpgradeMember as member')
        .innerJoin('clientUpgradeRing as ring', (join) =>
          join.onRef('ring.upgradeId', '=', 'member.upgradeId').onRef('ring.ring', '=', 'member.ring'),
        )
        .innerJoin('client', 'client.id', 'member.clientId')
        .select('member.clientId')
        .where('member.upgradeId', '=', id)
        .where('member.state', '=', 'waiting')
        .where((inner) => inner('client.lastSeenAt', '>', inner('ring.startedAt', '-', seenStep))),
    )
    .executeTakeFirst();
  return Number(result.numUpdatedRows);
}

/** Members whose lease is over without an end are silent, whatever they said on the way: that they wait is no end. */
async function noteSilent(db: Kysely<Schema>, upgrade: ClientUpgradeRow, now: number): Promise<number> {
  const lease = rulesOf(upgrade).leaseSeconds * 1_000;
  const orderedBefore = now - lease - upgrade.spreadSeconds * 1_000;
  const isOrdering = ordering.includes(upgrade.state);
  const result = await db
    .updateTable('clientUpgradeMember')
    .set({ state: 'silent' })
    .where('upgradeId', '=', upgrade.id)
    .where((eb) =>
      eb.or([
        eb.and([eb('state', '=', 'on-trial'), eb('trialAt', '<', now - lease)]),
        // Without an order that stands, nobody owes an end.
        ...(isOrdering ? [eb.and([eb('state', '=', 'ordered'), eb('orderedAt', '<', orderedBefore)])] : []),
      ]),
    )
    .executeTakeFirst();
  return Number(result.numUpdatedRows);
}

/** What the rings that have begun say together: one that reached a limit stops all, the newest one decides on going on. */
function verdictOf(rings: readonly RingStanding[], rules: RingRules, now: number): RingVerdict {
  let last: RingVerdict = { verdict: 'wait', reason: 'No ring has begun.' };
  for (const { counts, lastEndAt, ring, startedAt } of rings) {
    if (startedAt === null) break;
    const { verdict, reason } = ringVerdict(
      counts,
      rules,
      lastEndAt === undefined ? undefined : now - lastEndAt,
    );
    last = { verdict, reason: `Ring ${ring}: ${reason}` };
    if (verdict === 'stop') break;
  }
  return last;
}

/** Stops, begins the next ring, or says what is waited for. Answers the clients whose policy changed, if anything did. */
async function decide(
  context: Pick<SiteContext, 'clock'>,
  db: Kysely<Schema>,
  upgrade: ClientUpgradeRow,
): Promise<readonly string[] | undefined> {
  const now = context.clock.now();
  const rings = await ringStandings(db, upgrade.id);
  const { verdict, reason } = verdictOf(rings, rulesOf(upgrade), now);
  if (verdict === 'stop') {
    await setState(db, upgrade.id, { state: 'stopped', reason, changedAt: now });
    await audit(context, db, { actor: 'site', action: 'upgrade.stop', target: `${upgrade.id} ${reason}` });
    return await orderedClients(db, upgrade.id);
  }
  if (verdict === 'go-on' && upgrade.state === 'running') {
    if (upgrade.ring < rings.length) return await beginRing(db, upgrade, upgrade.ring + 1, now);
    await setState(db, upgrade.id, { state: 'done', reason, changedAt: now });
    return [];
  }
  if (upgrade.state !== 'running' || upgrade.reason === reason) return undefined;
  await setState(db, upgrade.id, { state: upgrade.state, reason, changedAt: upgrade.changedAt });
  return [];
}

/** Clients that have an order of the upgrade in their index, or had until now. */
export async function orderedClients(db: Kysely<Schema>, upgradeId: string): Promise<string[]> {
  const rows = await db
    .selectFrom('clientUpgradeMember')
    .select('clientId')
    .where('upgradeId', '=', upgradeId)
    .where('state', 'in', ['waiting', 'ordered', 'silent'])
    .execute();
  return rows.map(({ clientId }) => clientId);
}

/** Looks at one upgrade in a transaction: done again, or by two servers after each other, it changes nothing more. */
export async function lookAt(
  context: Pick<SiteContext, 'clock'>,
  transaction: Kysely<Schema>,
  id: string,
): Promise<Looked> {
  const upgrade = await lockUpgrade(transaction, id);
  const now = context.clock.now();
  const proved = await noteProved(transaction, { upgradeId: id }, now);
  const isOrdering = ordering.includes(upgrade.state);
  const ordered = isOrdering ? await noteOrdered(transaction, id, now) : 0;
  const silent = await noteSilent(transaction, upgrade, now);
  const decided = isOrdering ? await decide(context, transaction, upgrade) : undefined;
  return {
    clientIds: [...proved, ...(decided ?? [])],
    changed: proved.length + ordered + silent > 0 || decided !== undefined,
  };
}

/** What is to be done once it is committed. A site that ends before it reads all policy anew when it starts. */
export function announceUpgrade(
  context: Pick<UpgradeContext, 'live' | 'policy'>,
  id: string,
  { changed, clientIds }: Looked,
): void {
  if (clientIds.length > 0) context.policy.invalidate(clientIds);
  if (changed) context.live.publish({ kind: 'upgrade', id });
}

/** Looks at every upgrade that time can change, each in a transaction of its own. Called by the site again and again. */
export async function driveUpgrades(context: Omit<UpgradeContext, 'content' | 'entropy'>): Promise<void> {
  for (const id of await upgradesUnderWay(context.store)) {
    const looked = await context.store
      .transaction()
      .execute((transaction) => lookAt(context, transaction, id));
    announceUpgrade(context, id, looked);
    await endOfTurn();
  }
}
