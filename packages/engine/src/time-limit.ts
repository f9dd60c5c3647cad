/** The time limit of a program: time in which the machine sleeps does not count. */
import { HoldfastError } from '@holdfast/contract';
import type { Clock, Running } from '@holdfast/ports';

/**
 * Longest piece in which time is counted. Some clocks go on while the machine sleeps, and their timers fire on wake: a
 * piece counts as what it was meant to last, however long it took. Milliseconds.
 */
const pieceMs = 15_000;

/** Resolves after `ms` in which the machine was awake. @throws the signal's reason */
export async function awakeFor(clock: Pick<Clock, 'sleep'>, ms: number, signal: AbortSignal): Promise<void> {
  for (let left = ms; left > 0; left -= pieceMs) await clock.sleep(Math.min(left, pieceMs), signal);
}

/** Counts for how long something is looked at, again and again. */
export type Stopwatch = {
  /** Milliseconds since the first look at what has this mark; sleep between two looks does not count. */
  look(mark: string): number;
};

export function openStopwatch(clock: Pick<Clock, 'monotonic'>): Stopwatch {
  let seen = { mark: '', at: 0, ms: 0 };
  return {
    look(mark) {
      const at = clock.monotonic();
      const ms = seen.mark === mark ? seen.ms + Math.min(at - seen.at, pieceMs) : 0;
      seen = { mark, at, ms };
      return ms;
    },
  };
}

/** Ends the process when its time is over; resolves to whether it came to that. */
export async function endAfter(
  clock: Pick<Clock, 'sleep'>,
  running: Running,
  ms: number,
  done: AbortSignal,
): Promise<boolean> {
  try {
    await awakeFor(clock, ms, done);
  } catch (thrown) {
    if (done.aborted) return false;
    throw thrown;
  }
  try {
    await running.kill();
  } catch (thrown) {
    // What cannot be ended is waited for all the same.
    if (!(thrown instanceof HoldfastError)) throw thrown;
  }
  return true;
}
