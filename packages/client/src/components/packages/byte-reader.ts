/** Reads a stream of bytes in pieces of the reader's choice. */

export type ByteReader = {
  /** Exactly so many bytes; undefined where the stream ends before them. Bytes. */
  take(length: number): Promise<Uint8Array | undefined>;
  /** The next bytes as they come, at most so many altogether; ends early where the stream does. */
  pieces(length: number): AsyncGenerator<Uint8Array>;
  /** Ends the stream, read to its end or not. */
  close(): Promise<void>;
};

const nothing = new Uint8Array(0);

export function byteReader(stream: AsyncIterable<Uint8Array>): ByteReader {
  const iterator = stream[Symbol.asyncIterator]();
  let held: Uint8Array = nothing;

  /** The next bytes, at most so many; undefined at the end. */
  async function some(most: number): Promise<Uint8Array | undefined> {
    while (held.length === 0) {
      const { value, done } = await iterator.next();
      if (done) return undefined;
      held = value;
    }
    const piece = held.subarray(0, most);
    held = held.subarray(piece.length);
    return piece;
  }

  async function* pieces(length: number): AsyncGenerator<Uint8Array> {
    for (let left = length; left > 0; ) {
      const piece = await some(left);
      if (piece === undefined) return;
      left -= piece.length;
      yield piece;
    }
  }

  return {
    pieces,
    async take(length) {
      const parts: Uint8Array[] = [];
      for await (const piece of pieces(length)) parts.push(piece);
      const whole = Buffer.concat(parts);
      return whole.length === length ? whole : undefined;
    },
    close: async () => void (await iterator.return?.()),
  };
}
