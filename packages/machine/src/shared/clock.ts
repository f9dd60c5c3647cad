/** The real clock, the same on every platform that Node runs on. */
import type { Clock } from '@holdfast/ports';

/** A timer counts 31 bits of milliseconds; longer sleeps are taken in pieces. */
const longestTimerMs = 2 ** 31 - 1;

export function realClock(): Clock {
  const monotonic = () => performance.now();
  return {
    now: () => Date.now(),
    monotonic,
    sleep: async (ms, signal) => {
      signal?.throwIfAborted();
      const end = monotonic() + ms;
      // Timers count whole milliseconds and may fire a fraction early: the monotonic clock decides.
      do {
        await timer(Math.min(Math.ceil(end - monotonic()), longestTimerMs), signal);
      } while (monotonic() < end);
    },
  };
}

/** One timer; rejects with the reason of the signal itself (node:timers/promises would wrap it). */
function timer(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const handle = setTimeout(() => {
      signal?.removeEventListener('abort', aborted);
      resolve();
    }, ms);
    const aborted = () => {
      clearTimeout(handle);
      reject(signal?.reason);
    };
    signal?.addEventListener('abort', aborted, { once: true });
  });
}
