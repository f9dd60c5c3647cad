/** What chance decides about a machine of Q283130: an advertisement, and the verify cycle that may come while it runs. */
import type { Random } from '../../world/random.ts';
import { between, day, hour, minute, second } from '../field/times.ts';

/** Milliseconds, all of them; times since the world began. */
export type World = {
  /** When the advertisement begins to run. */
  readonly advertisedAt: number;
  /** Pieces that its installer writes, and the time that each of them takes. */
  readonly pieces: number;
  readonly pieceMs: number;
  /** When the client verifies itself: "usually once, approximately every 30 days". */
  readonly verifyAt: number;
  /** "In some cases, the advertisement is rescheduled and installed": when; null = in this case not. */
  readonly rescheduledAfterMs: number | null;
  /** A file of the client itself is damaged before that, so that it has something to mend. */
  readonly damaged: boolean;
};

/** The advertisement is of the thirtieth day. */
const thirtiethDay = 29 * day;
/** The verify cycle comes so long before the advertisement, or so long after it has begun. */
const [before, after] = [30 * minute, hour];
export const verdictAt = 29 * day + 14 * hour;
/** When the story begins to be told: nothing happens on the machine before. */
export const beginsAt = thirtiethDay;

export function drawWorld(random: Random): World {
  const advertisedAt = thirtiethDay + between(random, 2 * hour, 6 * hour);
  return {
    advertisedAt,
    pieces: between(random, 12, 30),
    pieceMs: between(random, 20 * second, 2 * minute),
    verifyAt: advertisedAt + between(random, -before, after),
    rescheduledAfterMs: random.chance(1, 4) ? between(random, hour, 5 * hour) : null,
    damaged: random.chance(1, 3),
  };
}
