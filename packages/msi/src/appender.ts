/** Writing to a sink from one end to the other: small pieces are gathered, so that each write is worth its call. */
import type { ByteSink, ByteSource } from './source.ts';

/** Bytes that are gathered before they are written, and that are read from a source at once. */
const bytesAtOnce = 1 << 20;

export type Appender = {
  /** Where the next byte goes. */
  readonly position: number;
  append(bytes: Uint8Array): Promise<void>;
  /** Zero bytes up to the next multiple of `unit`. */
  pad(unit: number): Promise<void>;
  /** Writes what is gathered. Nothing is written by itself at the end. */
  flush(): Promise<void>;
};

/** @param start where the first byte goes */
export function appender(sink: ByteSink, start: number = 0): Appender {
  const held = new Uint8Array(bytesAtOnce);
  let filled = 0;
  let written = start;
  async function write(bytes: Uint8Array): Promise<void> {
    await sink.write(written, bytes);
    written += bytes.length;
  }
  async function flush(): Promise<void> {
    if (filled > 0) await write(held.subarray(0, filled));
    filled = 0;
  }
  async function append(bytes: Uint8Array): Promise<void> {
    if (filled + bytes.length > held.length) await flush();
    if (bytes.length >= held.length) return write(bytes);
    held.set(bytes, filled);
    filled += bytes.length;
  }
  return {
    get position() {
      return written + filled;
    },
    append,
    async pad(unit) {
      const over = (written + filled) % unit;
      if (over > 0) await append(new Uint8Array(unit - over));
    },
    flush,
  };
}

/**
 * The bytes of a source in their order, in pieces, as many as its size says.
 * @param tooShort the error where it ends before that
 */
export async function* pieces(
  source: ByteSource,
  tooShort: (position: number) => Error,
): AsyncGenerator<Uint8Array> {
  const { size } = source;
  for (let position = 0; position < size; ) {
    const bytes = await source.read(position, Math.min(bytesAtOnce, size - position));
    if (bytes.length === 0) throw tooShort(position);
    yield bytes;
    position += bytes.length;
  }
}
