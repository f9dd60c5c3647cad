/** Writes files that are unpacked, through folder handles: a link that is swapped in cannot lead out. */
import { basename, dirname } from 'node:path';
import { HoldfastError, isHoldfastError } from '@holdfast/contract';
import type { Disk, Folder, OpenFile } from '@holdfast/ports';
import { bytes } from '../terminal.ts';
import { openFolders } from './open-folders.ts';
import type { Session } from './verb.ts';

/** Holds what is being written until it replaces a file. */
const partName = '.holdfast-part';
/** Contents up to this many bytes are unpacked at once and written beside the next ones, */
const smallBytes = 1024 * 1024;
/** this many at a time. */
const writersAtOnce = 8;
/** Bytes between two lines of progress. */
const progressBytes = 8 * 1024 * 1024;

/** The same bytes for all of these paths below the target. */
export type Unpacked = {
  readonly paths: readonly (readonly string[])[];
  /** Bytes. */
  readonly size: number;
  readonly content: AsyncIterable<Uint8Array>;
};

/** One line on standard error, overwritten as the work goes on; silent for small totals and where no terminal is. */
export function progressLine({ surroundings, json }: Session, total: number, doing: string) {
  const shown = surroundings.progress && !json && total > progressBytes;
  let done = 0;
  let said = 0;
  return {
    add(count: number): void {
      surroundings.stopped.throwIfAborted();
      done += count;
      if (!shown || (done - said < progressBytes && done < total)) return;
      said = done;
      surroundings.error(`\r${doing} ${bytes(done)} of ${bytes(total)}   `);
    },
    end(): void {
      if (shown) surroundings.error('\n');
    },
  };
}

/** The folder to extract to; made if it is missing and its parent is not. */
export async function openTarget(disk: Disk, path: string): Promise<Folder> {
  try {
    return await disk.open(path);
  } catch (thrown) {
    if (!isHoldfastError(thrown, 'disk.not-found')) throw thrown;
    await using parent = await disk.open(dirname(path));
    return await parent.folder(basename(path), { create: true });
  }
}

/** A file that is being written: at its name, or beside it until it replaces what is there. */
type Writing = { write(piece: Uint8Array): Promise<void>; keep(): Promise<void>; drop(): Promise<void> };

async function startFile(folder: Folder, name: string, overwrite: boolean, number: number): Promise<Writing> {
  const at = overwrite ? `${partName}-${number}` : name;
  if (overwrite && (await folder.entry(at)) !== undefined) await folder.remove(at);
  const file = await folder.create(at, { mode: 0o644 });
  let position = 0;
  return {
    async write(piece) {
      const from = position;
      position += piece.length;
      await file.write(from, piece);
    },
    async keep() {
      await file.close();
      if (overwrite) await folder.rename(at, { name });
    },
    async drop() {
      await file.close();
      await folder.remove(at);
    },
  };
}

/** Writes all of `content`; each piece is unpacked while the one before it is being written. */
async function writeAll(
  to: Writing,
  content: AsyncIterable<Uint8Array>,
  wrote: (count: number) => void,
): Promise<void> {
  let before: Promise<void> = Promise.resolve();
  try {
    for await (const piece of content) {
      await before;
      before = to.write(piece);
      // Whoever awaits it next sees the failure; until then it must not count as unhandled.
      before.catch(() => undefined);
      wrote(piece.length);
    }
    await before;
    await to.keep();
  } catch (thrown) {
    await Promise.allSettled([before]);
    await to.drop();
    throw thrown;
  }
}

/** Nothing is written where one of the files is there already. */
export async function refuseExisting(target: Folder, paths: Iterable<readonly string[]>): Promise<void> {
  await using folders = openFolders(target, false);
  for (const path of paths) {
    const name = path.at(-1) ?? '';
    const found = await folders.within(path.slice(0, -1), (folder) => folder.entry(name));
    if (found !== undefined) {
      throw new HoldfastError('disk.exists', `${path.join('/')} exists; --overwrite replaces it.`);
    }
  }
}

async function* readPieces(file: OpenFile): AsyncGenerator<Uint8Array> {
  for (let position = 0; ; ) {
    const piece = await file.read(position, 1024 * 1024);
    if (piece.length === 0) return;
    position += piece.length;
    yield piece;
  }
}

/** Runs work beside the caller, at most `writersAtOnce` at a time; the first failure is thrown to the caller. */
function writers() {
  const running = new Set<Promise<void>>();
  const failures: unknown[] = [];
  return {
    async start(work: () => Promise<void>): Promise<void> {
      while (running.size >= writersAtOnce) await Promise.race(running);
      if (failures.length > 0) throw failures[0];
      const one = work()
        .catch((thrown: unknown) => {
          failures.push(thrown);
        })
        .finally(() => running.delete(one));
      running.add(one);
    },
    async settled(): Promise<void> {
      await Promise.all(running);
      if (failures.length > 0) throw failures[0];
    },
  };
}

async function* fromMemory(pieces: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* pieces;
}

async function collected(content: AsyncIterable<Uint8Array>): Promise<Uint8Array[]> {
  const pieces: Uint8Array[] = [];
  for await (const piece of content) pieces.push(piece);
  return pieces;
}

/**
 * Writes all files below `target`. What was written whole stays where a later file fails; nothing is left half.
 * `wrote` is told the bytes.
 */
export async function extractAll(
  target: Folder,
  unpacked: AsyncIterable<Unpacked>,
  overwrite: boolean,
  wrote: (count: number) => void,
): Promise<void> {
  await using folders = openFolders(target, true);
  const beside = writers();
  let number = 0;
  async function put(path: readonly string[], pieces: AsyncIterable<Uint8Array>): Promise<void> {
    number += 1;
    const own = number;
    await folders.within(path.slice(0, -1), async (folder) => {
      await writeAll(await startFile(folder, path.at(-1) ?? '', overwrite, own), pieces, wrote);
    });
  }
  try {
    for await (const { paths, size, content } of unpacked) {
      const [first = [], ...twins] = paths;
      if (size <= smallBytes) {
        const pieces = await collected(content);
        for (const path of paths) await beside.start(() => put(path, fromMemory(pieces)));
        continue;
      }
      await put(first, content);
      for (const twin of twins) {
        await folders.within(first.slice(0, -1), async (folder) => {
          await using file = await folder.read(first.at(-1) ?? '');
          await put(twin, readPieces(file));
        });
      }
    }
  } finally {
    await beside.settled();
  }
}
