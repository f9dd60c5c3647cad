/** What is done with every product, and the same on both sides. */
import type { Subject } from './build.ts';

export type Flow = {
  readonly name: string;
  /** Words behind `msiexec`, for each call on one product. */
  calls(subject: Subject): readonly (readonly string[])[];
  /** Whether files and values are damaged before it. */
  readonly damages?: true;
};

const repair = ['REINSTALLMODE=vmeus', 'REINSTALL=ALL'];

export const flows: readonly Flow[] = [
  { name: 'install', calls: ({ first }) => [['/i', first, '/qn']] },
  { name: 'repair', damages: true, calls: ({ first }) => [['/I', first, ...repair, '/qn']] },
  { name: 'uninstall', calls: ({ first }) => [['/x', first, '/qn']] },
  {
    name: 'major upgrade',
    calls: ({ first, second }) =>
      second === undefined
        ? []
        : [
            ['/i', first, '/qn'],
            ['/i', second, '/qn'],
          ],
  },
  {
    name: 'uninstall after it',
    calls: ({ second }) => (second === undefined ? [] : [['/x', second, '/qn']]),
  },
];
