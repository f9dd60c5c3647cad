/** Upgrades of clients in words and colours: their states, those of their members, and why a version was given up. */
import {
  type ClientUpgradeSummary,
  type RingCounts,
  type RingLimit,
  trialFailures,
  type UpgradeMemberState,
  type UpgradeState,
} from '@holdfast/contract/web';
import { counted } from '../../parts/counted.ts';
import type { Look } from '../../parts/states.tsx';

export const upgradeLooks: Readonly<Record<UpgradeState, Look>> = {
  running: { label: 'Running', color: 'blue.5', meaning: 'Rings begin one after the other, by themselves' },
  paused: { label: 'Paused', color: 'yellow.6', meaning: 'No order stands until somebody resumes it' },
  stopped: { label: 'Stopped', color: 'red.6', meaning: 'A ring reached a limit; no order stands' },
  done: { label: 'Done', color: 'teal.6', meaning: 'Every ring has begun, and the last one is over' },
  withdrawn: { label: 'Withdrawn', color: 'gray.5', meaning: 'Taken back for good' },
};

/** In the order in which pictures show them: done first, trouble last, then what is still to come. */
export const ringLooks: Readonly<Record<keyof RingCounts, Look>> = {
  blessed: {
    label: 'Blessed',
    color: 'teal.6',
    meaning: 'The version proved itself, and the site has seen it',
  },
  'on-trial': { label: 'On trial', color: 'blue.5', meaning: 'The version runs and is watched' },
  ordered: { label: 'Ordered', color: 'cyan.5', meaning: 'Was online since, and has its order' },
  accepted: {
    label: 'Failed, accepted',
    color: 'pink.4',
    meaning: 'Failed before an administrator went on; counts no more',
  },
  failed: { label: 'Failed', color: 'red.6', meaning: 'Gave the version up, or refused it' },
  silent: { label: 'Silent', color: 'orange.6', meaning: 'Had its order; no end was heard in time' },
  waiting: {
    label: 'Waiting',
    color: 'gray.5',
    meaning: 'Its ring has not begun, or it was not online since',
  },
};

const { accepted: _accepted, ...endedLooks } = ringLooks;
export const memberLooks: Readonly<Record<UpgradeMemberState, Look>> = {
  ...endedLooks,
  skipped: { label: 'Left out', color: 'gray.4', meaning: 'Needs no order, or cannot take it' },
};

export const memberStates = Object.keys(memberLooks) as UpgradeMemberState[];

/** How a member is shown: a failure that was accepted has a look of its own. */
export const memberLook = (member: { state: UpgradeMemberState; accepted: boolean }): Look =>
  member.state === 'failed' && member.accepted ? ringLooks.accepted : memberLooks[member.state];

/** Why a version was given up, as a clause; undefined for the code of an error, which has no words here. */
export const causeWords = (cause: string): string | undefined =>
  Object.hasOwn(trialFailures, cause) ? trialFailures[cause as keyof typeof trialFailures] : undefined;

export const actionWords: Readonly<Record<ClientUpgradeSummary['action'], string>> = {
  upgrade: 'Upgrade',
  rollback: 'Rollback',
};

/** `Upgrade to 2.0.0`. */
export const upgradeName = ({ action, version }: Pick<ClientUpgradeSummary, 'action' | 'version'>): string =>
  `${actionWords[action]} to ${version}`;

/** A limit of a ring. */
export const limitWords = (limit: RingLimit): string =>
  'count' in limit ? counted(limit.count, 'machine', 'machines') : `${limit.percent} % of a ring`;

const lengths = [
  [86_400, 'day', 'days'],
  [3_600, 'hour', 'hours'],
  [60, 'minute', 'minutes'],
  [1, 'second', 'seconds'],
] as const;

/** A length of time in the largest unit that it is a whole number of. */
export function lengthWords(seconds: number): string {
  if (seconds === 0) return 'none';
  const [unit, one, many] = lengths.find(([length]) => seconds % length === 0) ?? lengths[3];
  return counted(seconds / unit, one, many);
}
