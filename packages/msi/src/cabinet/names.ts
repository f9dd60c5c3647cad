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

/** As the most forgetful file system compares names: without case, composed. */
function folded(path: readonly string[]): string {
  return path.join('\\').normalize('NFKC').toUpperCase().toLowerCase();
}

/** The paths of all names, in order. `cab.invalid` where two are the same on some system, or one is another's folder. */
export function safePaths(names: readonly string[]): readonly (readonly string[])[] {
  const files = new Map<string, string>();
  const folders = new Map<string, string>();
  return names
    .map((name) => {
      const path = safePath(name);
      for (let depth = 1; depth < path.length; depth += 1) folders.set(folded(path.slice(0, depth)), name);
      const key = folded(path);
      const twin = files.get(key);
      if (twin !== undefined) throw refused(name, `${JSON.stringify(twin)} has the same name`);
      files.set(key, name);
      return path;
    })
    .map((path, index) => {
      if (folders.has(folded(path))) throw refused(names[index] ?? '', 'another file uses it as a folder');
      return path;
    });
}
