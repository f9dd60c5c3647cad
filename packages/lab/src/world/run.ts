/** Running a piece of asynchronous work in virtual time to its end. */
import type { VirtualClock } from './clock.ts';

/** Milliseconds of virtual time after which work counts as stuck: ten days. */
const patience = 10 * 24 * 3600 * 1000;

/**
 * What the work answers or throws, as soon as it does; the clock goes on only meanwhile.
 * @throws Error when nothing is left to happen, or virtual time runs out, and the work has not ended
 */
export async function inVirtualTime<T>(
  clock: VirtualClock,
  work: () => Promise<T>,
  limitMs = patience,
): Promise<T> {
  let ended = false;
  const running = work().finally(() => {
    ended = true;
  });
  // Looked at below; until then a failure is not unhandled.
  running.catch(() => undefined);
  const how = await clock.run(() => ended, limitMs);
  if (how === 'done') return await running;
  throw new Error(
    how === 'idle' ? 'Nothing is left to happen in this world.' : 'This world ran out of time.',
  );
}
