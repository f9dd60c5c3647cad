/** The last change of each client's operating system. */
import type { Migration } from '../migration.ts';

export const clientSystems: Migration = {
  number: 6,
  name: 'client-systems',
  async up({ run }) {
    await run(`create table "clientSystemChange" (
      "clientId" text primary key references "client" ("id") on delete cascade, "at" bigint not null,
      "auditedAt" bigint not null, "fromName" text not null, "fromEpoch" text not null, "toName" text not null,
      "toEpoch" text not null)`);
  },
};
