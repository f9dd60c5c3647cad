/** Memory given back before a long rest: a client sleeps for most of its life. */
import type { Clock } from '@holdfast/ports';

/** Milliseconds of sleep from which on a collection is worth its CPU time (about 25 ms). */
const longRestMs = 30_000;

/** A clock that first gives memory back when it is asked for a long sleep. */
export function restingClock(clock: Clock, giveBack: () => void): Clock {
  return {
    ...clock,
    sleep: (ms, signal) => {
      if (ms >= longRestMs) giveBack();
      return clock.sleep(ms, signal);
    },
  };
}

/** Collects all that V8 can, and returns it to the system. Does nothing without `--expose-gc`, which the launcher gives. */
export function collectGarbage(): void {
  globalThis.gc?.({ type: 'major', flavor: 'last-resort' });
}
