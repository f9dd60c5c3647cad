/** Whole files and trees over the disk port: replaced at one stroke, read with a limit, walked by handles. */
import { createHash } from 'node:crypto';
import { HoldfastError, isHoldfastError, type Sha256 } from '@holdfast/contract';
import type { Folder, OpenFile } from '@holdfast/ports';

/** Bytes read or copied at a time. */
export const chunkBytes = 256 * 1024;

/** Bytes of the longest journal file that is read. */
export const journalLimit = 512 * 1024 * 1024;

/** Deepest tree that is removed. Deeper ones are somebody's attack on the stack, not software. */
const deepestTree = 256;

/** Uses something that is opened, and closes it whatever happens. (`await using` is not in Node 22.) */
export async function withOpen<Handle extends { close(): Promise<void> }, Result>(
  opening: Handle | Promise<Handle>,
  use: (handle: Handle) => Promise<Result>,
): Promise<Result> {
  const handle = await opening;
  try {
    return await use(handle);
  } finally {
    await handle.close();
  }
}

/**
 * Gives a file new content, all or nothing: written beside it, made durable, read back, compared, then renamed
 * over it. A cut at any point leaves the old or the new file, and a failure nothing beside it.
 *
 * @param options.mode permission bits where the disk has them; 0o600 unless given
 * @throws HoldfastError `disk.*`; `disk.failed` when what was read back is not what was written
 */
export async function replaceFile(
  folder: Folder,
  name: string,
  content: Uint8Array,
  options: { mode?: number } = {},
): Promise<void> {
  const fresh = `${name}.new`;
  try {
    await writeFresh(folder, fresh, content, options);
    await folder.rename(fresh, { name });
  } catch (thrown) {
    // The next one would remove it, but that may be long in coming. What failed is what is told.
    await removeIfThere(folder, fresh).catch(() => undefined);
    throw thrown;
  }
  await folder.sync();
}

/** Durable, and read back as it was written. */
async function writeFresh(
  folder: Folder,
  fresh: string,
  content: Uint8Array,
  options: { mode?: number },
): Promise<void> {
  await removeIfThere(folder, fresh);
  await withOpen(folder.create(fresh, options), async (file) => {
    await file.write(0, content);
    await file.sync();
  });
  const written = await readWhole(folder, fresh, content.length);
  if (!Buffer.from(written).equals(content)) {
    throw new HoldfastError('disk.failed', `${fresh} could not be read back as it was written.`);
  }
}

/**
 * All bytes of a file of at most `limit` bytes.
 * @throws HoldfastError `disk.not-found`, `disk.failed` when it is longer than the limit
 */
export async function readWhole(folder: Folder, name: string, limit: number): Promise<Uint8Array> {
  return await withOpen(folder.read(name), async (file) => {
    const size = await file.size();
    if (size > limit) {
      throw new HoldfastError('disk.failed', `${name} is longer than expected.`, {
        details: { size, limit },
      });
    }
    const content = new Uint8Array(size);
    let position = 0;
    for await (const chunk of chunksOf(file, size)) {
      content.set(chunk, position);
      position += chunk.length;
    }
    return content.subarray(0, position);
  });
}

/** Writes pieces into an open file, from its start, one behind the other. */
export async function writePieces(file: OpenFile, pieces: AsyncIterable<Uint8Array>): Promise<void> {
  let position = 0;
  for await (const piece of pieces) {
    await file.write(position, piece);
    position += piece.length;
  }
}

/** The bytes of an open file up to `end`, piece by piece; fewer where the file is shorter. */
export async function* chunksOf(file: OpenFile, end: number): AsyncGenerator<Uint8Array> {
  let position = 0;
  while (position < end) {
    const chunk = await file.read(position, Math.min(chunkBytes, end - position));
    if (chunk.length === 0) return;
    yield chunk;
    position += chunk.length;
  }
}

/** Length in bytes and SHA-256 of a file. */
export async function hashFile(folder: Folder, name: string): Promise<{ size: number; sha256: Sha256 }> {
  return await withOpen(folder.read(name), async (file) => {
    const hash = createHash('sha256');
    let size = 0;
    // Most files are small: reading to their size needs neither a whole chunk's memory nor a second read.
    for await (const chunk of chunksOf(file, await file.size())) {
      hash.update(chunk);
      size += chunk.length;
    }
    return { size, sha256: hash.digest('hex') };
  });
}

/** Removes a file or link; nothing happens where there is none. */
export async function removeIfThere(folder: Folder, name: string): Promise<void> {
  try {
    await folder.remove(name);
  } catch (thrown) {
    if (!isHoldfastError(thrown, 'disk.not-found')) throw thrown;
  }
}

/** Removes whatever is called `name`, a whole tree if need be, by folder handles; links are removed, not followed. */
export async function removeTree(parent: Folder, name: string, depth = 0): Promise<void> {
  const entry = await parent.entry(name);
  if (!entry) return;
  if (entry.kind !== 'folder') return await parent.remove(name);
  if (depth >= deepestTree) {
    throw new HoldfastError('disk.failed', `${name} lies more than ${deepestTree} folders deep.`);
  }
  await withOpen(parent.folder(name), async (folder) => {
    for (const inner of await folder.list()) await removeTree(folder, inner.name, depth + 1);
  });
  await parent.removeFolder(name);
}

/**
 * Opens the folder some names below another one, one handle after the other. The caller closes the answer;
 * with no names it is a second handle on nothing, so at least one name is needed.
 *
 * @param options.create makes the missing ones; each is durable in its parent afterwards
 */
export async function openPath(
  start: Folder,
  names: readonly [string, ...string[]],
  options: { create?: boolean } = {},
): Promise<Folder> {
  let current = await openOne(start, names[0], options);
  for (const name of names.slice(1)) {
    const parent = current;
    current = await withOpen(parent, () => openOne(parent, name, options));
  }
  return current;
}

async function openOne(parent: Folder, name: string, options: { create?: boolean }): Promise<Folder> {
  const folder = await parent.folder(name, options);
  try {
    // Also where it was there already: an earlier life may have made it, and ended before its name was durable.
    if (options.create) await parent.sync();
  } catch (thrown) {
    await folder.close();
    throw thrown;
  }
  return folder;
}

/**
 * A relative path as plain names.
 * @throws HoldfastError `disk.outside` for an empty path or one with `.` or `..` in it
 */
export function splitPath(path: string, separator: '/' | '\\' = '/'): [string, ...string[]] {
  const [first, ...rest] = path.split(separator).filter((name) => name !== '');
  if (first === undefined || [first, ...rest].some((name) => name === '.' || name === '..')) {
    throw new HoldfastError('disk.outside', 'The path leads nowhere inside its folder.', {
      details: { path: path.slice(0, 200) },
    });
  }
  return [first, ...rest];
}
