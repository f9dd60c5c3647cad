/** The first tables: site, clients, tokens, collections, content, software, deployments, status, audit. */
import type { Migration, MigrationTools } from '../migration.ts';

const tables = (serial: string): readonly string[] => [
  `create table "site" ("id" integer primary key check ("id" = 1), "siteCode" text not null, "createdAt" bigint not null)`,
  `create table "client" (
    "id" text primary key, "hostName" text not null, "platform" text not null, "osName" text not null,
    "osVersion" text not null, "architecture" text not null, "clientVersion" text not null, "facts" text not null,
    "enrolledAt" bigint not null, "lastSeenAt" bigint, "revokedAt" bigint,
    "policySerial" bigint not null, "policyIssuedAt" bigint, "policyTag" text)`,
  `create table "certificate" (
    "serial" text primary key, "clientId" text not null references "client" ("id") on delete cascade,
    "publicKey" text not null, "certificate" text not null, "issuedAt" bigint not null, "expiresAt" bigint not null)`,
  `create table "token" (
    "id" text primary key, "label" text not null, "secretHash" text not null unique, "maxUses" integer,
    "uses" integer not null, "createdAt" bigint not null, "expiresAt" bigint not null, "revokedAt" bigint)`,
  `create table "tokenUse" (
    "tokenId" text not null references "token" ("id") on delete cascade, "publicKey" text not null,
    "clientId" text not null references "client" ("id") on delete cascade, "at" bigint not null,
    primary key ("tokenId", "publicKey"))`,
  `create table "collection" (
    "id" text primary key, "name" text not null, "description" text not null, "query" text,
    "builtIn" integer not null, "createdAt" bigint not null)`,
  `create table "collectionDirect" (
    "collectionId" text not null references "collection" ("id") on delete cascade,
    "clientId" text not null references "client" ("id") on delete cascade,
    primary key ("collectionId", "clientId"))`,
  `create table "collectionMember" (
    "collectionId" text not null references "collection" ("id") on delete cascade,
    "clientId" text not null references "client" ("id") on delete cascade,
    primary key ("collectionId", "clientId"))`,
  `create table "content" ("sha256" text primary key, "size" bigint not null, "createdAt" bigint not null)`,
  `create table "package" (
    "id" text primary key, "name" text not null, "version" text not null, "publisher" text not null,
    "createdAt" bigint not null)`,
  `create table "packageFile" (
    "packageId" text not null references "package" ("id") on delete cascade, "path" text not null,
    "size" bigint not null, "sha256" text not null references "content" ("sha256"),
    primary key ("packageId", "path"))`,
  `create table "program" (
    "id" text primary key, "packageId" text not null references "package" ("id") on delete cascade,
    "name" text not null, "definition" text not null, "createdAt" bigint not null)`,
  `create table "assignment" ("hash" text primary key, "body" text not null)`,
  `create table "deployment" (
    "id" text primary key, "programId" text not null references "program" ("id"),
    "collectionId" text not null references "collection" ("id"), "intent" text not null, "purpose" text not null,
    "availableAt" bigint, "deadlineAt" bigint, "createdAt" bigint not null, "createdBy" text not null,
    "withdrawnAt" bigint, "assignmentHash" text not null references "assignment" ("hash"))`,
  // No references: one statement fewer to look up for each of the rows that come in the greatest number.
  `create table "statusMessage" (
    "id" ${serial}, "clientId" text not null, "stream" text not null, "seq" bigint not null, "at" bigint not null,
    "receivedAt" bigint not null, "code" integer not null, "severity" text not null, "deploymentId" text,
    "details" text not null)`,
  `create table "statusStream" (
    "clientId" text not null, "stream" text not null, "acknowledged" bigint not null, "highest" bigint not null,
    "lost" bigint not null, primary key ("clientId", "stream"))`,
  `create table "deploymentState" (
    "deploymentId" text not null, "clientId" text not null, "state" text not null, "code" integer not null,
    "at" bigint not null, "details" text not null, "stream" text, "seq" bigint,
    primary key ("deploymentId", "clientId"))`,
  `create table "audit" (
    "id" ${serial}, "at" bigint not null, "actor" text not null, "action" text not null, "target" text not null)`,
];

const indexes: readonly string[] = [
  `create index "clientHostName" on "client" ("hostName", "id")`,
  `create index "clientLastSeen" on "client" ("lastSeenAt")`,
  `create index "certificateClient" on "certificate" ("clientId", "issuedAt")`,
  `create index "collectionDirectClient" on "collectionDirect" ("clientId")`,
  `create index "collectionMemberClient" on "collectionMember" ("clientId")`,
  `create index "packageName" on "package" ("name", "id")`,
  `create index "packageFileContent" on "packageFile" ("sha256")`,
  `create index "programPackage" on "program" ("packageId")`,
  `create index "deploymentCollection" on "deployment" ("collectionId")`,
  `create index "deploymentProgram" on "deployment" ("programId")`,
  `create index "deploymentAssignment" on "deployment" ("assignmentHash")`,
  `create unique index "statusMessageNumber" on "statusMessage" ("clientId", "stream", "seq")`,
  `create index "statusMessageClient" on "statusMessage" ("clientId", "id")`,
  `create index "statusMessageDeployment" on "statusMessage" ("deploymentId", "id") where "deploymentId" is not null`,
  `create index "statusMessageTrouble" on "statusMessage" ("severity", "id") where "severity" <> 'info'`,
  `create index "deploymentStateClient" on "deploymentState" ("clientId")`,
];

export const firstLight: Migration = {
  number: 1,
  name: 'first-light',
  async up({ kind, run }: MigrationTools) {
    const serial =
      kind === 'sqlite'
        ? 'integer primary key autoincrement'
        : 'bigint generated by default as identity primary key';
    for (const statement of [...tables(serial), ...indexes]) await run(statement);
  },
};
