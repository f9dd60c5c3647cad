/** Content on disk: `content/<first two digits>/<hash>`, written beside as `incoming/<id>` until it is whole and verified. */
import { createHash } from 'node:crypto';
import { HoldfastError, isHoldfastError, Sha256 } from '@holdfast/contract';
import { hashFile, openPath, removeIfThere } from '@holdfast/engine';
import type { Clock, Disk, Entropy, Folder, OpenFile } from '@holdfast/ports';
import type { Kysely } from 'kysely';
import { Compile } from 'typebox/compile';
import type { Schema } from '../store/schema.ts';
import type { ContentStore } from './store.ts';

/** Bytes that are gathered before they are written. */
const writeBytes = 1024 * 1024;
/** Bytes that are read at once. */
const readBytes = 256 * 1024;

const hashCheck = Compile(Sha256);

type Received = { sha256: Sha256; size: number };
type Expected = { sha256?: Sha256; size?: number };

/** Writes a stream to a file in large pieces and hashes it on its way. */
async function receive(file: OpenFile, bytes: AsyncIterable<Uint8Array>, limit: number): Promise<Received> {
  const hash = createHash('sha256');
  let size = 0;
  let gathered: Uint8Array[] = [];
  let waiting = 0;
  const write = async () => {
    await file.write(size - waiting, Buffer.concat(gathered));
    gathered = [];
    waiting = 0;
  };
  for await (const chunk of bytes) {
    hash.update(chunk);
    size += chunk.length;
    waiting += chunk.length;
    gathered.push(chunk);
    if (size > limit)
      throw new HoldfastError('content.hash-mismatch', `More than the ${limit} bytes announced came.`);
    if (waiting >= writeBytes) await write();
  }
  if (waiting > 0) await write();
  return { sha256: hash.digest('hex'), size };
}

/** A stream that ends early throws its connection's error: it is given its code here. */
async function* whole(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* bytes;
  } catch (cause) {
    if (isHoldfastError(cause)) throw cause;
    throw new HoldfastError('request.cut-off', 'The upload ended before it was whole.', { cause });
  }
}

function checkExpected(received: Received, expected: Expected): void {
  if (expected.size !== undefined && received.size < expected.size) {
    throw new HoldfastError('request.cut-off', `Only ${received.size} of ${expected.size} bytes came.`);
  }
  if (expected.sha256 !== undefined && received.sha256 !== expected.sha256) {
    throw new HoldfastError(
      'content.hash-mismatch',
      'The bytes that came do not have the hash that was announced.',
      {
        details: { announced: expected.sha256, received: received.sha256 },
      },
    );
  }
}

/** Opens the content folder of a site and clears away what uploads that were cut off have left. */
export async function openContent(
  ports: { disk: Disk; clock: Clock; entropy: Entropy },
  options: { dataFolder: string; store: Kysely<Schema> },
): Promise<ContentStore & { close(): Promise<void> }> {
  const { clock, entropy } = ports;
  await using data = await ports.disk.open(options.dataFolder);
  const content = await openPath(data, ['content'], { create: true });
  const incoming = await openPath(content, ['incoming'], { create: true });
  for (const entry of await incoming.list()) await incoming.remove(entry.name);

  /** Opens the folder of a hash; undefined where nothing of it is there. */
  async function folderOf(hash: Sha256): Promise<Folder | undefined> {
    if (!hashCheck.Check(hash)) return undefined;
    try {
      return await content.folder(hash.slice(0, 2));
    } catch (thrown) {
      if (isHoldfastError(thrown, 'disk.not-found')) return undefined;
      throw thrown;
    }
  }

  async function sizeOf(hash: Sha256): Promise<number | undefined> {
    const folder = await folderOf(hash);
    if (!folder) return undefined;
    await using _ = folder;
    const entry = await folder.entry(hash);
    return entry?.kind === 'file' ? entry.size : undefined;
  }

  async function open(hash: Sha256): Promise<OpenFile> {
    const folder = await folderOf(hash);
    if (!folder || !(await folder.entry(hash))) {
      await folder?.close();
      throw new HoldfastError('content.not-found', 'The site does not have this content.');
    }
    await using _ = folder;
    return await folder.read(hash);
  }

  async function keep(name: string, { sha256, size }: Received): Promise<void> {
    const written = await hashFile(incoming, name);
    if (written.sha256 !== sha256 || written.size !== size) {
      throw new HoldfastError('disk.failed', 'The content could not be read back as it was written.');
    }
    await using folder = await openPath(content, [sha256.slice(0, 2)], { create: true });
    await incoming.rename(name, { folder, name: sha256 });
    await folder.sync();
  }

  return {
    async add(bytes, expected = {}) {
      const name = entropy.uuid();
      try {
        let received: Received;
        {
          await using file = await incoming.create(name);
          received = await receive(file, whole(bytes), expected.size ?? Number.MAX_SAFE_INTEGER);
          checkExpected(received, expected);
          await file.sync();
        }
        const known = (await sizeOf(received.sha256)) === received.size;
        if (!known) await keep(name, received);
        await options.store
          .insertInto('content')
          .values({ sha256: received.sha256, size: received.size, createdAt: clock.now() })
          .onConflict((conflict) => conflict.doNothing())
          .execute();
        return { ...received, known };
      } finally {
        await removeIfThere(incoming, name);
      }
    },
    size: sizeOf,
    open,
    async *read(hash, start, end) {
      await using file = await open(hash);
      for (let position = start; position < end; ) {
        const chunk = await file.read(position, Math.min(readBytes, end - position));
        if (chunk.length === 0) throw new HoldfastError('disk.failed', 'The content is shorter than it was.');
        yield chunk;
        position += chunk.length;
      }
    },
    async close() {
      await incoming.close();
      await content.close();
    },
  };
}
