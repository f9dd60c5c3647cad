/** Planted bugs against I11: the last good stays until its successor is. */
import type { PlantedBug } from './bug.ts';

export const lastGood: readonly PlantedBug[] = [
  {
    name: 'refusal-drops-the-policy',
    promise: 'I11',
    file: 'client/src/state.ts',
    find: '      return { ...state, refusedPolicy: entry.refusal };\n',
    replace: '      return { ...state, policy: null, refusedPolicy: entry.refusal };\n',
    mistake: 'A bad policy takes the place of the good one: there is none then.',
  },
  {
    name: 'half-a-policy',
    promise: 'I11',
    file: 'client/src/policy/check-in.ts',
    find: `    const assignment = known ?? (await fetchAssignment(context, hash, tls, signal));
`,
    replace: `    const assignment = known ?? (await fetchAssignment(context, hash, tls, signal).catch(() => undefined));
    if (!assignment) continue;
`,
    mistake: 'A policy is applied with those of its assignments that could be fetched.',
  },
  {
    name: 'renewal-forgets-the-policy',
    promise: 'I11',
    file: 'client/src/state.ts',
    find: '    policy: same ? state.policy : null,\n',
    replace: '    policy: null,\n',
    mistake: 'With a new certificate the client forgets which policy it has.',
  },
  {
    name: 'blessed-by-anybody',
    promise: 'I11',
    file: 'client/src/versions/trial.ts',
    find: '  return text !== undefined && blesses(text, trial);\n',
    replace: '  return text !== undefined;\n',
    mistake: 'A blessing counts as soon as one lies there, whoever has made it.',
  },
  {
    name: 'blessed-before-its-time',
    promise: 'I11',
    file: 'client/src/versions/guard.ts',
    find: 'const late = atMs >= trial.leastMs;',
    replace: 'const late = atMs >= 0;',
    mistake: 'A version has passed as soon as the site says so, whatever shows later.',
  },
];
