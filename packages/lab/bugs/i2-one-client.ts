/** Planted bugs against I2: always one client that can run. */
import type { PlantedBug } from './bug.ts';

export const oneClient: readonly PlantedBug[] = [
  {
    name: 'renewal-drops-the-key',
    promise: 'I2',
    file: 'client/src/enrolment/identity.ts',
    find: 'new Set([copyName, identity?.keyFile, pending?.keyFile])',
    replace: 'new Set([copyName, pending?.keyFile ?? identity?.keyFile])',
    mistake:
      'The key in use is cleared away as soon as there is one for a renewal, whose answer may never come.',
  },
  {
    name: 'key-after-its-promise',
    promise: 'I2',
    file: 'client/src/enrolment/identity.ts',
    find: `    await replaceFile(keys, pending.keyFile, Buffer.from(privateKey, 'utf8'), { mode: 0o600 });
    await journal.commit({ kind: 'identity-pending', pending });
`,
    replace: `    await journal.commit({ kind: 'identity-pending', pending });
    await replaceFile(keys, pending.keyFile, Buffer.from(privateKey, 'utf8'), { mode: 0o600 });
`,
    mistake: 'The journal names a key that is not on the disk yet.',
  },
  {
    name: 'full-disk-keeps-it-closed',
    promise: 'I2',
    file: 'engine/src/journal.ts',
    find: "    if (!isHoldfastError(thrown, 'disk.full')) throw thrown;\n",
    replace: "    if (isHoldfastError(thrown, 'disk.full')) throw thrown;\n",
    mistake: 'A journal that cannot be compacted is not opened either.',
  },
];
