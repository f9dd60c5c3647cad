/** From bytes to a deployment over the API, and waiting for what a client says of it. */
import type {
  CollectionSummary,
  DeploymentSummary,
  Intent,
  PackageSummary,
  Page,
  Program,
  ProgramDefinition,
  StatusRow,
} from '@holdfast/contract';
import type { RunningSite } from '@holdfast/site';
import type { Api } from './api.ts';

export type Deployed = {
  readonly package: PackageSummary;
  readonly program: Program;
  readonly deployment: DeploymentSummary;
};

/** Uploads one file as a package with one program. */
export async function addPackage(
  api: Api,
  file: { path: string; bytes: Uint8Array },
  named: { name: string; version: string },
  definition: Omit<ProgramDefinition, 'name' | 'exitCodes' | 'maxRunMinutes'>,
): Promise<{ package: PackageSummary; program: Program }> {
  const { sha256, size } = await api.upload(file.bytes);
  const made = await api.post<PackageSummary>('/packages', {
    ...named,
    files: [{ path: file.path, size, sha256 }],
  });
  const program = await api.post<Program>(`/packages/${made.id}/programs`, {
    name: 'default',
    exitCodes: [],
    maxRunMinutes: 10,
    ...definition,
  });
  return { package: made, program };
}

/** Deploys a program to all clients, required at once. */
export async function deployToAll(
  api: Api,
  programId: string,
  intent: Intent = 'install',
): Promise<DeploymentSummary> {
  const collections = await api.get<Page<CollectionSummary>>('/collections');
  const all = collections.items.find((collection) => collection.builtIn);
  return await api.post<DeploymentSummary>('/deployments', { programId, collectionId: all?.id, intent });
}

/** All status messages, oldest first. */
export async function statusMessages(api: Api): Promise<StatusRow[]> {
  const rows: StatusRow[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const page: Page<StatusRow> = await api.get(
      `/status?limit=500${cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`}`,
    );
    rows.push(...page.items);
    cursor = page.next;
  }
  return rows.reverse();
}

/** Longest wait for one status message; a healthy run needs a few seconds. Milliseconds. */
const patienceMs = 90_000;

/**
 * Waits until a status message with this code, later than `after`, is at the site. Woken by the site's live feed.
 * Rejects with the messages so far when patience ends.
 */
export async function awaitStatus(
  site: RunningSite,
  api: Api,
  code: number,
  where: { after?: number; clientId?: string; patienceMs?: number } = {},
): Promise<StatusRow> {
  const waitsMs = where.patienceMs ?? patienceMs;
  const deadline = performance.now() + waitsMs;
  for (;;) {
    let wake = () => {};
    const woken = new Promise<void>((resolve) => {
      wake = resolve;
    });
    const unsubscribe = site.context.live.subscribe((event) => {
      if (event.kind === 'status') wake();
    });
    const timer = setTimeout(wake, Math.max(0, deadline - performance.now()));
    try {
      const rows = await statusMessages(api);
      const found = rows.find(
        (row) =>
          row.code === code &&
          row.id > (where.after ?? 0) &&
          (where.clientId ?? row.clientId) === row.clientId,
      );
      if (found !== undefined) return found;
      if (performance.now() >= deadline) {
        const seen = rows.map((row) => `${row.hostName} ${row.seq} ${row.code} ${row.text}`).join('\n');
        throw new Error(`No status ${code} within ${waitsMs} ms. Seen:\n${seen}`);
      }
      await woken;
    } finally {
      clearTimeout(timer);
      unsubscribe();
    }
  }
}
