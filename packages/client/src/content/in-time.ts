/** A download has an end, whatever the network does. */
import { HoldfastError } from '@holdfast/contract';
import type { Clock } from '@holdfast/ports';

/**
 * What `work` answers; its signal is aborted when its time is over, and it is waited for until it has left off.
 * @param ms by the machine's clock
 * @throws HoldfastError `network.timeout` once they are over: what has arrived stays and is gone on from
 */
export async function inTime<Result>(
  clock: Pick<Clock, 'sleep'>,
  ms: number,
  outer: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const over = new HoldfastError('network.timeout', `The download took longer than ${ms / 60_000} minutes.`);
  const [limit, done] = [new AbortController(), new AbortController()];
  const leave = () => limit.abort(outer?.reason);
  outer?.addEventListener('abort', leave, { once: true });
  if (outer?.aborted) leave();
  const alarm = clock.sleep(ms, done.signal).then(
    () => limit.abort(over),
    () => undefined,
  );
  try {
    return await work(limit.signal);
  } finally {
    done.abort();
    outer?.removeEventListener('abort', leave);
    await alarm;
  }
}
