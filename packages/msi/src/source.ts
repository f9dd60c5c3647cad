/** Bytes at random positions: what a package is read from, without ever being loaded as a whole. */
import type { OpenFile } from '@holdfast/ports';

export type ByteSource = {
  /** Bytes. */
  readonly size: number;
  /** The bytes from `position`; fewer than `length` only at the end. The caller may not write to them. */
  read(position: number, length: number): Promise<Uint8Array>;
};

/** Bytes that are in memory already. Nothing is copied. */
export function bytesSource(bytes: Uint8Array): ByteSource {
  return {
    size: bytes.length,
    async read(position, length) {
      // Whoever asks for all of it gets the very same bytes: what is known of them is found again.
      if (position === 0 && length >= bytes.length) return bytes;
      return bytes.subarray(position, position + length);
    },
  };
}

/** An open file; the caller closes it. Its size is asked once: what is appended later is not seen. */
export async function fileSource(file: OpenFile): Promise<ByteSource> {
  return { size: await file.size(), read: (position, length) => file.read(position, length) };
}

/**
 * Where a package is written to: an open file, or memory. Every byte is written; the order is the writer's. The data
 * is the writer's again once the write has resolved.
 */
export type ByteSink = Pick<OpenFile, 'write'>;

/** A sink in memory, and what was written to it so far. */
export function bytesSink(): ByteSink & { bytes(): Uint8Array } {
  let held = new Uint8Array(1 << 16);
  let length = 0;
  return {
    async write(position, data) {
      const end = position + data.length;
      if (end > held.length) {
        const larger = new Uint8Array(Math.max(end, held.length * 2));
        larger.set(held);
        held = larger;
      }
      held.set(data, position);
      length = Math.max(length, end);
    },
    bytes: () => held.subarray(0, length),
  };
}
