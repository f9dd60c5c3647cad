/** The live feed: one stream of events says what changed, and the pages read it again. */
import type { LiveEvent } from '@holdfast/contract/web';
import type { QueryClient } from '@tanstack/react-query';
import { sessionQuery } from './session.ts';

export type LiveState = 'connecting' | 'live' | 'offline';

/** The first words of the query keys that a kind of event makes stale. */
const touchedBy: Readonly<Record<LiveEvent['kind'], readonly string[]>> = {
  client: ['clients', 'collections', 'overview', 'releases'],
  status: ['status', 'clients', 'deployments', 'overview'],
  package: ['packages', 'overview', 'audit'],
  collection: ['collections', 'clients', 'deployments', 'audit'],
  deployment: ['deployments', 'clients', 'overview', 'audit'],
  token: ['tokens', 'audit'],
  release: ['releases', 'audit'],
  setup: ['setups'],
  upgrade: ['upgrades', 'clients', 'audit'],
};

/** Events within this time are answered by one reading. Milliseconds. */
const gatherTime = 400;
/** A stream that the site refused is opened again after this time, doubled up to the longest. Milliseconds. */
const retryTimes = { first: 2_000, longest: 60_000 } as const;

function kindOf(data: unknown): LiveEvent['kind'] | undefined {
  try {
    const event = JSON.parse(String(data)) as Partial<LiveEvent>;
    return event.kind !== undefined && Object.hasOwn(touchedBy, event.kind) ? event.kind : undefined;
  } catch {
    // A line that is no JSON is of a newer site: the next reading by hand shows what it meant.
    return undefined;
  }
}

/** Gathers stale keys and invalidates them together. */
function gatherer(queries: QueryClient) {
  const stale = new Set<string>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const flush = () => {
    timer = undefined;
    const roots = new Set(stale);
    stale.clear();
    void queries.invalidateQueries({ predicate: ({ queryKey }) => roots.has(String(queryKey[0])) });
  };
  return {
    add(kind: LiveEvent['kind']) {
      for (const root of touchedBy[kind]) stale.add(root);
      timer ??= setTimeout(flush, gatherTime);
    },
    stop: () => clearTimeout(timer),
  };
}

/**
 * Follows GET /api/v1/events until the answered function is called. What was missed while the stream was
 * away is made good by reading everything on the screen again.
 */
export function followLive(queries: QueryClient, tell: (state: LiveState) => void): () => void {
  const gathered = gatherer(queries);
  let source: EventSource | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let wait: number = retryTimes.first;
  let missed = false;

  const open = () => {
    source = new EventSource('/api/v1/events');
    source.onopen = () => {
      wait = retryTimes.first;
      tell('live');
      if (missed) void queries.invalidateQueries();
      missed = false;
    };
    source.onmessage = (message) => {
      const kind = kindOf(message.data);
      if (kind !== undefined) gathered.add(kind);
    };
    source.onerror = () => {
      missed = true;
      tell('offline');
      // The browser comes back by itself from a broken line, but never from an answer that says no.
      if (source?.readyState !== EventSource.CLOSED) return;
      void queries.invalidateQueries({ queryKey: sessionQuery.queryKey });
      timer = setTimeout(open, wait);
      wait = Math.min(wait * 2, retryTimes.longest);
    };
  };
  tell('connecting');
  open();
  return () => {
    source?.close();
    clearTimeout(timer);
    gathered.stop();
  };
}
