/** Files that are written, made durable and proven before anyone relies on them. */
import { createHash } from 'node:crypto';
import { HoldfastError } from '@holdfast/contract';
import { hashFile, removeIfThere, withOpen } from '@holdfast/engine';
import type { Folder } from '@holdfast/ports';

/** Bytes of a file that is to be written, in pieces. */
export type Pieces = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

type FileFacts = { readonly size?: number | undefined; readonly modified?: number | undefined };

/** Permissions of files in a root, where the disk has them: those that Wine gives. */
const rootFileMode = 0o644;

/**
 * Writes a new file over whatever has its name, makes its content durable, reads it back and compares. Its name is
 * durable only when the folder is synced.
 * @param facts.size bytes that it must have; what comes from a package says so before
 * @param facts.modified milliseconds since 1970
 * @throws HoldfastError `disk.*`; `disk.failed` where it has another size, or reads other than it was written
 */
export async function writeVerified(
  folder: Folder,
  name: string,
  content: Pieces,
  facts: FileFacts = {},
): Promise<void> {
  await removeIfThere(folder, name);
  try {
    await writeAndCompare(folder, name, content, facts);
  } catch (thrown) {
    // On a full disk it would stand in its own way. That it cannot be removed says less than why it is to be.
    await removeIfThere(folder, name).catch(() => undefined);
    throw thrown;
  }
}

async function writeAndCompare(
  folder: Folder,
  name: string,
  content: Pieces,
  facts: FileFacts,
): Promise<void> {
  const hash = createHash('sha256');
  let size = 0;
  await withOpen(folder.create(name, { mode: rootFileMode }), async (file) => {
    for await (const piece of content) {
      await file.write(size, piece);
      hash.update(piece);
      size += piece.length;
    }
    if (facts.size !== undefined && facts.size !== size) {
      throw new HoldfastError('disk.failed', `${name} came with ${size} bytes instead of ${facts.size}.`);
    }
    if (facts.modified !== undefined) await file.setTimes(facts.modified);
    await file.sync();
  });
  const written = await hashFile(folder, name);
  if (written.size !== size || written.sha256 !== hash.digest('hex')) {
    throw new HoldfastError('disk.failed', `${name} could not be read back as it was written.`);
  }
}

/** A file on its way to its name. */
export function unfinishedName(name: string): string {
  return `${name}.new`;
}

/** Gives a file new content, all or nothing, as the engine's replaceFile does; piece by piece, for large ones. */
export async function replaceVerified(folder: Folder, name: string, content: Pieces): Promise<void> {
  const fresh = unfinishedName(name);
  await writeVerified(folder, fresh, content);
  await folder.rename(fresh, { name });
  await folder.sync();
}
