/** What the pages read about versions of the client over the fleet, and about their upgrades. */
import type {
  ClientUpgradeCreate,
  ClientUpgradeDetail,
  ClientUpgradeSummary,
  ClientVersions,
  Page,
  UpgradeMember,
  UpgradeMemberState,
  UpgradeOfClient,
} from '@holdfast/contract/web';
import { queryOptions } from '@tanstack/react-query';
import { change, get } from './http.ts';
import { type ListWindow, pageQuery } from './queries.ts';

/** Under the releases: what makes those stale, a client that changed above all, makes this stale too. */
export const versionsQuery = queryOptions({
  queryKey: ['releases', 'versions'],
  queryFn: ({ signal }) => get<ClientVersions>('/client-versions', {}, signal),
});

export const upgradesQuery = (window: ListWindow) =>
  pageQuery<ClientUpgradeSummary>('upgrades', '/client-upgrades', window);

export const upgradeQuery = (id: string) =>
  queryOptions({
    queryKey: ['upgrades', 'one', id],
    queryFn: ({ signal }) => get<ClientUpgradeDetail>(`/client-upgrades/${id}`, {}, signal),
  });

export type MemberFilter = {
  readonly state?: UpgradeMemberState | undefined;
  /** As text: 0 are those that were left out. */
  readonly ring?: string | undefined;
};

export const upgradeMembersQuery = (id: string, window: ListWindow & MemberFilter) =>
  pageQuery<UpgradeMember>('upgrades', `/client-upgrades/${id}/members`, window);

/** What was ordered of one client, newest first; the last few. */
export const upgradesOfClientQuery = (clientId: string) =>
  queryOptions({
    queryKey: ['upgrades', 'client', clientId],
    queryFn: ({ signal }) =>
      get<Page<UpgradeOfClient>>(`/clients/${clientId}/upgrades`, { limit: 6 }, signal),
  });

/** What an order would be; a question that changes nothing, though it is posted. */
export const upgradePreviewQuery = (request: ClientUpgradeCreate) =>
  queryOptions({
    queryKey: ['upgrades', 'dry-run', request],
    queryFn: () => change<ClientUpgradeDetail>('POST', '/client-upgrades', request, { dryRun: true }),
    retry: false,
    staleTime: 0,
  });
