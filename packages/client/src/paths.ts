/** Absolute paths as other programs are handed them. */
import type { Folder } from '@holdfast/ports';

/** The path of a name in a folder, in the notation of the folder's own path. */
export function childPath(folder: Pick<Folder, 'path'>, name: string): string {
  const separator = folder.path.includes('\\') ? '\\' : '/';
  return folder.path.endsWith(separator) ? `${folder.path}${name}` : `${folder.path}${separator}${name}`;
}
