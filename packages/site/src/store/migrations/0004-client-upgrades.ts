/** Upgrades of clients in rings, and the versions by themselves that they take. */
import type { Migration } from '../migration.ts';

const tables: readonly string[] = [
  `create table "clientArchive" (
    "version" text not null references "clientRelease" ("version") on delete cascade, "name" text not null,
    "platform" text not null, "architecture" text not null, "size" bigint not null,
    "sha256" text not null references "content" ("sha256"), "needs" text not null,
    primary key ("version", "platform", "architecture"))`,
  `create table "clientUpgrade" (
    "id" text primary key, "action" text not null, "version" text not null, "collectionId" text not null,
    "collectionName" text not null, "rules" text not null, "spreadSeconds" integer not null,
    "state" text not null, "reason" text not null, "ring" integer not null,
    "createdAt" bigint not null, "createdBy" text not null, "changedAt" bigint not null)`,
  `create table "clientUpgradeRing" (
    "upgradeId" text not null references "clientUpgrade" ("id") on delete cascade, "ring" integer not null,
    "members" integer not null, "startedAt" bigint, primary key ("upgradeId", "ring"))`,
  `create table "clientUpgradeProof" (
    "deploymentId" text primary key, "upgradeId" text not null references "clientUpgrade" ("id") on delete cascade,
    "version" text not null, "platform" text not null, "hash" text not null, "body" text not null)`,
  `create table "clientUpgradeMember" (
    "upgradeId" text not null references "clientUpgrade" ("id") on delete cascade,
    "clientId" text not null references "client" ("id") on delete cascade, "ring" integer not null,
    "state" text not null, "version" text not null, "cause" text, "reason" text, "accepted" integer not null,
    "orderedAt" bigint, "heardAt" bigint, "trialAt" bigint, "proofAt" bigint, "provedAt" bigint, "endedAt" bigint,
    primary key ("upgradeId", "clientId"))`,
];

const indexes: readonly string[] = [
  `create index "clientArchiveContent" on "clientArchive" ("sha256")`,
  `create index "clientUpgradeState" on "clientUpgrade" ("state")`,
  `create index "clientUpgradeTime" on "clientUpgrade" ("createdAt", "id")`,
  `create index "clientUpgradeProofOf" on "clientUpgradeProof" ("upgradeId", "version", "platform")`,
  `create index "clientUpgradeProofHash" on "clientUpgradeProof" ("hash")`,
  `create index "clientUpgradeMemberClient" on "clientUpgradeMember" ("clientId")`,
  `create index "clientUpgradeMemberState" on "clientUpgradeMember" ("upgradeId", "ring", "state")`,
];

export const clientUpgrades: Migration = {
  number: 4,
  name: 'client-upgrades',
  async up({ run }) {
    for (const statement of [...tables, ...indexes]) await run(statement);
  },
};
