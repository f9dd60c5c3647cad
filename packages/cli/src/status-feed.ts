/** Status messages as they come in: read from the list, woken by the live feed. */
import { HoldfastError, StatusRow } from '@holdfast/contract';
import type { Api } from './api.ts';

/** Rows that are read again after an event. */
const rowsBehind = 2_000;

export type StatusFilter = {
  readonly clientId?: string | undefined;
  readonly deploymentId?: string | undefined;
  readonly severity?: string | undefined;
};

/**
 * Messages with an id above `after`, oldest first, until the consumer leaves or the signal ends it with its reason.
 * @throws HoldfastError `network.unreachable` when the site closes the feed
 */
export async function* statusFeed(
  api: Api,
  filter: StatusFilter,
  after: number,
  signal: AbortSignal,
): AsyncGenerator<StatusRow> {
  let last = after;
  const newer = async () => {
    const page = await api.list(StatusRow, '/status', rowsBehind, filter);
    const rows = page.items.filter((row) => row.id > last).reverse();
    last = rows.at(-1)?.id ?? last;
    return rows;
  };
  // The feed is open before the first read: nothing can fall between them.
  for await (const event of api.events(signal)) {
    const concerns =
      event === 'open' || (event.kind === 'status' && (filter.clientId ?? event.id) === event.id);
    if (concerns) yield* await newer();
  }
  signal.throwIfAborted();
  throw new HoldfastError('network.unreachable', 'The site has closed the live feed.');
}
