/** Planted bugs against I5: acknowledged work survives. */
import type { PlantedBug } from './bug.ts';

export const workSurvives: readonly PlantedBug[] = [
  {
    name: 'journal-unsynced',
    promise: 'I5',
    file: 'engine/src/journal.ts',
    find: '    await file.write(media.end, frame);\n    await file.sync();\n',
    replace: '    await file.write(media.end, frame);\n',
    mistake: 'A commit is answered before it is durable.',
  },
  {
    name: 'renamed-and-not-synced',
    promise: 'I5',
    file: 'engine/src/files.ts',
    find: '    throw thrown;\n  }\n  await folder.sync();\n',
    replace: '    throw thrown;\n  }\n',
    mistake: 'The new name of a file may be lost in a power cut, and with it what was committed since.',
  },
  {
    name: 'any-acknowledgement',
    promise: 'I5',
    file: 'client/src/status/deliver.ts',
    find: '  if (acknowledged < batch.oldest || acknowledged >= outbox.next) {\n',
    replace: '  if (acknowledged < batch.oldest) {\n',
    mistake: 'An acknowledgement of more messages than there are empties the outbox.',
  },
  {
    name: 'trimmed-when-sent',
    promise: 'I5',
    file: 'client/src/status/deliver.ts',
    find: '  const answer = await context.site.text(\n',
    replace:
      "  await context.journal.commit({ kind: 'status-acknowledged', upTo: messages.at(-1)?.seq ?? 0 });\n  const answer = await context.site.text(\n",
    mistake: 'Messages leave the outbox when they are sent, not when the site has them.',
  },
  {
    name: 'tree-unsynced',
    promise: 'I5',
    file: 'client/src/installer/tree.ts',
    find: '        await writePieces(file, content);\n        await file.sync();\n',
    replace: '        await writePieces(file, content);\n',
    mistake: 'The files of a client that is laid out are verified, and not durable.',
  },
];
