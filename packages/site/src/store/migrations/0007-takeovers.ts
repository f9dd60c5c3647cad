/** Foreign agents that are taken over, and what each member of their collections has said of it last. */
import type { Migration } from '../migration.ts';

export const takeovers: Migration = {
  number: 7,
  name: 'takeovers',
  async up({ run }) {
    await run(`create table "takeover" (
      "id" text primary key, "name" text not null, "platform" text not null, "mode" text not null,
      "rule" text not null, "collectionId" text not null, "collectionName" text not null, "createdAt" bigint not null,
      "createdBy" text not null, "withdrawnAt" bigint)`);
    await run(`create index "takeoverCollection" on "takeover" ("collectionId")`);
    await run(`create table "takeoverMember" (
      "takeoverId" text not null references "takeover" ("id") on delete cascade,
      "clientId" text not null references "client" ("id") on delete cascade, "code" integer not null,
      "details" text not null, "at" bigint not null, "stream" text not null, "seq" bigint not null,
      primary key ("takeoverId", "clientId"))`);
    await run(`create index "takeoverMemberClient" on "takeoverMember" ("clientId")`);
  },
};
