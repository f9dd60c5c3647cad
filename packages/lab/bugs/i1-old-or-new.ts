/** Planted bugs against I1: old or new, never between. */
import type { PlantedBug } from './bug.ts';

export const oldOrNew: readonly PlantedBug[] = [
  {
    name: 'replaced-file-unsynced',
    promise: 'I1',
    file: 'engine/src/files.ts',
    find: '    await file.write(0, content);\n    await file.sync();\n',
    replace: '    await file.write(0, content);\n',
    mistake: 'A file gets its name before its content is durable.',
  },
  {
    name: 'replaced-in-place',
    promise: 'I1',
    file: 'engine/src/files.ts',
    find: '  await folder.rename(fresh, { name });\n',
    replace:
      '  await removeIfThere(folder, name);\n  await folder.sync();\n  await folder.rename(fresh, { name });\n',
    mistake: 'The old file is removed, durably, before the new one has its name.',
  },
  {
    name: 'torn-tail-is-damage',
    promise: 'I1',
    file: 'engine/src/journal.ts',
    find: '  const torn = end < bytes.length;\n',
    replace:
      "  const torn = end < bytes.length;\n  if (torn) throw new HoldfastError('journal.damaged', 'There is something behind the last frame.');\n",
    mistake: 'The torn tail that a power cut leaves is taken for damage, and the journal is given up.',
  },
];
