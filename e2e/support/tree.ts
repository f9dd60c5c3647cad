/** A folder as a map of hashes: for comparing what was installed with what was built. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from '@holdfast/contract';

/** SHA-256 of every file by its path below the folder, `/` between names, sorted; without the mark of a build. */
export function treeFiles(folder: string): ReadonlyMap<string, string> {
  const paths = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== '.sources')
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
  return new Map(paths.map((path) => [path, sha256(readFileSync(join(folder, path)))]));
}
