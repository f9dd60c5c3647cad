/** What the pages read, with the key under which it is kept. The first word of a key is what live events name. */
import type {
  ApiKeySummary,
  AuditRow,
  ClientDetail,
  ClientSummary,
  CollectionMember,
  CollectionPreview,
  CollectionSummary,
  DeploymentClient,
  DeploymentDetail,
  DeploymentState,
  DeploymentSummary,
  HealthState,
  InstallerDescription,
  InstallerFile,
  InstallerPlan,
  InstallerPlanQuestion,
  InstallerRows,
  InstallerTables,
  MembershipQuery,
  Overview,
  PackageDetail,
  PackageSummary,
  Page,
  Severity,
  SiteInfo,
  StatusRow,
  TokenSummary,
} from '@holdfast/contract/web';
import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';
import { change, get } from './http.ts';

/** Rows of one page of a list. */
const pageSize = 50;
/** Rows that a choice (a select box) offers at once; more are found by typing. */
const choiceSize = 100;

export type ListWindow = { readonly search?: string | undefined; readonly cursor?: string | undefined };

/** One page of a list: kept on the screen while the next one is on its way. */
export function pageQuery<T>(
  root: string,
  path: string,
  window: ListWindow & Record<string, string | undefined>,
) {
  return queryOptions({
    queryKey: [root, 'page', path, window],
    queryFn: ({ signal }) => get<Page<T>>(path, { limit: pageSize, ...window }, signal),
    placeholderData: keepPreviousData,
  });
}

export const siteQuery = queryOptions({
  queryKey: ['site'],
  queryFn: ({ signal }) => get<SiteInfo>('/site', {}, signal),
  staleTime: 300_000,
});

export const overviewQuery = queryOptions({
  queryKey: ['overview'],
  queryFn: ({ signal }) => get<Overview>('/overview', {}, signal),
});

export const clientsQuery = (
  window: ListWindow & { health?: HealthState | undefined; wire?: string | undefined },
) => pageQuery<ClientSummary>('clients', '/clients', window);

export const clientQuery = (id: string) =>
  queryOptions({
    queryKey: ['clients', 'one', id],
    queryFn: ({ signal }) => get<ClientDetail>(`/clients/${id}`, {}, signal),
  });

export type StatusFilter = {
  readonly clientId?: string | undefined;
  readonly deploymentId?: string | undefined;
  readonly severity?: Severity | undefined;
};

/** Status messages, newest first; older pages are added at the end. */
export const statusQuery = (filter: StatusFilter, limit = pageSize) =>
  infiniteQueryOptions({
    queryKey: ['status', filter, limit],
    queryFn: ({ pageParam, signal }) =>
      get<Page<StatusRow>>('/status', { ...filter, limit, cursor: pageParam }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
  });

export const packagesQuery = (window: ListWindow) =>
  pageQuery<PackageSummary>('packages', '/packages', window);

export const packageQuery = (id: string) =>
  queryOptions({
    queryKey: ['packages', 'one', id],
    queryFn: ({ signal }) => get<PackageDetail>(`/packages/${id}`, {}, signal),
  });

/** Content is named by its hash: what is read in it never changes. */
export const contentInstallerQuery = (sha256: string, path: string) =>
  queryOptions({
    queryKey: ['content', sha256, path],
    queryFn: ({ signal }) => get<InstallerDescription>(`/content/${sha256}/installer`, { path }, signal),
    staleTime: Number.POSITIVE_INFINITY,
  });

/** A Windows Installer package inside a package. */
export type InstallerPlace = { readonly packageId: string; readonly path: string };

export const installerQuery = ({ packageId, path }: InstallerPlace) =>
  queryOptions({
    queryKey: ['installers', packageId, path],
    queryFn: ({ signal }) => get<InstallerDescription>(`/packages/${packageId}/installer`, { path }, signal),
    staleTime: Number.POSITIVE_INFINITY,
  });

export const installerFilesQuery = (
  { packageId, path }: InstallerPlace,
  window: ListWindow & { feature?: string | undefined },
) => pageQuery<InstallerFile>('installers', `/packages/${packageId}/installer/files`, { ...window, path });

export const installerTablesQuery = ({ packageId, path }: InstallerPlace) =>
  queryOptions({
    queryKey: ['installers', packageId, path, 'tables'],
    queryFn: ({ signal }) =>
      get<InstallerTables>(`/packages/${packageId}/installer/tables`, { path }, signal),
    staleTime: Number.POSITIVE_INFINITY,
  });

export const installerRowsQuery = ({ packageId, path }: InstallerPlace, table: string, window: ListWindow) =>
  queryOptions({
    queryKey: ['installers', packageId, path, 'rows', table, window],
    queryFn: ({ signal }) =>
      get<InstallerRows>(
        `/packages/${packageId}/installer/tables/${encodeURIComponent(table)}`,
        { limit: pageSize, ...window, path },
        signal,
      ),
    // Rows of another table would be shown under the wrong columns.
    placeholderData: (before, query) => (query?.queryKey[4] === table ? before : undefined),
  });

/** A question that changes nothing, though it is posted: a command line may be long. */
export const installerPlanQuery = (
  { packageId, path }: InstallerPlace,
  question: Omit<InstallerPlanQuestion, 'path'>,
) =>
  queryOptions({
    queryKey: ['installers', packageId, path, 'plan', question],
    queryFn: () =>
      change<InstallerPlan>('POST', `/packages/${packageId}/installer/plan`, { path, ...question }),
    staleTime: Number.POSITIVE_INFINITY,
    placeholderData: keepPreviousData,
  });

export const packageChoicesQuery = (search: string) =>
  queryOptions({
    queryKey: ['packages', 'choices', search],
    queryFn: ({ signal }) => get<Page<PackageSummary>>('/packages', { limit: choiceSize, search }, signal),
    placeholderData: keepPreviousData,
  });

export const deploymentsQuery = (window: ListWindow) =>
  pageQuery<DeploymentSummary>('deployments', '/deployments', window);

export const deploymentQuery = (id: string) =>
  queryOptions({
    queryKey: ['deployments', 'one', id],
    queryFn: ({ signal }) => get<DeploymentDetail>(`/deployments/${id}`, {}, signal),
  });

export const deploymentClientsQuery = (
  id: string,
  window: ListWindow & { state?: DeploymentState | undefined },
) => pageQuery<DeploymentClient>('deployments', `/deployments/${id}/clients`, window);

export const collectionsQuery = (window: ListWindow) =>
  pageQuery<CollectionSummary>('collections', '/collections', window);

export const collectionQuery = (id: string) =>
  queryOptions({
    queryKey: ['collections', 'one', id],
    queryFn: ({ signal }) => get<CollectionSummary>(`/collections/${id}`, {}, signal),
  });

export const collectionChoicesQuery = (search: string) =>
  queryOptions({
    queryKey: ['collections', 'choices', search],
    queryFn: ({ signal }) =>
      get<Page<CollectionSummary>>('/collections', { limit: choiceSize, search }, signal),
    placeholderData: keepPreviousData,
  });

export const collectionMembersQuery = (id: string, window: ListWindow) =>
  pageQuery<CollectionMember>('collections', `/collections/${id}/members`, window);

export const collectionPreviewQuery = (query: MembershipQuery) =>
  queryOptions({
    queryKey: ['collections', 'preview', query],
    queryFn: () => change<CollectionPreview>('POST', '/collections/preview', query),
    placeholderData: keepPreviousData,
  });

export const clientChoicesQuery = (search: string) =>
  queryOptions({
    queryKey: ['clients', 'choices', search],
    queryFn: ({ signal }) => get<Page<ClientSummary>>('/clients', { limit: 20, search }, signal),
    placeholderData: keepPreviousData,
  });

export const tokensQuery = (window: ListWindow) => pageQuery<TokenSummary>('tokens', '/tokens', window);
export const apiKeysQuery = (window: ListWindow) => pageQuery<ApiKeySummary>('api-keys', '/api-keys', window);
export const auditQuery = (window: ListWindow) => pageQuery<AuditRow>('audit', '/audit', window);
