/** The .tar.gz of a client: its install folder as it lies on a machine, for systems without an installer of ours. */
import { withFolders } from './archive/entry.ts';
import { gzipPieces } from './archive/gzip.ts';
import { tarPieces } from './archive/tar.ts';
import { treeEntries } from './linux-package.ts';
import type { Tree } from './tree.ts';

/** @param seconds since 1970: the time of all that is in it */
export async function tarPackage(tree: Tree, seconds: number): Promise<Buffer> {
  return gzipPieces(tarPieces(withFolders(await treeEntries(tree)), '', seconds));
}

/** A version by itself, without runtime and launcher: what an installed client takes to become it. */
export async function versionArchive(tree: Tree, seconds: number): Promise<Buffer> {
  const seed = 'seed/';
  const own = (await treeEntries(tree)).filter(({ path }) => path.startsWith(seed));
  const entries = own.map((entry) => ({ ...entry, path: entry.path.slice(seed.length) }));
  return gzipPieces(tarPieces(withFolders(entries), '', seconds));
}
