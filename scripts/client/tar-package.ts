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
