/** Absolute paths as other programs are handed them. */
import { HoldfastError } from '@holdfast/contract';
import type { Folder } from '@holdfast/ports';

/** The path of a name in a folder, in the notation of the folder's own path. */
export function childPath(folder: Pick<Folder, 'path'>, name: string): string {
  const separator = folder.path.includes('\\') ? '\\' : '/';
  return folder.path.endsWith(separator) ? `${folder.path}${name}` : `${folder.path}${separator}${name}`;
}

/** Folder that a path lies in, and its name there. @throws HoldfastError `command.invalid` for a path without a name */
export function splitLast(path: string): { readonly folder: string; readonly name: string } {
  const [, folder = '', name = ''] = /^(.*)[/\\]([^/\\]+)[/\\]?$/.exec(path) ?? [];
  if (name === '') throw new HoldfastError('command.invalid', `${path} is no folder to install in.`);
  return {
    folder:
      folder === '' || /^[A-Za-z]:$/.test(folder) ? `${folder}${path.includes('\\') ? '\\' : '/'}` : folder,
    name,
  };
}
