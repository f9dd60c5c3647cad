/** One clock for everything on the screen that says how long ago something was. */
import { useSyncExternalStore } from 'react';

/** How often relative times are written anew. Milliseconds. */
export const tick = 10_000;

let now = Date.now();
let timer: ReturnType<typeof setInterval> | undefined;
const listeners = new Set<() => void>();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  if (timer === undefined) {
    // It stood still while nobody looked.
    now = Date.now();
    timer = setInterval(() => {
      now = Date.now();
      for (const each of listeners) each();
    }, tick);
  }
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

/** Milliseconds since 1970, at most one tick old. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => now);
}
