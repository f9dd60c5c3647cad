/** The operations of a plan, without those that later ones make pointless. */
import type { Operation } from './model.ts';
import { foldPath } from './planned-files.ts';

/**
 * Where an upgrade removes the old product first, files and folders that the new one brings under the same names are not
 * removed: they are replaced at one stroke.
 */
export function settled(operations: readonly Operation[]): readonly Operation[] {
  const brought = new Set<string>();
  const kept: Operation[] = [];
  for (const operation of operations.toReversed()) {
    const { kind } = operation;
    if (kind === 'place-file' || kind === 'create-folder') brought.add(foldPath(operation.path));
    const isPointless =
      (kind === 'remove-file' || kind === 'remove-folder') && brought.has(foldPath(operation.path));
    if (!isPointless) kept.push(operation);
  }
  return kept.reverse();
}
