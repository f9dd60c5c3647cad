/** What the policy index of a client says of its own version: its order, what proves it on trial, and the blessing. */
import {
  compareVersions,
  type PolicyIndex,
  type RingRules,
  type Sha256,
  type VersionBlessing,
  type VersionOrder,
  type VersionPolicy,
} from '@holdfast/contract';
import type { Kysely } from 'kysely';
import type { Schema } from '../store/schema.ts';
import type { SiteTrustStore } from '../trust/trust.ts';
import { ordering, unended } from './store.ts';

export type VersionPart = {
  /** Absent where there is nothing to say: the index is then the very text that it was before. */
  readonly client?: VersionPolicy;
  /** The deployment that a version on trial carries out. */
  readonly proof: PolicyIndex['assignments'];
};

const nothing: VersionPart = { proof: [] };

function memberships(db: Kysely<Schema>, clientId: string) {
  return db
    .selectFrom('clientUpgradeMember as member')
    .innerJoin('clientUpgrade as upgrade', 'upgrade.id', 'member.upgradeId')
    .innerJoin('clientUpgradeRing as ring', (join) =>
      join.onRef('ring.upgradeId', '=', 'member.upgradeId').onRef('ring.ring', '=', 'member.ring'),
    )
    .innerJoin('client', 'client.id', 'member.clientId')
    .where('member.clientId', '=', clientId)
    .where('member.state', 'in', unended)
    .where('ring.startedAt', 'is not', null);
}

function membershipRows(db: Kysely<Schema>, clientId: string) {
  return memberships(db, clientId)
    .select([
      'member.upgradeId',
      'member.version',
      'member.trialAt',
      'member.provedAt',
      'upgrade.action',
      'upgrade.state',
      'upgrade.spreadSeconds',
      'upgrade.rules',
      'ring.startedAt',
      'client.platform',
      'client.clientVersion',
    ])
    .orderBy('upgrade.createdAt', 'desc')
    .orderBy('upgrade.id', 'desc')
    .execute();
}

/** As they were stored with the upgrade. */
const rulesOf = ({ rules }: Pick<MembershipRow, 'rules'>): RingRules => JSON.parse(rules) as RingRules;

type MembershipRow = Awaited<ReturnType<typeof membershipRows>>[number];

/** An order leads where its action says: a machine that was set up anew meanwhile is not led the other way. */
function leads({ action, clientVersion, version }: MembershipRow): boolean {
  const difference = compareVersions(clientVersion, version, 3) ?? 0;
  return action === 'rollback' ? difference >= 0 : difference <= 0;
}

/**
 * The membership that counts: a trial goes to its end, whatever became of its upgrade; else the newest order that stands.
 */
function counting(rows: readonly MembershipRow[]): MembershipRow | undefined {
  return (
    rows.find(({ trialAt }) => trialAt !== null) ??
    rows.find((row) => ordering.includes(row.state) && leads(row))
  );
}

function blessingOf(trust: Pick<SiteTrustStore, 'seal'>, clientId: string, row: MembershipRow, at: number) {
  const blessing: VersionBlessing = { clientId, upgradeId: row.upgradeId, version: row.version, at };
  return trust.seal('holdfast/version-blessing', JSON.stringify(blessing));
}

export async function versionPart(
  db: Kysely<Schema>,
  trust: Pick<SiteTrustStore, 'seal'>,
  clientId: string,
): Promise<VersionPart> {
  const row = counting(await membershipRows(db, clientId));
  if (!row) return nothing;
  const { upgradeId, version, spreadSeconds, startedAt, trialAt, provedAt } = row;
  const order: VersionOrder = {
    upgradeId,
    action: row.action as VersionOrder['action'],
    version,
    notBefore: startedAt ?? 0,
    spreadSeconds,
    trialSeconds: rulesOf(row).trialSeconds,
  };
  if (trialAt === null) return { client: { order }, proof: [] };
  const proof = await db
    .selectFrom('clientUpgradeProof')
    .select(['deploymentId', 'hash'])
    .where('upgradeId', '=', upgradeId)
    .where('version', '=', version)
    .where('platform', '=', row.platform)
    .execute();
  if (provedAt === null) return { client: { order }, proof };
  return { client: { order, blessing: blessingOf(trust, clientId, row, provedAt) }, proof };
}

/** The exact text of the assignment that a client on trial carries out, if it has this hash. */
export async function proofBody(
  db: Kysely<Schema>,
  clientId: string,
  hash: Sha256,
): Promise<string | undefined> {
  const row = await memberships(db, clientId)
    .innerJoin('clientUpgradeProof as proof', (join) =>
      join
        .onRef('proof.upgradeId', '=', 'member.upgradeId')
        .onRef('proof.version', '=', 'member.version')
        .onRef('proof.platform', '=', 'client.platform'),
    )
    .select('proof.body')
    .where('member.trialAt', 'is not', null)
    .where('proof.hash', '=', hash)
    .executeTakeFirst();
  return row?.body;
}
