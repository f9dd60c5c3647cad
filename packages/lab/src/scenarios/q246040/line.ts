/** The line between a branch and its site: what is sent waits for what was sent before. */

import { clockPort } from '../../world/clock.ts';
import type { Stage } from '../field/managed-machine.ts';
import { minute } from '../field/times.ts';

/** Longer than so many milliseconds at a stretch, and the people of the branch cannot work. */
export const bearableMs = 30 * minute;

export type Line = {
  /** Puts bytes on the line; resolves when the last of them has come through. */
  send(bytes: number): Promise<void>;
  /** The longest time that it was full without a pause. Milliseconds. */
  longestMs(): number;
  /** All bytes so far. */
  bytes(): number;
};

export function newLine({ clock, timeline }: Stage, kilobits: number): Line {
  /** Milliseconds since the world began. */
  let [fullSince, fullUntil, longest, sum] = [0, 0, 0, 0];
  let told = false;

  /** Says once of each stretch that it is more than anybody can bear, and when it is over. */
  function watch(): void {
    if (told || fullUntil - fullSince <= bearableMs) return;
    told = true;
    const since = fullSince;
    clock.schedule(fullSince + bearableMs - clock.elapsed(), () => {
      timeline.tell('network', 'the line is full for half an hour: nobody in the branch can work');
      tellEnd(since);
    });
  }

  function tellEnd(since: number): void {
    clock.schedule(fullUntil - clock.elapsed(), () => {
      if (fullSince === since && fullUntil > clock.elapsed()) return tellEnd(since);
      timeline.tell(
        'network',
        `the line is free again after ${Math.round((fullUntil - since) / minute)} minutes`,
      );
      told = false;
    });
  }

  return {
    async send(bytes) {
      const now = clock.elapsed();
      if (fullUntil < now) fullSince = now;
      // Kilobits a second are bits a millisecond.
      fullUntil = Math.max(fullUntil, now) + Math.ceil((bytes * 8) / kilobits);
      longest = Math.max(longest, fullUntil - fullSince);
      sum += bytes;
      watch();
      await clockPort(clock).sleep(fullUntil - now);
    },
    longestMs: () => longest,
    bytes: () => sum,
  };
}
