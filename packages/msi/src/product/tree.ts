/** Tables whose rows name a parent in the same table: directories and features. */
import { badRow, tooMuch } from './rows.ts';

type Node = { readonly parent: string | undefined };

/**
 * Checks that every parent exists, that no row is its own ancestor, and that no branch is deeper than `mostDepth`.
 * @throws HoldfastError `msi.invalid`, `msi.limit`
 */
export function checkTree(table: string, nodes: ReadonlyMap<string, Node>, mostDepth: number): void {
  /** Depth of rows that are known to end at a root. */
  const depths = new Map<string, number>();
  for (const id of nodes.keys()) {
    const branch: string[] = [];
    const onBranch = new Set<string>();
    let at: string | undefined = id;
    while (at !== undefined && !depths.has(at)) {
      if (onBranch.has(at)) throw badRow(table, at, 'it is below itself');
      onBranch.add(at);
      branch.push(at);
      const parent: string | undefined = nodes.get(at)?.parent;
      if (parent !== undefined && !nodes.has(parent)) {
        throw badRow(table, at, `its parent ${JSON.stringify(parent)} does not exist`);
      }
      at = parent;
    }
    let depth = at === undefined ? 0 : (depths.get(at) ?? 0);
    for (const one of branch.reverse()) {
      depth += 1;
      if (depth > mostDepth) throw tooMuch(table, one, `it lies deeper than ${mostDepth}`);
      depths.set(one, depth);
    }
  }
}
