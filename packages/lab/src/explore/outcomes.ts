/**
 * What the runs of explored programs mean, and the limits that are promised for them: written down a second time, apart
 * from the catalogue and the engine, so that a mistake there is seen.
 */
import type { ExitCodeTable } from '@holdfast/contract';

/** How a run ended, as it has to be taken while the software is not as desired. */
export type Ending = 'failed' | 'unverified' | 'not-ready' | 'refused' | 'busy' | 'restart';

/** Every package brings this table. */
export const ownCodes: ExitCodeTable = [
  { code: 77, meaning: 'success' },
  { code: 78, meaning: 'busy' },
  { code: 79, meaning: 'reboot-required' },
  { code: 1625, meaning: 'failure' },
];

/** By exit code: Windows Installer's, those of the package's own table, and one that nobody knows. */
const endings: ReadonlyMap<number, Ending> = new Map<number, Ending>([
  [0, 'unverified'],
  [1707, 'unverified'],
  [77, 'unverified'],
  [3010, 'restart'],
  [1641, 'restart'],
  [79, 'restart'],
  [1618, 'busy'],
  [78, 'busy'],
  [1601, 'not-ready'],
  [1652, 'not-ready'],
  [1602, 'refused'],
  [1638, 'refused'],
  [1603, 'failed'],
  [1625, 'failed'],
  [3, 'failed'],
]);

export const programCodes: readonly number[] = [...endings.keys()];

/** The exit code with which a program starts the restart of the machine itself. */
export const restartsItself = 1641;

/** What nobody wrote down (exit code 1 of a program that met a disk error) is a failure. */
export function endingOf(code: number): Ending {
  return endings.get(code) ?? 'failed';
}

/** Runs in a row that may end so before the item is held. */
export const limitOf: Readonly<Record<Exclude<Ending, 'restart'>, number>> = {
  failed: 5,
  unverified: 2,
  'not-ready': 60,
  refused: 1,
  busy: 60,
};

/** Repairs within a day. */
export const repairLimit = 5;

const minute = 60_000;

/** Milliseconds: the longest wait after such an end. */
export const longestWaitAfter: Readonly<Record<Ending, number>> = {
  failed: 60 * minute,
  unverified: minute,
  'not-ready': 4 * minute,
  refused: 0,
  busy: 4 * minute,
  restart: 0,
};

/** Milliseconds: the longest wait for what comes from outside, and for content that was refused. */
export const outsideWaitMs = 4 * minute;
export const refusedContentWaitMs = 60 * minute;
