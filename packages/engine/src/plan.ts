/** Planning: what is desired, what is observed and what was tried before, to what is to be done now. Pure. */
import type { Intent, Purpose } from '@holdfast/contract';
import { type History, recentRepairs, repairLimit, repairPeriodMs, waitsUntil, wasBegun } from './history.ts';

export type Desired = {
  readonly intent: Intent;
  readonly purpose: Purpose;
  /** A person on the machine asked for it. */
  readonly requested: boolean;
  /** Wall clock; null = at once. */
  readonly availableAt: number | null;
  /** Wall clock; a required item is enforced from then on; null = as soon as available. */
  readonly deadlineAt: number | null;
};

/** What detection saw. */
export type Observed = {
  readonly present: boolean;
  /** Why it does not count as present, or what was seen, as a clause: `/opt/app/bin is missing`. */
  readonly reason: string;
  /** Its installer knows nothing of it any more: a repair has nothing to mend. */
  readonly gone?: boolean;
  /** It does not count as present, and yet some of its rules hold: what a removal leaves that is cut short. */
  readonly part?: boolean;
};

/** `reinstall` brings back what is gone: by the command that installs, and counted as a repair. */
export type Action = 'install' | 'repair' | 'reinstall' | 'uninstall';

export type Plan =
  /** What is observed is what is desired. */
  | { readonly do: 'nothing' }
  /** Offered to the people at the machine; enforced from `at` on, if ever. */
  | { readonly do: 'offer'; readonly at: number | null }
  | { readonly do: Action }
  | { readonly do: 'wait'; readonly until: number; readonly reason: string }
  /** Nothing more can be done until the machine has restarted. */
  | { readonly do: 'restart' }
  /** Tried often enough. `until`: when it is looked at again by itself; null = never. */
  | { readonly do: 'hold'; readonly until: number | null; readonly reason: string };

/** Now, and the boot it is in. */
export type Moment = { readonly now: number; readonly bootId: string };

/**
 * Whether what is observed is what is desired.
 * @param begun a removal of ours has begun and did not end well: then a part that is left is still to be removed, unless
 * its installer knows nothing of it any more
 */
export function isReached(intent: Intent, { present, gone, part }: Observed, begun: boolean): boolean {
  if (intent === 'install') return present;
  return !present && !(begun && part === true && gone !== true);
}

/** What to do about one item. The first rule that applies decides. */
export function plan(desired: Desired, observed: Observed, history: History, moment: Moment): Plan {
  const { now } = moment;
  if (history.rebootAfter === moment.bootId) return { do: 'restart' };
  if (isReached(desired.intent, observed, wasBegun(history))) return { do: 'nothing' };
  if (desired.availableAt !== null && now < desired.availableAt) {
    return { do: 'wait', until: desired.availableAt, reason: 'it is not available yet' };
  }
  if (!desired.requested && !history.hadIt) {
    if (desired.purpose === 'available') return { do: 'offer', at: null };
    if (desired.deadlineAt !== null && now < desired.deadlineAt)
      return { do: 'offer', at: desired.deadlineAt };
  }
  if (history.heldBy) return { do: 'hold', until: null, reason: history.reason ?? history.heldBy };
  const until = waitsUntil(history, now);
  if (until !== null) {
    return { do: 'wait', until, reason: history.reason ?? 'it is tried again' };
  }
  if (desired.intent === 'uninstall') return { do: 'uninstall' };
  return history.hadIt ? planRepair(history, observed, now) : { do: 'install' };
}

function planRepair(history: History, observed: Observed, now: number): Plan {
  const repairs = recentRepairs(history, now);
  const [oldest] = repairs;
  if (oldest === undefined || repairs.length < repairLimit) {
    return { do: observed.gone ? 'reinstall' : 'repair' };
  }
  return {
    do: 'hold',
    until: oldest + repairPeriodMs,
    reason: `it was broken again after ${repairs.length} repairs within a day`,
  };
}
