/** The live feed: what changed, told to every open console, with repetitions left out. */
import type { LiveEvent } from '@holdfast/contract';
import type { Clock } from '@holdfast/ports';
import type { LiveFeed } from '../context.ts';

/** Milliseconds between two events of the same object. */
const quietTime = 250;
/** Objects of one kind that are named in that time; more become one event with the id `*`. */
const namedLimit = 100;

/**
 * A feed that tells the first event at once and, for as long as more come, what has changed every quarter of a
 * second. @param stopped ends the waiting when the site stops
 */
export function createLiveFeed(clock: Clock, stopped: AbortSignal): LiveFeed {
  const listeners = new Set<(event: LiveEvent) => void>();
  const pending = new Map<LiveEvent['kind'], Set<string>>();
  let telling = false;

  function tell(): void {
    const events = [...pending].flatMap(([kind, ids]) => [...ids].map((id) => ({ kind, id })));
    pending.clear();
    for (const event of events) for (const listener of listeners) listener(event);
  }

  async function tellWhileChanging(): Promise<void> {
    telling = true;
    while (pending.size > 0) {
      tell();
      // Only the end of the site ends a sleep early; nobody listens any more then.
      await clock.sleep(quietTime, stopped).catch(() => pending.clear());
    }
    telling = false;
  }

  return {
    publish({ kind, id }) {
      if (listeners.size === 0 || stopped.aborted) return;
      const ids = pending.get(kind) ?? new Set<string>();
      pending.set(kind, ids.size >= namedLimit ? new Set(['*']) : ids.has('*') ? ids : ids.add(id));
      if (!telling) void tellWhileChanging();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
