/** The machine as the second starter sees it, from where it lies itself. */
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installFolder, type Machine } from '@holdfast/machine';
import { thisMachine } from '../this-machine.ts';

/** The install folder, by where this program was bundled to; the usual one when it is run from sources. */
export function ownInstallFolder(url: string = import.meta.url): string {
  const folder = dirname(fileURLToPath(url));
  if (basename(folder) === 'launcher') return dirname(folder);
  // What several parts of the launcher share lies in a folder of its own.
  if (basename(dirname(folder)) === 'launcher') return dirname(dirname(folder));
  const programs = process.env.ProgramFiles;
  return programs === undefined ? installFolder : join(programs, 'Holdfast', 'Client');
}

export function rescueMachine(): { readonly machine: Machine; readonly installFolder: string } {
  const folder = ownInstallFolder();
  return { machine: thisMachine({ installFolder: folder }), installFolder: folder };
}
