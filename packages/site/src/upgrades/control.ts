/** What an administrator does to an upgrade that is under way: pause, go on, withdraw. */
import { type ClientUpgradeDetail, HoldfastError } from '@holdfast/contract';
import type { Kysely } from 'kysely';
import { audit } from '../audit/model.ts';
import type { Schema } from '../store/schema.ts';
import { getUpgrade } from './lists.ts';
import type { UpgradeContext } from './model.ts';
import { lockUpgrade, setState } from './store.ts';

type Change = {
  readonly to: 'paused' | 'running' | 'withdrawn';
  readonly from: readonly string[];
  readonly action: 'upgrade.pause' | 'upgrade.resume' | 'upgrade.withdraw';
  readonly reason: (actor: string) => string;
  /** What becomes of the members. */
  readonly members: (db: Kysely<Schema>, id: string, now: number) => Promise<void>;
};

function membersOf(db: Kysely<Schema>, id: string) {
  return db.updateTable('clientUpgradeMember').where('upgradeId', '=', id);
}

/** Trials go to their end whatever is done here: their client would give a good version up without the site. */
export const changes = {
  pause: {
    to: 'paused',
    from: ['running'],
    action: 'upgrade.pause',
    reason: (actor) => `Paused by ${actor}.`,
    members: async () => {},
  },
  resume: {
    to: 'running',
    from: ['paused', 'stopped'],
    action: 'upgrade.resume',
    reason: (actor) => `Resumed by ${actor}; what had failed is accepted.`,
    // What was seen counts no more, and who was silent is waited for again.
    async members(db, id, now) {
      await membersOf(db, id).set({ accepted: 1 }).where('state', '=', 'failed').execute();
      const silent = membersOf(db, id).where('state', '=', 'silent');
      await silent.set({ state: 'on-trial', trialAt: now }).where('trialAt', 'is not', null).execute();
      await silent.set({ state: 'ordered' }).where('trialAt', 'is', null).execute();
      await membersOf(db, id).set({ orderedAt: now }).where('state', '=', 'ordered').execute();
    },
  },
  withdraw: {
    to: 'withdrawn',
    from: ['running', 'paused', 'stopped', 'done'],
    action: 'upgrade.withdraw',
    reason: (actor) => `Withdrawn by ${actor}.`,
    async members(db, id) {
      await membersOf(db, id)
        .set({ state: 'skipped', reason: 'the upgrade was withdrawn' })
        .where('state', 'in', ['waiting', 'ordered', 'silent'])
        .where('trialAt', 'is', null)
        .execute();
    },
  },
} as const satisfies Record<string, Change>;

/** @throws HoldfastError `not-found`; `conflict` where the upgrade is in no state for it */
export async function changeUpgrade(
  context: Omit<UpgradeContext, 'content' | 'entropy'>,
  actor: string,
  id: string,
  change: Change,
): Promise<ClientUpgradeDetail> {
  const { store, clock } = context;
  const { clientIds, detail } = await store.transaction().execute(async (transaction) => {
    const upgrade = await lockUpgrade(transaction, id);
    if (!change.from.includes(upgrade.state)) {
      throw new HoldfastError('conflict', `The upgrade is ${upgrade.state}: ${upgrade.reason}`);
    }
    const clients = await transaction
      .selectFrom('clientUpgradeMember')
      .select('clientId')
      .where('upgradeId', '=', id)
      .where('ring', '>', 0)
      .execute();
    await change.members(transaction, id, clock.now());
    const reason = change.reason(actor);
    await setState(transaction, id, { state: change.to, reason, changedAt: clock.now() });
    await audit(context, transaction, { actor, action: change.action, target: id });
    return {
      clientIds: clients.map(({ clientId }) => clientId),
      detail: await getUpgrade(transaction, id),
    };
  });
  context.policy.invalidate(clientIds);
  context.live.publish({ kind: 'upgrade', id });
  return detail;
}
