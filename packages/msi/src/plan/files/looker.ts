/** Looks at many files of a machine: every folder is opened and listed once, however many files are in it. */
import { isHoldfastError } from '@holdfast/contract';
import { withOpen } from '@holdfast/engine';
import type { Entry, Folder, OpenFile } from '@holdfast/ports';
import { fileHash } from '../../root/file-hash.ts';
import { fileVersion } from '../../root/file-version.ts';
import { type ByteSource, bytesSource, fileSource } from '../../source.ts';
import type { FileLooker, PlanMachine } from '../machine.ts';
import { foldPath, parentFolder } from '../planned-files.ts';
import { checksumHolds } from './checksum.ts';

type Listed = { readonly folder: Folder; readonly entries: ReadonlyMap<string, Entry> };

/** Folders that stay open; those beyond are opened anew for every file. */
const mostOpen = 128;
/** Bytes up to which a file is read at once, and bytes of all that are kept for a moment. */
const smallFile = 1 << 17;
const mostHeld = 1 << 25;

export function openLooker(files: PlanMachine['files']): FileLooker {
  const open = new Map<string, Promise<Listed | undefined>>();

  async function list(path: string): Promise<Listed | undefined> {
    try {
      const folder = await files.open(path);
      const entries = new Map<string, Entry>();
      // Of names that differ in case only, the first is the one that Windows would find.
      for (const entry of (await folder.list()).toReversed()) entries.set(entry.name.toLowerCase(), entry);
      return { folder, entries };
    } catch (thrown) {
      if (isHoldfastError(thrown, 'disk.not-found', 'disk.name-invalid')) return undefined;
      throw thrown;
    }
  }
  async function closeAll(): Promise<void> {
    const listed = await Promise.all([...open.values()]);
    open.clear();
    for (const one of listed) await one?.folder.close();
  }
  async function find<T>(
    path: string,
    use: (folder: Folder, entry: Entry) => Promise<T>,
  ): Promise<T | undefined> {
    const above = foldPath(parentFolder(path));
    const stays = open.has(above) || open.size < mostOpen;
    const listing = open.get(above) ?? list(parentFolder(path));
    if (stays) open.set(above, listing);
    const listed = await listing;
    const entry = listed?.entries.get(foldPath(path).slice(above.length + 1));
    try {
      return listed && entry && (await use(listed.folder, entry));
    } finally {
      if (!stays) await listed?.folder.close();
    }
  }
  /** Small files are read once, for version and hash; a hash is the last that is asked of a file. */
  const held = new Map<string, Uint8Array>();
  let heldBytes = 0;
  async function sourceIn(file: OpenFile, path: string): Promise<ByteSource> {
    const source = await fileSource(file);
    if (source.size > smallFile || heldBytes + source.size > mostHeld) return source;
    heldBytes += source.size;
    const bytes = await source.read(0, source.size);
    held.set(path, bytes);
    return bytesSource(bytes);
  }
  async function read<T>(path: string, use: (content: ByteSource) => Promise<T>): Promise<T | undefined> {
    const bytes = held.get(path);
    if (bytes !== undefined) return await use(bytesSource(bytes));
    return await find(path, async (folder, { name, kind }) =>
      kind === 'file'
        ? await withOpen(folder.read(name), async (file) => use(await sourceIn(file, path)))
        : undefined,
    );
  }
  async function hash(path: string): Promise<string | undefined> {
    const answer = await read(path, fileHash);
    heldBytes -= held.get(path)?.length ?? 0;
    held.delete(path);
    return answer;
  }
  return {
    entry: (path) => find(path, async (_, entry) => entry),
    times: (path) => find(path, (folder, { name }) => folder.times(name)),
    version: (path) => read(path, fileVersion),
    hash,
    checksumHolds: async (path) => (await read(path, checksumHolds)) ?? true,
    [Symbol.asyncDispose]: closeAll,
  };
}
