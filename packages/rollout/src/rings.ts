/** Rings: who takes a change of the fleet first, how many at once, and whether a ring may be followed by the next. */
import {
  type RingCounts,
  type RingLimit,
  type RingRules,
  type RingSize,
  sha256,
  usualTrialSeconds,
} from '@holdfast/contract';

export const defaultRings: readonly RingSize[] = [
  { percent: 1 },
  { percent: 9 },
  { percent: 40 },
  { percent: 50 },
];

export const defaultRules: RingRules = {
  failures: { percent: 5 },
  silence: { percent: 10 },
  settleSeconds: 3_600,
  leaseSeconds: 2 * 3_600,
  trialSeconds: usualTrialSeconds,
};

/** Largest share of the members that the first ring may have. */
const largestFirst = 0.1;
/** Share of a ring that must have ended well before the next one begins, whoever is away. */
const leastBlessed = 0.5;

export type Candidate = {
  readonly id: string;
  /** It was not online of late: a first ring of machines that are off would prove nothing. */
  readonly isAway: boolean;
};

/** Shares are rounded up, so that 1 % of ten is one; floating point must not make 9 % of 100 ten. */
const share = (members: number, percent: number): number => Math.ceil((members * percent) / 100 - 1e-9);

/**
 * How many members each ring has; none is empty. Whatever is asked for, the first one has at most a tenth of them and
 * never all, unless there is but one; who is left when the sizes are used up is the last one.
 */
export function ringSizes(members: number, rings: readonly RingSize[] = defaultRings): readonly number[] {
  const sizes: number[] = [];
  let left = members;
  let percent = 0;
  let byPercent = 0;
  for (const ring of [...rings, { rest: true } as const]) {
    let wanted = left;
    if ('count' in ring) wanted = ring.count;
    if ('percent' in ring) {
      // By the sum, so that rounding up each of many small rings does not use up the fleet before its time.
      percent = Math.min(100, percent + ring.percent);
      wanted = share(members, percent) - byPercent;
    }
    const most = sizes.length === 0 ? Math.max(1, Math.floor(members * largestFirst)) : left;
    const size = Math.min(wanted, most, left);
    if ('percent' in ring) byPercent += Math.max(0, size);
    if (size <= 0) continue;
    sizes.push(size);
    left -= size;
  }
  return sizes;
}

/**
 * Divides members into rings. Their order is drawn from the seed and the ids alone: the same members come out the same, and
 * another seed has others go first. Machines that are away come after all others.
 *
 * @param seed of the change: the id of the upgrade
 */
export function divideIntoRings(
  members: readonly Candidate[],
  seed: string,
  rings: readonly RingSize[] = defaultRings,
): readonly (readonly string[])[] {
  const drawn = members
    .map(({ id, isAway }) => ({ id, key: `${isAway ? 1 : 0} ${sha256(`${seed} ${id}`)}` }))
    .sort((one, other) => (one.key < other.key ? -1 : one.key > other.key ? 1 : 0));
  let start = 0;
  return ringSizes(members.length, rings).map((size) => {
    const ring = drawn.slice(start, start + size).map(({ id }) => id);
    start += size;
    return ring;
  });
}

/** How many members of a ring reach a limit: at least one, and no more than it has. */
export function limitOf(limit: RingLimit, members: number): number {
  const wanted = 'count' in limit ? limit.count : share(members, limit.percent);
  return Math.max(1, Math.min(wanted, members));
}

export type RingVerdict = {
  readonly verdict: 'go-on' | 'wait' | 'stop';
  /** A sentence for the administrator. */
  readonly reason: string;
};

const machines = (count: number): string => (count === 1 ? '1 machine' : `${count} machines`);

/**
 * Whether the next ring may begin. A failure that was accepted counts as none, and silence that ended neither; what is
 * tolerated is less than the limits. Machines that were away all the time are waited for only until half of the ring has
 * ended well: they prove nothing either way.
 *
 * @param counts the ring's members by state, without those that were left out
 * @param quietMs since the last of them ended; undefined where none has
 */
export function ringVerdict(counts: RingCounts, rules: RingRules, quietMs: number | undefined): RingVerdict {
  const { accepted, blessed, failed, ordered, silent, waiting } = counts;
  const members = waiting + ordered + counts['on-trial'] + blessed + failed + silent + accepted;
  const limits = { failed: limitOf(rules.failures, members), silent: limitOf(rules.silence, members) };
  if (failed >= limits.failed) {
    return {
      verdict: 'stop',
      reason: `${machines(failed)} of ${members} gave the version up or refused it; the limit is ${limits.failed}.`,
    };
  }
  if (silent >= limits.silent) {
    return {
      verdict: 'stop',
      reason: `Of ${machines(silent)} of ${members} no end was heard in time; the limit is ${limits.silent}.`,
    };
  }
  const pending = ordered + counts['on-trial'];
  if (pending > 0) {
    const verb = pending === 1 ? 'has' : 'have';
    return { verdict: 'wait', reason: `${machines(pending)} of ${members} ${verb} not ended yet.` };
  }
  const needed = Math.ceil((members - accepted) * leastBlessed);
  if (blessed < needed) {
    return {
      verdict: 'wait',
      reason: `${machines(blessed)} of ${members} took the version; ${needed} must have before the next ring.`,
    };
  }
  const left = rules.settleSeconds * 1_000 - (quietMs ?? 0);
  if (blessed > 0 && left > 0) {
    return { verdict: 'wait', reason: `${machines(blessed)} took the version; the ring settles.` };
  }
  return { verdict: 'go-on', reason: `${machines(blessed)} of ${members} took the version.` };
}
