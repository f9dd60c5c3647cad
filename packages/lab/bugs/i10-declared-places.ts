/** Planted bugs against I10: nothing is written outside the declared places. */
import type { PlantedBug } from './bug.ts';

export const declaredPlaces: readonly PlantedBug[] = [
  {
    name: 'log-in-the-managed-root',
    promise: 'I10',
    file: 'client/src/software/task.ts',
    find: '      log: childPath(logs, `${task.id}-${action}.log`),\n',
    replace: '      log: childPath({ path: context.options.root }, `${task.id}-${action}.log`),\n',
    mistake: 'Programs are told to write their logs beside the software.',
  },
  {
    name: 'identity-in-the-open',
    promise: 'I10',
    file: 'client/src/enrolment/identity.ts',
    find: '      await replaceFile(keys, copyName, copy, { mode: 0o600 });\n',
    replace: '      await replaceFile(context.folder, copyName, copy, { mode: 0o600 });\n',
    mistake: 'The copy of the identity is written outside the folder of keys.',
  },
  {
    name: 'folders-of-content-flattened',
    promise: 'I10',
    file: 'client/src/content/content.ts',
    find: '  await inMade(work, above, async (parent) => {\n',
    replace: '  await inMade(work, above.slice(1), async (parent) => {\n',
    mistake: 'A file of a package is laid out one folder too high.',
  },
];
