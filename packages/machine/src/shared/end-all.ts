/** Ending processes that are nobody's children here: nobody tells of their end, so it is looked at. */
import { setTimeout } from 'node:timers/promises';
import { HoldfastError } from '@holdfast/contract';
import { errorCodeOf } from './error-code.ts';

/** Milliseconds between two looks, and how many there are: what waits for a device cannot be ended. */
const lookMs = 20;
const mostLooks = 250;

/**
 * Ends what runs, again and again until nothing does: what is about to be ended may just be starting something.
 * @param running numbers of the processes that still run, as kill(2) takes them
 * @throws HoldfastError `internal`
 */
export async function endAll(running: () => readonly number[]): Promise<void> {
  let pids = running();
  for (let look = 0; pids.length > 0 && look < mostLooks; look++) {
    for (const pid of pids) endOne(pid);
    await setTimeout(lookMs);
    pids = running();
  }
  if (pids.length === 0) return;
  throw new HoldfastError('internal', `Processes ${pids.slice(0, 10).join(', ')} could not be ended.`);
}

function endOne(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (thrown) {
    // It has ended meanwhile, or is not ours to end: the next look tells.
    if (!['ESRCH', 'EPERM'].includes(errorCodeOf(thrown))) throw thrown;
  }
}
