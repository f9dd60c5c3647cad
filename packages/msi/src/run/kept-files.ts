/** Files as they were before: looked at, copied, put back. */
import { createHash } from 'node:crypto';
import type { WindowsHost } from '../host/model.ts';
import type { ByteSource } from '../source.ts';
import type { Area } from './area.ts';
import { installerErrors, installerFailure } from './failure.ts';
import type { KeptFile, KeptPath } from './steps.ts';

type Files = WindowsHost['files'];

const pieceBytes = 1 << 18;

export async function* piecesOf(source: ByteSource): AsyncGenerator<Uint8Array> {
  for (let position = 0; position < source.size; ) {
    const piece = await source.read(position, Math.min(pieceBytes, source.size - position));
    if (piece.length === 0) return;
    position += piece.length;
    yield piece;
  }
}

export function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('\\'));
}

export type FileFacts = { readonly size: number; readonly sha256: string };

/** Writes a new file that is known by its hash from then on. */
export async function stageHashed(
  files: Files,
  path: string,
  content: AsyncIterable<Uint8Array>,
  size: number,
  modified: number | undefined,
): Promise<FileFacts> {
  const hash = createHash('sha256');
  async function* hashed() {
    for await (const piece of content) {
      hash.update(piece);
      yield piece;
    }
  }
  await files.stage(path, hashed(), size, modified);
  return { size, sha256: hash.digest('hex') };
}

/** Undefined where there is no file. */
export async function factsOf(files: Files, path: string): Promise<FileFacts | undefined> {
  return await files.read(path, async (source) => {
    if (source.size <= pieceBytes) {
      const bytes = await source.read(0, source.size);
      return { size: source.size, sha256: createHash('sha256').update(bytes).digest('hex') };
    }
    const hash = createHash('sha256');
    for await (const piece of piecesOf(source)) hash.update(piece);
    return { size: source.size, sha256: hash.digest('hex') };
  });
}

/** Copies the file at a path, durable; null where there is none. */
export async function keepFile(
  files: Files,
  area: Area,
  path: string,
  number: number,
): Promise<KeptFile | null> {
  const there = await files.stat(path);
  if (there === undefined) return null;
  if (there.kind !== 'file') {
    throw installerFailure(
      installerErrors.folderInTheWay,
      [path],
      `${path} cannot be placed: a ${there.kind} has that name.`,
    );
  }
  const times = await files.times(path);
  const facts = await files.read(path, (source) =>
    stageHashed(files, area.backup(number), piecesOf(source), source.size, times?.modified),
  );
  return facts === undefined ? null : { backup: number, ...facts, modified: times?.modified ?? null };
}

async function isAsBefore(files: Files, path: string, file: KeptFile, exactly: boolean): Promise<boolean> {
  const there = await files.stat(path);
  if (there?.kind !== 'file' || there.size !== file.size) return false;
  if (exactly && ((await files.times(path))?.modified ?? null) !== file.modified) return false;
  return (await factsOf(files, path))?.sha256 === file.sha256;
}

async function restoreFile(files: Files, area: Area, path: string, file: KeptFile): Promise<void> {
  const backup = area.backup(file.backup);
  if ((await files.stat(backup)) === undefined) {
    // An earlier undoing has moved it to its place, and may have ended before that was durable.
    await files.sync(parentOf(path));
  } else if (await isAsBefore(files, path, file, true)) return;
  else await files.move(backup, path);
  if (!(await isAsBefore(files, path, file, false))) {
    throw installerFailure(
      installerErrors.fileUnwritable,
      [path],
      `${path} could not be made what it was before.`,
    );
  }
}

/** Makes a path what it was before. */
export async function restorePath(
  files: Files,
  area: Area,
  { path, file, missing }: KeptPath,
): Promise<void> {
  if (file !== null) return await restoreFile(files, area, path, file);
  await files.remove(path);
  await removeMade(files, missing);
}

/** Removes folders that were not there, the lowest first, where they are empty. Also asked for when they are gone: that is durable then. */
export async function removeMade(files: Files, missing: readonly string[]): Promise<void> {
  for (const folder of missing.toReversed()) await files.removeFolder(folder);
}
