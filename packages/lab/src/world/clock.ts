/** Virtual time: it stands still while anything can run, then jumps to the next timer. */
import type { Clock } from '@holdfast/ports';
import { everythingHasRun } from './turn.ts';

/** What may be asked before a timer fires: one whose owner is no more never fires. */
export type Owner = { readonly alive: boolean };

export type VirtualClock = {
  /** Wall clock, milliseconds since 1970: start + elapsed + steps. */
  now(): number;
  /** Milliseconds since this world began. */
  elapsed(): number;
  /** Sets the wall clock forward or back by `ms` (as an administrator or a time server would). */
  stepWallClock(ms: number): void;
  /** Calls `action` after `ms` if the owner is alive then. Answers the function that takes it back. */
  schedule(ms: number, action: () => void, owner?: Owner): () => void;
  /**
   * Lets the world go on until `done`, until nothing is left to happen, or until virtual time `limitMs` has passed.
   * Timers fire in the order of (time, registration), one at a time, each after everything before it has run.
   */
  run(done: () => boolean, limitMs: number): Promise<'done' | 'idle' | 'limit'>;
};

type Timer = { readonly at: number; readonly sequence: number; readonly action: () => void; owner: Owner };

const always: Owner = { alive: true };
const cancelled: Owner = { alive: false };

/** Every world begins on 2026-01-01T00:00:00Z unless told otherwise. */
export const worldStart = 1_767_225_600_000;

export function virtualClock(start = worldStart): VirtualClock {
  const timers: Timer[] = [];
  let elapsed = 0;
  let step = 0;
  let sequence = 0;

  function nextTimer(): Timer | undefined {
    for (;;) {
      const timer = timers[0];
      if (timer === undefined || timer.owner.alive) return timer;
      takeFirst(timers);
    }
  }

  return {
    now: () => start + elapsed + step,
    elapsed: () => elapsed,
    stepWallClock(ms) {
      step += ms;
    },
    schedule(ms, action, owner = always) {
      const timer: Timer = { at: elapsed + Math.max(0, Math.ceil(ms)), sequence: sequence++, action, owner };
      insert(timers, timer);
      return () => {
        timer.owner = cancelled;
      };
    },
    async run(done, limitMs) {
      const limit = elapsed + limitMs;
      for (;;) {
        await everythingHasRun();
        if (done()) return 'done';
        const timer = nextTimer();
        if (timer === undefined) return 'idle';
        if (timer.at > limit) {
          elapsed = limit;
          return 'limit';
        }
        takeFirst(timers);
        elapsed = timer.at;
        timer.action();
      }
    },
  };
}

/** The clock port over virtual time, for one life of a program. */
export function clockPort(clock: VirtualClock, owner: Owner = always): Clock {
  return {
    now: clock.now,
    monotonic: clock.elapsed,
    sleep(ms, signal) {
      return new Promise((resolve, reject) => {
        if (signal?.aborted) {
          reject(signal.reason);
          return;
        }
        const cancel = clock.schedule(ms, wake, owner);
        const abort = () => {
          cancel();
          reject(signal?.reason);
        };
        function wake() {
          signal?.removeEventListener('abort', abort);
          resolve();
        }
        signal?.addEventListener('abort', abort, { once: true });
      });
    },
  };
}

function before(left: Timer, right: Timer): boolean {
  return left.at < right.at || (left.at === right.at && left.sequence < right.sequence);
}

/** Binary heap: the parent of `index` is `(index - 1) >> 1`. */
function insert(heap: Timer[], timer: Timer): void {
  let index = heap.length;
  heap.push(timer);
  while (index > 0) {
    const parent = (index - 1) >> 1;
    const above = heap[parent];
    if (above === undefined || !before(timer, above)) break;
    heap[index] = above;
    index = parent;
  }
  heap[index] = timer;
}

function takeFirst(heap: Timer[]): void {
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return;
  let index = 0;
  for (;;) {
    const left = heap[2 * index + 1];
    const right = heap[2 * index + 2];
    const smaller = right !== undefined && left !== undefined && before(right, left) ? right : left;
    if (smaller === undefined || !before(smaller, last)) break;
    heap[index] = smaller;
    index = smaller === left ? 2 * index + 1 : 2 * index + 2;
  }
  heap[index] = last;
}
