/** Where the built `holdfast` lies, and whether it is what its sources say. Plain JavaScript: it is read at every start. */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

const projectFolder = join(import.meta.dirname, '../../..');

/** The folder that `npm run build:cli` makes. */
export const builtFolder = join(projectFolder, 'dist/holdfast');

/** The program in a folder, and JSON with path, bytes and time of change of each file that it was built of. */
export const builtFiles = (folder = builtFolder) => ({
  main: join(folder, 'holdfast.mjs'),
  sources: join(folder, 'sources.json'),
});

/** Whether it is there and none of its sources changed since: a millisecond, where loading those is half a second. */
export function isFresh(folder = builtFolder) {
  try {
    /** @type {[string, number, number][]} */
    const stamps = JSON.parse(readFileSync(builtFiles(folder).sources, 'utf8'));
    return stamps.every(([path, size, changed]) => {
      const now = statSync(join(projectFolder, path), { throwIfNoEntry: false });
      return now?.size === size && now.mtimeMs === changed;
    });
  } catch {
    // Not built, or not whole.
    return false;
  }
}
