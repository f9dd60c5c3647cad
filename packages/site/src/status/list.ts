/** Lists of status messages, newest first. */
import { type Page, type StatusRow, statusEntry, statusText } from '@holdfast/contract';
import type { Kysely } from 'kysely';
import { byNumber, contains, defaultPageLimit, type PageRequest, pageOf, totalOf } from '../store/pages.ts';
import type { Schema, StatusMessageRow } from '../store/schema.ts';

export type StatusFilter = PageRequest & {
  readonly clientId?: string | undefined;
  readonly deploymentId?: string | undefined;
  readonly severity?: string | undefined;
};

function statusRow({ stream: _, ...row }: StatusMessageRow & { hostName: string }): StatusRow {
  const details = JSON.parse(row.details) as StatusRow['details'];
  return {
    ...row,
    severity: row.severity as StatusRow['severity'],
    details,
    name: statusEntry(row.code)?.name ?? null,
    text: statusText({ code: row.code, details }),
  };
}

/** Searches host names and the facts in the messages. */
export async function listStatus(db: Kysely<Schema>, filter: StatusFilter): Promise<Page<StatusRow>> {
  const limit = filter.limit ?? defaultPageLimit;
  const place = byNumber.read(filter.cursor);
  const { clientId, deploymentId, severity, search } = filter;
  // Clients are looked up for the rows of the page only: counting millions of messages needs none.
  const filtered = db
    .selectFrom('statusMessage')
    .$if(clientId !== undefined, (query) => query.where('statusMessage.clientId', '=', clientId ?? ''))
    .$if(deploymentId !== undefined, (query) =>
      query.where('statusMessage.deploymentId', '=', deploymentId ?? ''),
    )
    .$if(severity !== undefined, (query) => query.where('statusMessage.severity', '=', severity ?? ''))
    .$if(!!search, (query) =>
      query.where((eb) =>
        eb.or([
          eb(
            'statusMessage.clientId',
            'in',
            eb
              .selectFrom('client')
              .select('client.id')
              .where(contains(['client.hostName'], search ?? '')),
          ),
          contains(['statusMessage.details'], search ?? ''),
        ]),
      ),
    );
  const rows = await filtered
    .innerJoin('client', 'client.id', 'statusMessage.clientId')
    .selectAll('statusMessage')
    .select('client.hostName')
    .$if(place !== undefined, (query) => query.where('statusMessage.id', '<', place?.[0] ?? 0))
    .orderBy('statusMessage.id', 'desc')
    .limit(limit + 1)
    .execute();
  return pageOf(
    { rows, limit, total: await totalOf(filtered) },
    { order: byNumber, place: (row) => [row.id], item: statusRow },
  );
}
