/** Planted bugs against I7: time, memory, disk, retries and queues have limits. */
import type { PlantedBug } from './bug.ts';

export const limits: readonly PlantedBug[] = [
  {
    name: 'one-run-too-many',
    promise: 'I7',
    file: 'engine/src/history.ts',
    find: '  const held = rule.limit !== null && count >= rule.limit;\n',
    replace: '  const held = rule.limit !== null && count > rule.limit;\n',
    mistake: 'The limit of runs that fail is one too high.',
  },
  {
    name: 'repairs-uncounted',
    promise: 'I7',
    file: 'client/src/software/recorder.ts',
    find: '      const counted = mends ? afterRepairStarted(history, startedAt) : history;\n',
    replace: '      const counted = history;\n',
    mistake:
      'Repairs are not counted, so that a program that does not keep its software whole repairs it for ever.',
  },
  {
    name: 'wait-in-the-wrong-unit',
    promise: 'I7',
    file: 'engine/src/history.ts',
    find: '  const waitMs = held ? 0 : backoffMs(count, rule, entropy);\n',
    replace: '  const waitMs = held ? 0 : backoffMs(count, rule, entropy) * 60;\n',
    mistake: 'A wait in milliseconds is taken for one in seconds, and made minutes of.',
  },
  {
    name: 'work-folders-kept',
    promise: 'I7',
    file: 'client/src/content/content.ts',
    find: "  await prune(context.folder, 'work', (name) => Object.hasOwn(items, name));\n",
    replace: '',
    mistake: 'The content of deployments that are gone stays for ever.',
  },
  {
    name: 'starts-uncounted',
    promise: 'I7',
    file: 'client/src/versions/trial.ts',
    find: 'const counted = { ...trial, starts: trial.starts + 1 };',
    replace: 'const counted = { ...trial, starts: 1 };',
    mistake: 'Every start of a version on trial counts as its first.',
  },
  {
    name: 'versions-kept',
    promise: 'I7',
    file: 'client/src/versions/prune.ts',
    find: '    if (ofVersions.test(name) && !kept.has(name)) await removeTree(versions, name);\n',
    replace: '    if (/\\.part$/.test(name) && !kept.has(name)) await removeTree(versions, name);\n',
    mistake: 'Versions that nobody goes back to any more stay for ever.',
  },
];
