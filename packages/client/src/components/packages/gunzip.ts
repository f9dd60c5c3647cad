/** Decompresses gzip (RFC 1952) as a stream, members one after another. */
import { Readable } from 'node:stream';
import { createGunzip, gunzipSync } from 'node:zlib';
import { HoldfastError } from '@holdfast/contract';
import type { ByteSource } from '@holdfast/msi';

/** Bytes up to which a package is decompressed at one stroke, and what it may become by that. */
const smallBytes = 1024 * 1024;
const smallResult = 32 * 1024 * 1024;

/** Bytes read at a time. */
const chunkBytes = 256 * 1024;

/**
 * Large packages pass through Node's own threads, piece by piece. Small ones do not: that is quicker, and on a simulated
 * machine no thread's real time passes.
 * @throws HoldfastError `component.damaged` for what is no gzip
 */
export async function* gunzip(source: ByteSource): AsyncGenerator<Uint8Array> {
  try {
    if (source.size <= smallBytes) {
      yield gunzipSync(await source.read(0, source.size), { maxOutputLength: smallResult });
      return;
    }
    const input = Readable.from(piecesOf(source), { objectMode: false, highWaterMark: chunkBytes });
    const output = createGunzip({ chunkSize: chunkBytes });
    input.once('error', (error) => output.destroy(error));
    try {
      for await (const piece of input.pipe(output)) yield piece;
    } finally {
      input.destroy();
      output.destroy();
    }
  } catch (cause) {
    if (cause instanceof HoldfastError) throw cause;
    throw new HoldfastError('component.damaged', 'The package cannot be decompressed.', { cause });
  }
}

async function* piecesOf(source: ByteSource): AsyncGenerator<Uint8Array> {
  for (let position = 0; position < source.size; ) {
    const piece = await source.read(position, Math.min(chunkBytes, source.size - position));
    if (piece.length === 0) return;
    position += piece.length;
    yield piece;
  }
}
