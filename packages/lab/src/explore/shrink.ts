/** Shrinking what breaks a promise to a minimal list of events, by delta debugging. */
import type { Plan } from './events.ts';
import { type Exploration, explore, exploreTwice } from './explore.ts';

/** Explorations that shrinking may take. */
const mostRuns = 400;

export type Shrunk = { readonly exploration: Exploration; readonly runs: number };

/**
 * The least of the plan's events, in their order, that break the same promise: none of them can be left out (unless the
 * number of runs was used up). Source: Zeller and Hildebrandt, "Simplifying and Isolating Failure-Inducing Input", IEEE
 * Transactions on Software Engineering 28(2), 2002.
 */
export async function shrink(
  failed: Exploration,
  carryOut: (plan: Plan) => Promise<Exploration> = failed.finding?.promise === 'I12' ? exploreTwice : explore,
): Promise<Shrunk> {
  const promise = failed.finding?.promise;
  let best = failed;
  let runs = 0;
  const stillBroken = async (plan: Plan): Promise<boolean> => {
    if (runs >= mostRuns) return false;
    runs++;
    const exploration = await carryOut(plan);
    if (exploration.finding?.promise !== promise) return false;
    best = exploration;
    return true;
  };
  const without = (from: number, to: number): Plan => ({
    ...best.plan,
    events: best.plan.events.filter((_, index) => index < from || index >= to),
  });
  // What had not happened yet when the promise was broken has no part in it.
  const late = best.plan.events.findIndex(({ at }) => at > (failed.finding?.at ?? 0));
  if (late >= 0 && promise !== 'I12') await stillBroken(without(late, best.plan.events.length));
  for (let size = Math.ceil(best.plan.events.length / 2); size >= 1 && runs < mostRuns; ) {
    let removed = false;
    for (let from = 0; from < best.plan.events.length; ) {
      if (await stillBroken(without(from, from + size))) removed = true;
      else from += size;
    }
    if (size > 1) size = Math.ceil(size / 2);
    else if (!removed) break;
  }
  return { exploration: best, runs };
}
