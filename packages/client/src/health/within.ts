/** Bounds for what may hang. */
import { HoldfastError } from '@holdfast/contract';
import { awakeFor } from '@holdfast/engine';
import type { Clock } from '@holdfast/ports';

/**
 * What `act` answers, if it does so within `ms` in which the machine is awake. Its own signal is aborted when it is given
 * up; it may go on all the same.
 * @throws HoldfastError `health.timeout`, the reason of `signal`, or what `act` throws
 */
export async function within<Result>(
  clock: Pick<Clock, 'sleep'>,
  ms: number,
  signal: AbortSignal | undefined,
  act: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const work = new AbortController();
  const wait = new AbortController();
  const givenUp = Promise.withResolvers<never>();
  const giveUp = (reason: unknown) => {
    work.abort(reason);
    givenUp.reject(reason);
  };
  const stop = () => giveUp(signal?.reason);
  if (signal?.aborted) throw signal.reason;
  signal?.addEventListener('abort', stop, { once: true });
  awakeFor(clock, ms, wait.signal).then(
    () => giveUp(new HoldfastError('health.timeout', `There was no answer within ${ms / 1000} s.`)),
    // It was in time.
    () => undefined,
  );
  try {
    return await Promise.race([act(work.signal), givenUp.promise]);
  } finally {
    wait.abort();
    signal?.removeEventListener('abort', stop);
  }
}
