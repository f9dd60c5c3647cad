/** Orders of versions at a site, and what became of them on its one client. */
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ClientUpgradeDetail, CollectionSummary, Page, UpgradeMember } from '@holdfast/contract';
import type { Api } from './api.ts';

export type OrderOptions = {
  readonly action?: 'upgrade' | 'rollback';
  readonly trialSeconds?: number;
};

/** Minutes in which an upgrade must have ended: a sick version has ten. */
const limitMinutes = 20;

/** Has the site order a version for every client. @returns id of the upgrade */
export async function orderVersion(
  api: Api,
  version: string,
  { action = 'upgrade', trialSeconds = 5 }: OrderOptions = {},
): Promise<string> {
  const { items } = await api.get<Page<CollectionSummary>>('/collections');
  const [all] = items;
  assert.ok(all);
  const made = await api.post<ClientUpgradeDetail>('/client-upgrades', {
    action,
    version,
    collectionId: all.id,
    spreadSeconds: 0,
    settleSeconds: 0,
    trialSeconds,
  });
  assert.ok(made.id);
  return made.id;
}

/**
 * Waits until the member of an upgrade is so, for some minutes at most.
 * @param more what else is to be known of one that is not
 */
export async function memberIs(
  api: Api,
  upgradeId: string,
  states: readonly UpgradeMember['state'][],
  more: () => Promise<string> = async () => '',
): Promise<UpgradeMember> {
  const end = Date.now() + limitMinutes * 60_000;
  for (;;) {
    const { items } = await api.get<Page<UpgradeMember>>(`/client-upgrades/${upgradeId}/members`);
    const [seen] = items;
    if (seen && states.includes(seen.state)) return seen;
    if (Date.now() > end) {
      assert.fail(`it is not ${states.join(' or ')}: ${JSON.stringify(seen)}\n${await more()}`);
    }
    await sleep(1_000);
  }
}
