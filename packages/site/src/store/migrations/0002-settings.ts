/** Settings: small values that the site keeps for itself; and the order of the lists of tokens and deployments. */
import type { Migration } from '../migration.ts';

export const settings: Migration = {
  number: 2,
  name: 'settings',
  async up({ run }) {
    await run('create table "setting" ("key" text primary key, "value" text not null)');
    await run('create index "tokenCreated" on "token" ("createdAt", "id")');
    await run('create index "deploymentCreated" on "deployment" ("createdAt", "id")');
    await run(
      'create index "deploymentStateState" on "deploymentState" ("deploymentId", "state", "clientId")',
    );
  },
};
