/** Launchers and guards as they were written elsewhere: what each of them forgets. */
import {
  endedInOrder,
  goBack,
  guardTrial,
  nextStart,
  readTrial,
  withVersions,
} from '@holdfast/client/versions';
import { withOpen } from '@holdfast/engine';
import { minute } from '../field/times.ts';

/** Milliseconds that such a guard gives a version, by the clock on the wall. */
const limitMs = 10 * minute;
const lookMs = 2_000;

type Verdict = (sinceMs: number, answer: 'answers' | 'busy' | 'away') => string | undefined;

/** The real guard, beside one that gives up for a reason of its own. */
const hasty =
  (verdict: Verdict): typeof guardTrial =>
  async (ports, watched, options) => {
    const end = guardTrial(ports, watched, options);
    const begunAt = ports.clock.now();
    for (;;) {
      await ports.clock.sleep(lookMs, options.signal);
      const reason = verdict(ports.clock.now() - begunAt, await watched.site());
      const gaveUp = await withOpen(ports.disk.open(options.stateFolder), async (state) => {
        const trial = await withVersions(state, readTrial);
        if (!trial) return true;
        if (reason === undefined) return false;
        await goBack(state, trial, { cause: 'no-proof', reason, at: ports.clock.now() });
        await watched.end();
        return true;
      });
      if (gaveUp) return await end;
    }
  };

/** A trial has ten minutes, and sleep counts: elastic-agent#2854, #7412. */
export const bySleep = hasty((sinceMs) =>
  sinceMs > limitMs ? 'it did not prove itself within ten minutes' : undefined,
);

/** What the site answers is taken for the version's fault: elastic-agent#15557. */
export const byAnswer = hasty((_, answer) =>
  answer === 'answers' ? undefined : `the site is ${answer}: the version is not healthy`,
);

/** Takes every count back at once. */
export const uncounting: typeof nextStart = async (state, options) => {
  const next = await nextStart(state, options);
  if (next.trial) await endedInOrder(state, next.trial);
  return next;
};

/** What is to be gone back to lies there already, so nothing is to be done: fleet#9053. */
export const nothingToDo: typeof nextStart = async (state, options) => {
  const before = await withVersions(state, readTrial);
  const next = await nextStart(state, options);
  return before && next.trial === null ? { version: before.version, trial: null } : next;
};
