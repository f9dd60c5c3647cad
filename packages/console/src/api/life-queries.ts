/** What the pages read about clients themselves: their releases, set-ups, health and repair. */
import type {
  ClientReleases,
  ClientRepair,
  ClientRepairCreate,
  ClientSetup,
  HealthHistoryRow,
  Page,
  SetupDetail,
  SetupState,
  SetupSummary,
  TokenSummary,
} from '@holdfast/contract/web';
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { change, get } from './http.ts';
import { type ListWindow, pageQuery } from './queries.ts';

/** No event tells that a set-up or a client fell silent: such lists are read again after this time. Milliseconds. */
const lookAgain = 60_000;

export const setupOfferQuery = queryOptions({
  queryKey: ['releases', 'offer'],
  queryFn: ({ signal }) => get<ClientSetup>('/client-setup', {}, signal),
});

export const releasesQuery = queryOptions({
  queryKey: ['releases'],
  queryFn: ({ signal }) => get<ClientReleases>('/client-releases', {}, signal),
});

export const setupsQuery = (window: ListWindow & { state?: SetupState | undefined; tokenId?: string }) => ({
  ...pageQuery<SetupSummary>('setups', '/setups', window),
  refetchInterval: lookAgain,
});

/** How many set-ups are in a state. */
export const setupCountQuery = (state: SetupState) =>
  queryOptions({
    queryKey: ['setups', 'count', state],
    queryFn: async ({ signal }) => {
      const { total } = await get<Page<SetupSummary>>('/setups', { state, limit: 1 }, signal);
      return total;
    },
    refetchInterval: lookAgain,
  });

export const setupQuery = (id: string) =>
  queryOptions({
    queryKey: ['setups', 'one', id],
    queryFn: ({ signal }) => get<SetupDetail>(`/setups/${id}`, {}, signal),
    refetchInterval: lookAgain,
  });

/** How often a token that was just made has been used; undefined where it is not among the newest of its label. */
export const tokenUsesQuery = ({ id, label }: { readonly id: string; readonly label: string }) =>
  queryOptions({
    queryKey: ['tokens', 'uses', id],
    queryFn: async ({ signal }) => {
      const { items } = await get<Page<TokenSummary>>('/tokens', { search: label }, signal);
      return items.find((token) => token.id === id)?.uses ?? null;
    },
  });

/** Earlier evaluations of a client, newest first; older pages are added at the end. */
export const healthHistoryQuery = (clientId: string) =>
  infiniteQueryOptions({
    queryKey: ['clients', 'health', clientId],
    queryFn: ({ pageParam, signal }) =>
      get<Page<HealthHistoryRow>>(
        `/clients/${clientId}/health/history`,
        { limit: 10, cursor: pageParam },
        signal,
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
  });

/** What a repair would be; a question that changes nothing, though it is posted. */
export const repairPreviewQuery = (target: ClientRepairCreate) =>
  queryOptions({
    queryKey: ['deployments', 'repair', target],
    queryFn: () => change<ClientRepair>('POST', '/client-repairs', target, { dryRun: true }),
    retry: false,
  });
