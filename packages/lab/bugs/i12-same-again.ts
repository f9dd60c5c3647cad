/** Planted bugs against I12: the same seed gives the same trace. */
import type { PlantedBug } from './bug.ts';

export const sameAgain: readonly PlantedBug[] = [
  {
    name: 'stamped-by-the-real-clock',
    promise: 'I12',
    file: 'client/src/status/reporter.ts',
    find: '    report: (status, ...entries) => commit(messageOf(status, clock.now()), entries),\n',
    replace: '    report: (status, ...entries) => commit(messageOf(status, Date.now()), entries),\n',
    mistake: 'A message is stamped by the real clock, past the port.',
  },
  {
    name: 'jitter-of-its-own',
    promise: 'I12',
    file: 'engine/src/backoff.ts',
    find: '  return entropy.integer(ceilingMs(tries, backoff) + 1);\n',
    replace: '  return Math.floor(Math.random() * (ceilingMs(tries, backoff) + 1));\n',
    mistake: 'A wait is drawn past the port.',
  },
];
