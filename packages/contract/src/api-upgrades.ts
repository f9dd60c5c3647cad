/** The administrators' API, the part about upgrades of the clients themselves: rings, their limits, and where each member stands. */
import type { Static, TSchema } from 'typebox';
import * as Type from 'typebox';
import { ClientVersion } from './client-release.ts';
import { TrialFailure, VersionOrder } from './client-versions.ts';
import { Platform, Timestamp, Uuid } from './ids.ts';

const strict = { additionalProperties: false } as const;
const Nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);

const Percent = Type.Object({ percent: Type.Number({ exclusiveMinimum: 0, maximum: 100 }) }, strict);
const Count = Type.Object({ count: Type.Integer({ minimum: 1, maximum: 10_000_000 }) }, strict);

/** How many members a ring has: a share of all members, a number of them, or whoever is left. */
export const RingSize = Type.Union([Percent, Count, Type.Object({ rest: Type.Literal(true) }, strict)]);
export type RingSize = Static<typeof RingSize>;

/** How many members of one ring are too many: a share of the ring, at least one, or a number of them. */
export const RingLimit = Type.Union([Percent, Count]);
export type RingLimit = Static<typeof RingLimit>;

/** When a ring stops the upgrade, and when the next one begins. */
export const RingRules = Type.Object(
  {
    /** Members that were reverted or refused the version. */
    failures: RingLimit,
    /** Members that took the order and of which no end was heard within the lease. */
    silence: RingLimit,
    /** Between the last end in a ring and the beginning of the next one. */
    settleSeconds: Type.Integer({ minimum: 0, maximum: 30 * 86_400 }),
    /** Within which the end of a member must be heard, after its order and the spread. */
    leaseSeconds: Type.Integer({ minimum: 60, maximum: 30 * 86_400 }),
    trialSeconds: VersionOrder.properties.trialSeconds,
  },
  strict,
);
export type RingRules = Static<typeof RingRules>;

/** POST /client-upgrades: for the members that the collection has now; whoever joins later is none of them. */
export const ClientUpgradeCreate = Type.Object(
  {
    action: VersionOrder.properties.action,
    version: ClientVersion,
    collectionId: Uuid,
    /** Absent: 1 %, 9 %, 40 %, 50 %. The first ring is never more than a tenth, and the rest is one more ring. */
    rings: Type.Optional(Type.Array(RingSize, { minItems: 1, maxItems: 20 })),
    failures: Type.Optional(RingLimit),
    silence: Type.Optional(RingLimit),
    settleSeconds: Type.Optional(RingRules.properties.settleSeconds),
    leaseSeconds: Type.Optional(RingRules.properties.leaseSeconds),
    trialSeconds: Type.Optional(RingRules.properties.trialSeconds),
    spreadSeconds: Type.Optional(VersionOrder.properties.spreadSeconds),
  },
  strict,
);
export type ClientUpgradeCreate = Static<typeof ClientUpgradeCreate>;

/** `stopped`: by its limits; an administrator may have it go on. Orders stand while it runs and when it is done. */
export const UpgradeState = Type.Union([
  Type.Literal('running'),
  Type.Literal('paused'),
  Type.Literal('stopped'),
  Type.Literal('done'),
  Type.Literal('withdrawn'),
]);
export type UpgradeState = Static<typeof UpgradeState>;

/**
 * Where a member stands. `waiting`: its ring has not begun, or it was not online since. `silent` is no end: whoever is heard
 * of again goes on from there.
 */
export const UpgradeMemberState = Type.Union([
  Type.Literal('waiting'),
  Type.Literal('ordered'),
  Type.Literal('on-trial'),
  Type.Literal('blessed'),
  Type.Literal('failed'),
  Type.Literal('silent'),
  Type.Literal('skipped'),
]);
export type UpgradeMemberState = Static<typeof UpgradeMemberState>;

/** Members of a ring by state. `accepted` are failures that an administrator has seen and gone on from. */
export const RingCounts = Type.Object({
  waiting: Type.Integer(),
  ordered: Type.Integer(),
  'on-trial': Type.Integer(),
  blessed: Type.Integer(),
  failed: Type.Integer(),
  silent: Type.Integer(),
  accepted: Type.Integer(),
});
export type RingCounts = Static<typeof RingCounts>;

export const UpgradeRing = Type.Object({
  /** 1, 2, 3 ... */
  ring: Type.Integer(),
  members: Type.Integer(),
  startedAt: Nullable(Timestamp),
  counts: RingCounts,
});
export type UpgradeRing = Static<typeof UpgradeRing>;

/** Rows of GET /client-upgrades, newest first. */
export const ClientUpgradeSummary = Type.Object({
  /** Null in a dry run. */
  id: Nullable(Uuid),
  action: VersionOrder.properties.action,
  version: ClientVersion,
  collectionId: Uuid,
  collectionName: Type.String(),
  state: UpgradeState,
  /** Why it is in this state, as a sentence. */
  reason: Type.String(),
  /** The ring that is under way, of so many. */
  ring: Type.Integer(),
  rings: Type.Integer(),
  members: Type.Integer(),
  /** Members that were left out, each with its reason. */
  skipped: Type.Integer(),
  /** The rings in their order; together they have the members. */
  ringList: Type.Array(UpgradeRing),
  createdAt: Timestamp,
  createdBy: Type.String(),
  changedAt: Timestamp,
});
export type ClientUpgradeSummary = Static<typeof ClientUpgradeSummary>;

/** GET /client-upgrades/:id; 201 of POST /client-upgrades (200 with `?dryRun=true`). */
export const ClientUpgradeDetail = Type.Object({
  ...ClientUpgradeSummary.properties,
  rules: RingRules,
  spreadSeconds: VersionOrder.properties.spreadSeconds,
  /** Failures by cause: a key of `trialFailures`, or the code of the error for a version that was not taken. */
  causes: Type.Record(Type.String(), Type.Integer()),
  /** Members that were left out, by reason. */
  skippedFor: Type.Record(Type.String(), Type.Integer()),
});
export type ClientUpgradeDetail = Static<typeof ClientUpgradeDetail>;

/** Rows of GET /client-upgrades/:id/members (PageQuery + `state`, `ring`), by host name. Reasons are text from clients: hostile. */
export const UpgradeMember = Type.Object({
  clientId: Uuid,
  hostName: Type.String(),
  platform: Platform,
  clientVersion: Type.String(),
  /** 0 for one that was left out. */
  ring: Type.Integer(),
  state: UpgradeMemberState,
  /** The version that it is to take now: a stepping stone, or that of the upgrade. */
  version: ClientVersion,
  cause: Nullable(Type.Union([TrialFailure, Type.String()])),
  reason: Nullable(Type.String()),
  accepted: Type.Boolean(),
  orderedAt: Nullable(Timestamp),
  heardAt: Nullable(Timestamp),
});
export type UpgradeMember = Static<typeof UpgradeMember>;

/** Rows of GET /clients/:id/upgrades, newest first: what was ordered of one client, and what became of it. */
export const UpgradeOfClient = Type.Object({
  upgradeId: Uuid,
  action: VersionOrder.properties.action,
  /** Version of the upgrade; `version` is what the client is to take now on its way there. */
  target: ClientVersion,
  collectionName: Type.String(),
  upgradeState: UpgradeState,
  createdAt: Timestamp,
  ring: UpgradeMember.properties.ring,
  state: UpgradeMemberState,
  version: UpgradeMember.properties.version,
  cause: UpgradeMember.properties.cause,
  /** Text from the client: hostile. */
  reason: UpgradeMember.properties.reason,
  accepted: UpgradeMember.properties.accepted,
  orderedAt: Nullable(Timestamp),
  heardAt: Nullable(Timestamp),
  /** The version went on trial, carried out what proves it, did all that a blessing needs; the end was heard. */
  trialAt: Nullable(Timestamp),
  proofAt: Nullable(Timestamp),
  provedAt: Nullable(Timestamp),
  endedAt: Nullable(Timestamp),
});
export type UpgradeOfClient = Static<typeof UpgradeOfClient>;

/** GET /client-versions: what clients that are not revoked say that they are, the version of most of them first. */
export const ClientVersions = Type.Object({
  /** Versions are text from clients: hostile. No more than a hundred of them; `total` counts the clients of all. */
  items: Type.Array(Type.Object({ version: Type.String(), clients: Type.Integer() })),
  total: Type.Integer(),
});
export type ClientVersions = Static<typeof ClientVersions>;
