/** Content that an older client has fetched, taken over by its hash: it is not fetched a second time. */
import { isHoldfastError, type Sha256 } from '@holdfast/contract';
import { chunksOf, hashFile, openPath, removeIfThere, withOpen, writePieces } from '@holdfast/engine';
import type { Folder } from '@holdfast/ports';
import { contentMode } from '../../content/download.ts';
import type { Inheritance } from '../../inheritance.ts';

/** Deepest folder, and files, that are looked at: more is no content of a client. */
const deepest = 32;
const mostFiles = 10_000;

export type Taken = { readonly files: number; readonly bytes: number };

type Work = {
  readonly into: Folder;
  readonly byHash: boolean;
  left: { files: number; bytes: number };
  taken: { files: number; bytes: number };
};

/**
 * Copies it; the older client keeps its own until it goes. A file counts by the hash that it has on the disk afterwards,
 * whatever its name says, and what no policy ever names goes with the first one.
 *
 * @param state today's state folder
 * @param mostBytes what may be taken
 * @throws HoldfastError `disk.*`
 */
export async function takeCache(
  older: Folder,
  { folder, byHash }: Inheritance['cache'],
  state: Folder,
  mostBytes: number,
): Promise<Taken> {
  if ((await older.entry(folder))?.kind !== 'folder') return { files: 0, bytes: 0 };
  return await withOpen(openPath(state, ['cache'], { create: true }), async (into) => {
    const left = { files: mostFiles, bytes: mostBytes };
    const work: Work = { into, byHash, left, taken: { files: 0, bytes: 0 } };
    await withOpen(older.folder(folder), (from) => takeFolder(from, work, 0));
    await into.sync();
    return work.taken;
  });
}

/** Links are not followed: they are neither files nor folders here. */
async function takeFolder(from: Folder, work: Work, depth: number): Promise<void> {
  if (depth > deepest) return;
  for (const { name, kind, size } of await from.list()) {
    if (work.left.files <= 0) return;
    if (kind === 'folder') await withOpen(from.folder(name), (inner) => takeFolder(inner, work, depth + 1));
    if (kind !== 'file' || size > work.left.bytes) continue;
    work.left.files -= 1;
    await takeFile(from, name, work);
  }
}

async function takeFile(from: Folder, name: string, work: Work): Promise<void> {
  const found = await hashOf(from, name);
  if (found === undefined || (work.byHash && found.sha256 !== name)) return;
  const { into } = work;
  if (!(await isThere(into, found.sha256))) {
    const part = `${found.sha256}.part`;
    await removeIfThere(into, part);
    await withOpen(from.read(name), async (source) => {
      await withOpen(into.create(part, { mode: contentMode }), async (copy) => {
        await writePieces(copy, chunksOf(source, found.size));
        await copy.sync();
      });
    });
    if ((await hashFile(into, part)).sha256 !== found.sha256) return await removeIfThere(into, part);
    await into.rename(part, { name: found.sha256 });
    work.left.bytes -= found.size;
  }
  work.taken.files += 1;
  work.taken.bytes += found.size;
}

/** What was written by a life that was cut off is looked at, not believed. */
async function isThere(into: Folder, sha256: Sha256): Promise<boolean> {
  if (!(await into.entry(sha256))) return false;
  if ((await hashOf(into, sha256))?.sha256 === sha256) return true;
  await removeIfThere(into, sha256);
  return false;
}

/** Undefined for a file that cannot be read: it is fetched then. */
async function hashOf(folder: Folder, name: string) {
  try {
    return await hashFile(folder, name);
  } catch (thrown) {
    if (!isHoldfastError(thrown, 'disk.failed', 'disk.denied', 'disk.busy', 'disk.not-found')) throw thrown;
    return undefined;
  }
}
