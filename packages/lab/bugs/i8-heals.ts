/** Planted bugs against I8: it heals alone. */
import type { PlantedBug } from './bug.ts';

export const heals: readonly PlantedBug[] = [
  {
    name: 'contact-backed-off-for-hours',
    promise: 'I8',
    file: 'client/src/contact.ts',
    find: 'capMs: 4 * 60_000 };',
    replace: 'capMs: 4 * 60 * 60_000 };',
    mistake: 'After a long partition the client stays away from its site for hours.',
  },
  {
    name: 'clock-set-back',
    promise: 'I8',
    file: 'engine/src/history.ts',
    find: '  return notBefore !== null && now < notBefore && notBefore - now <= waitMs ? notBefore : null;\n',
    replace: '  return notBefore !== null && now < notBefore && waitMs > 0 ? notBefore : null;\n',
    mistake: 'A wait that was written down by a clock a year ahead lasts a year.',
  },
  {
    name: 'busy-counts-as-failed',
    promise: 'I8',
    file: 'engine/src/run.ts',
    find: "  if (end.meaning === 'busy') return 'busy';\n",
    replace: '',
    mistake: 'An installer that only waits for another one is given up after five runs.',
  },
  {
    name: 'request-without-a-new-budget',
    promise: 'I8',
    file: 'engine/src/history.ts',
    find: '  return { ...emptyHistory, hadIt: history.hadIt, rebootAfter: history.rebootAfter };\n',
    replace: '  return history;\n',
    mistake: 'What is held stays held, although a person asked for it.',
  },
  {
    name: 'components-by-size',
    promise: 'I8',
    file: 'client/src/components/verify.ts',
    find: "    return (await hashFile(parent, name)).sha256 === file.sha256 ? undefined : 'its content differs';\n",
    replace: '    return undefined;\n',
    mistake: 'A file of the client counts as whole when it has the right length.',
  },
  {
    name: 'disabled-stays-disabled',
    promise: 'I8',
    file: 'client/src/rescue/rescue.ts',
    find: '      if (!present || !asDefined || !enabled) await starters.define(name);\n',
    replace: '      if (!present || (!asDefined && !enabled)) await starters.define(name);\n',
    mistake: 'The second starter sees that the service is disabled, and does not enable it.',
  },
];
