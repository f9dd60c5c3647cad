/** What a client leaves behind in its folder and nobody will ever remove. */
import type { FolderNode } from '../disk/nodes.ts';

const anyTemporary = /\.(new|part|damaged)$/;

/** Temporary files, and keys that nobody uses. */
export function leftovers(state: FolderNode, path: string, temporary = anyTemporary): string[] {
  return [...state.entries].flatMap(([name, node]) => {
    const at = `${path}/${name}`;
    if (node.kind === 'folder') {
      const keys = [...node.entries.keys()].filter((inner) => inner.endsWith('.key')).length;
      return [...(keys > 1 ? [`${keys} keys are kept in ${at}`] : []), ...leftovers(node, at, temporary)];
    }
    return temporary.test(name) ? [`${at} is left`] : [];
  });
}
