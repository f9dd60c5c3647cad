/** Which cases come next: the targets take turns, in batches that last about as long as each other. */
import type { Batch } from './watched.ts';

const batchMilliseconds = 300;
const [fewest, most] = [8, 8192];

export type Until = { readonly seconds: number } | { readonly cases: number };

export type Turns = {
  /** Undefined when all cases were handed out. */
  next(): Batch | undefined;
  /** Says how long one took. */
  done(batch: Batch, milliseconds: number): void;
};

/** @param first single inputs that come before the rest */
export function turns(names: readonly string[], until: Until, first: readonly Batch[]): Turns {
  const quota = 'cases' in until ? Math.ceil(until.cases / names.length) : Number.MAX_SAFE_INTEGER;
  const replays = [...first];
  const queue = names.map((target) => ({ target, from: 0, size: 32 }));
  return {
    next() {
      const replay = replays.shift();
      if (replay !== undefined) return replay;
      const turn = queue.shift();
      if (turn === undefined) return undefined;
      const count = Math.min(turn.size, quota - turn.from);
      const batch = { target: turn.target, from: turn.from, count };
      turn.from += count;
      if (turn.from < quota) queue.push(turn);
      return batch;
    },
    done(batch, milliseconds) {
      const turn = queue.find(({ target }) => target === batch.target);
      if (turn === undefined || batch.input !== undefined) return;
      const fitting = Math.round((batchMilliseconds / Math.max(milliseconds, 1)) * batch.count);
      turn.size = Math.max(fewest, Math.min(most, fitting));
    },
  };
}
