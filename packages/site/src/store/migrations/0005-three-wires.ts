/** The wire that each client spoke last, and the secrets of clients of the first generation. */
import type { Migration } from '../migration.ts';

export const threeWires: Migration = {
  number: 5,
  name: 'three-wires',
  async up({ run }) {
    // Whoever is there already speaks as today's clients do.
    await run(`alter table "client" add column "wire" integer not null default 3`);
    await run(`create index "clientWire" on "client" ("wire")`);
    await run(`create table "clientSecret" (
      "clientId" text primary key references "client" ("id") on delete cascade, "secretHash" text not null unique,
      "issuedAt" bigint not null, "succeededBy" text, "endsAt" bigint)`);
  },
};
