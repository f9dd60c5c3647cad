/** Planted bugs against I6: a program runs only when it may. */
import type { PlantedBug } from './bug.ts';

export const once: readonly PlantedBug[] = [
  {
    name: 'start-unjournalled',
    promise: 'I6',
    file: 'engine/src/run.ts',
    find: '  await recorder.starting(mark);\n',
    replace: '',
    mistake: 'A program is started before the journal says so, and nobody knows of it after a kill.',
  },
  {
    name: 'runs-on-unnoticed',
    promise: 'I6',
    file: 'engine/src/run.ts',
    find: "  if (!(await processes.alive(identity))) return { kind: 'interrupted' };\n",
    replace:
      "  if ((await processes.find(mark)) === identity) return undefined;\n  return { kind: 'interrupted' };\n",
    mistake:
      'Two identities are compared as objects, so that a program of an earlier life never counts as running.',
  },
  {
    name: 'gates-unasked',
    promise: 'I6',
    file: 'engine/src/run.ts',
    find: '  const closed = await firstClosedGate(step.gates);\n',
    replace: '  const closed = await firstClosedGate(step.gates.slice(0, 1));\n',
    mistake: 'Only the first gate of a program is looked at.',
  },
  {
    name: 'runs-again-before-the-restart',
    promise: 'I6',
    file: 'engine/src/plan.ts',
    find: "  if (history.rebootAfter === moment.bootId) return { do: 'restart' };\n",
    replace: '',
    mistake: 'What waits for a restart is planned like anything else that is not there.',
  },
  {
    name: 'forced-on-people',
    promise: 'I6',
    file: 'engine/src/plan.ts',
    find: "    if (desired.purpose === 'available') return { do: 'offer', at: null };\n",
    replace: '',
    mistake: 'What is only available is installed without being asked for.',
  },
];
