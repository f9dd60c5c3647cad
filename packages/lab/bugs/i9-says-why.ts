/** Planted bugs against I9: every abnormal path leaves a reason at the site. */
import type { PlantedBug } from './bug.ts';

export const saysWhy: readonly PlantedBug[] = [
  {
    name: 'quiet-setback',
    promise: 'I9',
    file: 'client/src/software/outcome.ts',
    find: '    await context.reporter.reportItem(task.id, status, { ...change, said: null });\n',
    replace: "    await context.journal.commit({ kind: 'item', id: task.id, change });\n",
    mistake: 'A run that failed is tried again, and nobody is told.',
  },
  {
    name: 'quiet-gate',
    promise: 'I9',
    file: 'client/src/software/work.ts',
    find: '  if (task.item.said !== key) {\n',
    replace: '  if (task.item.said !== key && task.item.waiting) {\n',
    mistake: 'Waiting at a gate is told only from the second look on, which finds it told.',
  },
  {
    name: 'quiet-refusal',
    promise: 'I9',
    file: 'client/src/policy/check-in.ts',
    find: `  await context.reporter.report(
    { name: 'policy-refused', details: { error: error.code, reason: error.message } },
    { kind: 'policy-refused', refusal },
  );
`,
    replace: "  await context.journal.commit({ kind: 'policy-refused', refusal });\n",
    mistake: 'A forged policy is refused in silence.',
  },
  {
    name: 'verdict-after-the-way-back',
    promise: 'I9',
    file: 'client/src/versions/trial.ts',
    find: '  await makeVersions(state, (versions) => writeVerdict(versions, verdict));\n  await writeCurrent(state, previous);\n',
    replace:
      '  await writeCurrent(state, previous);\n  await makeVersions(state, (versions) => writeVerdict(versions, verdict));\n',
    mistake: 'The way back from a version is begun before it is written down why.',
  },
];
