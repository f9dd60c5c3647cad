/**
 * The form of a backup: gzip over the line `holdfast-backup 1` and parts. A part is a header (JSON), chunks,
 * and an empty chunk; each of them is led by its length (4 bytes, big-endian). The last part is the manifest,
 * with length and SHA-256 of all parts before it.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { HoldfastError, Sha256, SiteCode, Timestamp } from '@holdfast/contract';
import Type, { type Static } from 'typebox';
import { Compile } from 'typebox/compile';

const firstLine = 'holdfast-backup 1\n';
/** Bytes of one chunk, written and accepted. */
const chunkBytes = 1024 * 1024;
const headerBytes = 64 * 1024;
/** Bytes; at about 150 a part, a manifest of more than a million files fits. */
const manifestBytes = 256 * 1024 * 1024;

const PartHeader = Type.Object({
  /** `table` rows as JSON lines, `file` bytes, or the `manifest`. */
  kind: Type.Union([Type.Literal('table'), Type.Literal('file'), Type.Literal('manifest')]),
  /** Name of the table, or path below the data folder. */
  name: Type.String({ maxLength: 4096 }),
});
export type PartHeader = Static<typeof PartHeader>;

const PartRecord = Type.Object({
  ...PartHeader.properties,
  bytes: Type.Integer({ minimum: 0 }),
  sha256: Sha256,
});
type PartRecord = Static<typeof PartRecord>;

export const BackupManifest = Type.Object({
  siteCode: SiteCode,
  /** Version of Holdfast that wrote it. */
  holdfast: Type.String(),
  createdAt: Timestamp,
  /** Number of the newest migration of the tables. */
  migration: Type.Integer({ minimum: 0 }),
  /** Rows by table. */
  tables: Type.Record(Type.String(), Type.Integer({ minimum: 0 })),
  parts: Type.Array(PartRecord),
});
export type BackupManifest = Static<typeof BackupManifest>;

/** What the writer is told before the parts are known. */
export type BackupFacts = Pick<BackupManifest, 'siteCode' | 'holdfast' | 'createdAt' | 'migration'>;

export type Part = PartHeader & {
  readonly chunks: AsyncIterable<Uint8Array>;
  /** Rows of a table, counted once its chunks were read. */
  readonly rows?: () => number;
};

const headerShape = Compile(PartHeader);
const manifestShape = Compile(BackupManifest);

function damaged(what: string, cause?: unknown): HoldfastError {
  return new HoldfastError('backup.damaged', `The backup is damaged: ${what}.`, { cause });
}

function* framed(data: Uint8Array): Generator<Uint8Array> {
  for (let start = 0; start < data.length; start += chunkBytes) {
    const piece = data.subarray(start, start + chunkBytes);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(piece.length);
    yield length;
    yield piece;
  }
}

const end = Buffer.alloc(4);

/** All bytes of a backup before compression; the manifest is made on the way. */
export async function* backupBytes(
  facts: BackupFacts,
  parts: AsyncIterable<Part>,
): AsyncGenerator<Uint8Array> {
  const manifest: BackupManifest = { ...facts, tables: {}, parts: [] };
  yield Buffer.from(firstLine);
  for await (const part of parts) {
    const header = { kind: part.kind, name: part.name };
    yield* framed(Buffer.from(JSON.stringify(header)));
    const hash = createHash('sha256');
    let bytes = 0;
    for await (const chunk of part.chunks) {
      hash.update(chunk);
      bytes += chunk.length;
      yield* framed(chunk);
    }
    yield end;
    manifest.parts.push({ ...header, bytes, sha256: hash.digest('hex') });
    if (part.rows) manifest.tables[part.name] = part.rows();
  }
  yield* framed(Buffer.from(JSON.stringify({ kind: 'manifest', name: 'manifest' } satisfies PartHeader)));
  yield* framed(Buffer.from(JSON.stringify(manifest)));
  yield end;
}

type Source = { exactly(length: number): Promise<Buffer>; atEnd(): Promise<boolean>; close(): Promise<void> };

/** Reads exact lengths from a compressed file. */
function openSource(path: string): Source {
  const file = createReadStream(path);
  const unzipped = createGunzip();
  file.on('error', (error) => unzipped.destroy(error));
  const chunks: AsyncIterator<Buffer> = file.pipe(unzipped)[Symbol.asyncIterator]();
  let rest: Buffer = Buffer.alloc(0);
  const more = async (): Promise<boolean> => {
    try {
      const next = await chunks.next();
      if (next.done) return false;
      rest = rest.length === 0 ? next.value : Buffer.concat([rest, next.value]);
      return true;
    } catch (cause) {
      if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') {
        throw new HoldfastError('disk.not-found', `There is no backup ${path}.`, { cause });
      }
      throw damaged(cause instanceof Error ? cause.message : 'it cannot be read', cause);
    }
  };
  return {
    async exactly(length) {
      while (rest.length < length) if (!(await more())) throw damaged('it ends too early');
      const taken = rest.subarray(0, length);
      rest = rest.subarray(length);
      return taken;
    },
    async atEnd() {
      return rest.length === 0 && !(await more());
    },
    async close() {
      file.destroy();
      unzipped.destroy();
    },
  };
}

async function frame(source: Source, limit: number): Promise<Buffer> {
  const length = (await source.exactly(4)).readUInt32BE();
  if (length > limit) throw damaged('a length in it cannot be');
  return length === 0 ? end.subarray(0, 0) : source.exactly(length);
}

function parsed(text: Buffer): unknown {
  try {
    return JSON.parse(text.toString('utf8'));
  } catch (cause) {
    throw damaged('a header is not JSON', cause);
  }
}

type ReadPart = PartHeader & { readonly chunks: AsyncIterable<Uint8Array> };

async function* chunksOf(source: Source): AsyncGenerator<Buffer> {
  for (;;) {
    const chunk = await frame(source, chunkBytes);
    if (chunk.length === 0) return;
    yield chunk;
  }
}

async function readManifest(chunks: AsyncIterable<Uint8Array>): Promise<BackupManifest> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    size += chunk.length;
    if (size > manifestBytes) throw damaged('its manifest is too long');
    pieces.push(chunk);
  }
  const manifest = parsed(Buffer.concat(pieces));
  if (!manifestShape.Check(manifest)) throw damaged('its manifest has another shape');
  return manifest;
}

/**
 * Reads a backup from beginning to end and hands each part to `take`, which may leave its chunks unread.
 * @returns the manifest, once every part has been found to be what it says
 * @throws HoldfastError `backup.damaged`, `disk.not-found`
 */
export async function readBackup(
  path: string,
  take: (part: ReadPart) => Promise<void>,
): Promise<BackupManifest> {
  const source = openSource(path);
  try {
    const first = await source.exactly(firstLine.length);
    if (first.toString('latin1') !== firstLine) throw damaged('it is no backup of this format');
    const seen: PartRecord[] = [];
    for (;;) {
      const header = parsed(await frame(source, headerBytes));
      if (!headerShape.Check(header)) throw damaged('a header has another shape');
      const chunks = chunksOf(source);
      if (header.kind === 'manifest') {
        if (header.name !== 'manifest') throw damaged('its manifest has another name');
        const manifest = await readManifest(chunks);
        if (!(await source.atEnd())) throw damaged('something follows its end');
        checkParts(seen, manifest.parts);
        return manifest;
      }
      const hash = createHash('sha256');
      let bytes = 0;
      const hashed = (async function* () {
        for await (const chunk of chunks) {
          hash.update(chunk);
          bytes += chunk.length;
          yield chunk;
        }
      })();
      await take({ kind: header.kind, name: header.name, chunks: hashed });
      for await (const _unread of hashed);
      seen.push({ kind: header.kind, name: header.name, bytes, sha256: hash.digest('hex') });
    }
  } finally {
    await source.close();
  }
}

function checkParts(seen: readonly PartRecord[], listed: readonly PartRecord[]): void {
  if (seen.length !== listed.length) throw damaged('its parts are not those of its manifest');
  for (const [index, part] of seen.entries()) {
    const other = listed[index];
    const same =
      other?.kind === part.kind &&
      other.name === part.name &&
      other.bytes === part.bytes &&
      other.sha256 === part.sha256;
    if (!same) throw damaged(`${part.kind} ${part.name} is not what its manifest says`);
  }
}
