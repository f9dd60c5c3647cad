/** Planted bugs against I4: never back to what is older. */
import type { PlantedBug } from './bug.ts';

export const neverBack: readonly PlantedBug[] = [
  {
    name: 'older-policy-accepted',
    promise: 'I4',
    file: 'client/src/policy/check-in.ts',
    find: '  const older = current && index.serial < current.index.serial;\n',
    replace: '  const older = false;\n',
    mistake: 'A signed policy is applied although a newer one is.',
  },
  {
    name: 'age-of-policy-by-clock',
    promise: 'I4',
    file: 'client/src/policy/check-in.ts',
    find: '  const older = current && index.serial < current.index.serial;\n',
    replace: '  const older = current && index.issuedAt < current.index.issuedAt - 86_400_000;\n',
    mistake: 'A policy counts as older by its date, with a day of grace, in place of its serial.',
  },
];
