/** Waiting for a file that another program holds. */
import { HoldfastError } from '@holdfast/contract';
import type { Clock } from '@holdfast/ports';
import { diskError } from '../shared/disk-errors.ts';
import { errorCodeOf } from '../shared/error-code.ts';

export type Patience = {
  readonly clock: Clock;
  /** Milliseconds in all that one call waits for a file that another program holds. */
  readonly limitMs: number;
};

/** Milliseconds of the first wait; each further one is twice as long. */
const firstWait = 10;

/**
 * Runs `attempt` until it succeeds, fails with another code than `held`, or patience is at its end: a virus scanner or
 * an indexer that looks at a new file holds it for a moment. `held` are Node's codes that mean so for this call.
 * @throws HoldfastError; `disk.busy` where the file was held to the end
 */
export async function waitingForHolder<T>(
  patience: Patience,
  doing: string,
  held: readonly string[],
  attempt: () => Promise<T>,
): Promise<T> {
  const { clock, limitMs } = patience;
  const end = clock.monotonic() + limitMs;
  for (let wait = firstWait; ; wait *= 2) {
    try {
      return await attempt();
    } catch (thrown) {
      if (!held.includes(errorCodeOf(thrown))) throw diskError(thrown, doing);
      const left = end - clock.monotonic();
      if (left <= 0) {
        throw new HoldfastError('disk.busy', `Could not ${doing}: another program holds it.`, {
          cause: thrown,
        });
      }
      await clock.sleep(Math.min(wait, left));
    }
  }
}
