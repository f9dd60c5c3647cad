/** Which names of a cabinet may become paths, and that no two become one. */
import { HoldfastError } from '@holdfast/contract';
import { isPlainName } from '@holdfast/ports';
import { cabinetLimits } from './limits.ts';

function refused(name: string, why: string): HoldfastError {
  return new HoldfastError('cab.invalid', `The file ${JSON.stringify(name)} is not extracted: ${why}.`, {
    details: { name },
  });
}

/**
 * The folders and the file name that `name` stands for, inside the folder that is extracted to. `cab.invalid` for
 * whatever could lead elsewhere on any system: `..`, absolute, UNC and drive paths, streams, device names, names
 * that Windows changes.
 */
export function safePath(name: string): readonly string[] {
  const steps = name.split(/[\\/]/);
  if (steps.length > cabinetLimits.nameDepth + 1) throw refused(name, 'it lies too deep');
  if (!steps.every((step) => isPlainName(step, 'windows') && isPlainName(step, 'posix'))) {
    throw refused(name, 'its name could lead outside the folder');
  }
  return steps;
}

/**
 * A step, or a path, as the most forgetful file system compares it: without case, composed. Three steps, because cases are no pairs:
 * the capital \u1e9e has the small \u00df, and that has the capitals SS.
 */
export function folded(step: string): string {
  if (/^[ -~]*$/.test(step)) return step.toLowerCase();
  return step.normalize('NFKC').toLowerCase().toUpperCase().toLowerCase().normalize('NFKC');
}

/** What lies at a place: a file, or a folder with a number of its own. */
type Place = { readonly name: string; readonly folder: number | undefined };

/** The paths of all names, in order. `cab.invalid` where two are the same on some system, or one is another's folder. */
export function safePaths(names: readonly string[]): readonly (readonly string[])[] {
  /** By the number of the folder and the folded step in it. */
  const places = new Map<string, Place>();
  let folders = 0;
  return names.map((name) => {
    const path = safePath(name);
    let inside = 0;
    for (const [depth, step] of path.entries()) {
      const isFile = depth === path.length - 1;
      const key = `${inside}\\${folded(step)}`;
      const there = places.get(key);
      if (isFile && there !== undefined)
        throw refused(name, `${JSON.stringify(there.name)} has the same name`);
      if (there === undefined) {
        if (!isFile) folders += 1;
        if (folders > cabinetLimits.nameFolders) {
          throw new HoldfastError(
            'cab.limit',
            `The names lie in more than ${cabinetLimits.nameFolders} folders.`,
          );
        }
        places.set(key, { name, folder: isFile ? undefined : folders });
        inside = folders;
      } else if (there.folder === undefined) {
        throw refused(name, `${JSON.stringify(there.name)} is a file and would be its folder`);
      } else inside = there.folder;
    }
    return path;
  });
}
