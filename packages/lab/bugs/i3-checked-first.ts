/** Planted bugs against I3: nothing runs before it was checked. */
import type { PlantedBug } from './bug.ts';

export const checkedFirst: readonly PlantedBug[] = [
  {
    name: 'assignment-hash-unchecked',
    promise: 'I3',
    file: 'client/src/policy/check-in.ts',
    find: '  if (sha256(text) !== hash) {\n',
    replace: "  if (text === '') {\n",
    mistake: 'An assignment is taken as it came, whatever the signed index says of it.',
  },
  {
    name: 'signature-unchecked',
    promise: 'I3',
    file: 'contract/src/envelope.ts',
    find: '  if (!trusted) {\n',
    replace: '  if (!trusted && envelope.keyId !== keyFingerprint(publicKey)) {\n',
    mistake: 'It is enough that an envelope names the right key; its signature is not looked at.',
  },
  {
    name: 'kept-content-trusted',
    promise: 'I3',
    file: 'client/src/content/content.ts',
    find: '    return (await hashFile(parent, name)).sha256 === file.sha256;\n',
    replace: '    return true;\n',
    mistake: 'Content that was laid out once counts as whole when it has the right length.',
  },
  {
    name: 'repair-without-content-check',
    promise: 'I3',
    file: 'client/src/software/work.ts',
    find: '  if (needsContent(task, action)) {\n',
    replace: "  if (needsContent(task, action) && action !== 'repair') {\n",
    mistake: 'A repair runs with whatever is left of the content.',
  },
  {
    name: 'kept-by-its-name',
    promise: 'I3',
    file: 'client/src/components/kept-package.ts',
    find: '      if ((await packageDamage(state, found)) !== undefined) await fetchInto(',
    replace: '      if (!(await folder.entry(found.name))) await fetchInto(',
    mistake: 'A package that is there counts as kept whole, and is not fetched again.',
  },
];
