/** Signs of life of the client's loop: it turns, or what it waits for may still come. */
import type { Clock, Network } from '@holdfast/ports';

export type LoopLife = {
  /** Passes that the loop has begun. */
  readonly passes: number;
  /** Why it counts as stuck, as a clause; null while it does not. */
  readonly stuck: string | null;
};

/** Milliseconds of a pass in which nothing was heard of the network: more than any work on files takes. */
export const stillestPassMs = 60 * 60_000;
/** The same while a program runs: the longest that a program may (a day), and its end. */
export const longestProgramMs = 24 * 60 * 60_000 + stillestPassMs;
/** Milliseconds by which a rest may last longer than was asked: the machine was busy, or its clock counts sleep. */
export const overslept = 10 * 60_000;

export type LoopWatch = {
  /** A pass begins. */
  pass(): void;
  /** The loop rests until this time of the monotonic clock at the latest. */
  rest(until: number): void;
  /** The network with its answers counted as signs of life: a long download is no hang. */
  watched(network: Network): Network;
  /** @param programRuns whether work waits for a program now */
  look(programRuns: boolean): LoopLife;
};

export function watchLoop(clock: Pick<Clock, 'monotonic'>): LoopWatch {
  let passes = 0;
  let movedAt = clock.monotonic();
  let restsUntil: number | undefined;
  const moved = () => {
    movedAt = clock.monotonic();
  };

  async function* counted(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of body) {
      moved();
      yield chunk;
    }
  }

  return {
    pass() {
      passes += 1;
      restsUntil = undefined;
      moved();
    },
    rest(until) {
      restsUntil = until;
    },
    watched: (network) => ({
      async request(request) {
        const response = await network.request(request);
        moved();
        return { ...response, body: counted(response.body) };
      },
    }),
    look(programRuns) {
      const now = clock.monotonic();
      if (restsUntil !== undefined) {
        const late = now - restsUntil > overslept;
        return { passes, stuck: late ? 'its loop did not come back from a rest' : null };
      }
      const still = now - movedAt > (programRuns ? longestProgramMs : stillestPassMs);
      return { passes, stuck: still ? 'its loop waits for something that does not come' : null };
    },
  };
}
