/**
 * Sleep of a simulated machine, and how fast it is: time passes and nothing on it runs; what was due meanwhile happens
 * when it wakes. A sleeping machine ends nothing: programs go on where they were.
 *
 * What its clocks say of a sleep differs by platform. On Linux timers count CLOCK_MONOTONIC, which stands still
 * (clock_gettime(2)): a timer has left what it had left. On Windows the performance counter goes on, and with it the
 * timers of Node: each that was due in the sleep fires at once.
 */
import type { Clock } from '@holdfast/ports';
import type { Hold } from '../world/calls.ts';
import { clockPort, type Owner, type VirtualClock } from '../world/clock.ts';

export type MachinePower = {
  /** Falls asleep: no call of any program is answered until it wakes. */
  suspend(): void;
  resume(): void;
  /** Milliseconds that each call of its disk takes from now on; 0 = no time, as at first. */
  slowDown(msOfCall: () => number): void;
  /** Milliseconds that it has slept since it started. */
  sleptMs(): number;
  /** It starts: awake, and as fast as ever. */
  restart(): void;
  readonly hold: Hold;
  /** The clock of one life of a program. */
  clock(owner: Owner): Clock;
};

const atOnce = (): number => 0;

export function machinePower(clock: VirtualClock, kind: 'linux' | 'windows'): MachinePower {
  let waking: PromiseWithResolvers<void> | undefined;
  let fellAsleepAt = 0;
  /** Milliseconds of sleep that its monotonic clock has not counted. */
  let uncounted = 0;
  let slept = 0;
  let msOfCall = atOnce;

  function wake(): void {
    if (waking === undefined) return;
    const ms = clock.elapsed() - fellAsleepAt;
    slept += ms;
    if (kind === 'linux') uncounted += ms;
    waking.resolve();
    waking = undefined;
  }

  function slow(): Promise<void> | undefined {
    const ms = msOfCall();
    return ms === 0 ? undefined : clockPort(clock).sleep(ms);
  }

  return {
    suspend() {
      if (waking !== undefined) return;
      waking = Promise.withResolvers();
      fellAsleepAt = clock.elapsed();
    },
    resume: wake,
    slowDown(given) {
      msOfCall = given;
    },
    sleptMs: () => slept,
    restart() {
      wake();
      slept = 0;
      msOfCall = atOnce;
    },
    hold: {
      before: (name) => waking?.promise ?? (name.startsWith('disk.') ? slow() : undefined),
      after: () => waking?.promise,
    },
    clock(owner) {
      const port = clockPort(clock, owner);
      const monotonic = () => port.monotonic() - uncounted;
      return {
        now: port.now,
        monotonic,
        async sleep(ms, signal) {
          const due = monotonic() + ms;
          do {
            await port.sleep(due - monotonic(), signal);
            await waking?.promise;
          } while (monotonic() < due);
        },
      };
    },
  };
}
