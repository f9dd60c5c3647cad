/** What may be done to a simulated disk as it is now: each answers nothing, or throws with the code of the real disk. */
import type { NameFamily } from '@holdfast/ports';
import type { FileNode, FolderNode, Node, Place } from './nodes.ts';
import { refuse } from './paths.ts';

/** A name is made, changed or removed in this folder. */
export function mayAdd(folder: FolderNode, path: string): void {
  if (folder.removed) refuse('disk.not-found', path);
  if (folder.room.readOnly) refuse('disk.read-only', path);
  if (folder.room.denied) refuse('disk.denied', path);
}

/** Nobody writes to a file that is held, or that a program runs from. */
export function mayEdit(folder: FolderNode, file: FileNode, path: string): void {
  mayChange(folder, file, path);
  if (file.runners > 0) refuse('disk.busy', path);
}

/** A file that is held keeps its name as well. */
export function mayChange(folder: FolderNode, node: Node, path: string): void {
  mayAdd(folder, path);
  if (node.kind === 'file' && node.holders > 0) refuse('disk.busy', path);
}

/** The rules of rename(2), with the codes of the real Linux disk. */
export function mayMove(names: NameFamily, from: Place, to: Place, path: string): void {
  const source = from.folder.entries.get(from.name) ?? refuse('disk.not-found', path);
  mayChange(from.folder, source, path);
  mayAdd(to.folder, path);
  const target = to.folder.entries.get(to.name);
  if (source.kind === 'folder' && within(source, to.folder)) refuse('disk.failed', path);
  // A folder that leads to the source has at least that in it (ENOTEMPTY, whatever the source is).
  if (target?.kind === 'folder' && within(target, from.folder)) refuse('disk.exists', path);
  if (target === undefined || target === source) return;
  mayChange(to.folder, target, path);
  if (target.kind === 'folder') {
    if (source.kind !== 'folder' || names === 'windows') refuse('disk.denied', path);
    if (target.entries.size > 0) refuse('disk.exists', path);
  } else if (source.kind === 'folder') refuse('disk.denied', path);
}

function within(folder: FolderNode, sought: FolderNode): boolean {
  if (folder === sought) return true;
  return [...folder.entries.values()].some((node) => node.kind === 'folder' && within(node, sought));
}
