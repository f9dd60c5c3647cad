/** Where this program lies, seen from its own bundle. */
import { basename, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Absolute paths. */
export type ClientPlace = {
  /** What the package owns: runtime, launcher, seed version. */
  readonly installFolder: string;
  /** The version that runs: `seed` of the install folder, or one below the state folder. */
  readonly versionFolder: string;
};

/** Folders of a version that bundled code lies in. */
const bundleFolders: ReadonlySet<string> = new Set(['core', 'chunks', 'software', 'inventory']);

/**
 * Undefined when run from sources, or from a bundle that was not laid out as a client.
 * @param url of a module of the bundle
 * @param runtime path of the Node that runs it: a version in the state folder is run by that of the install folder
 */
export function placeOf(url: string, runtime: string): ClientPlace | undefined {
  const folder = dirname(fileURLToPath(url));
  if (!url.endsWith('.mjs') || !bundleFolders.has(basename(folder))) return undefined;
  const versionFolder = dirname(folder);
  if (basename(versionFolder) === 'seed') return { versionFolder, installFolder: dirname(versionFolder) };
  if (basename(dirname(versionFolder)) !== 'versions' || basename(dirname(runtime)) !== 'runtime') {
    return undefined;
  }
  return { versionFolder, installFolder: dirname(dirname(runtime)) };
}

export function clientPlace(): ClientPlace | undefined {
  return placeOf(import.meta.url, process.execPath);
}
