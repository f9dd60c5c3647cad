/** Reads tar archives in the ustar form (POSIX.1-2017, pax, "ustar Interchange Format"), with long paths of pax and GNU. */
import { type ByteReader, byteReader } from './byte-reader.ts';
import { mostEntries, type PackageEntry } from './entry.ts';
import { damagedPackage as damaged } from './part.ts';

const blockBytes = 512;

/** Bytes of the longest header that stands for a path. */
const longestPath = 64 * 1024;

/**
 * The files of an archive in their order; folders and links are passed by.
 * @throws HoldfastError `component.damaged` for what is no archive, or one that is cut off
 */
export async function* tarEntries(stream: AsyncIterable<Uint8Array>): AsyncGenerator<PackageEntry> {
  const reader = byteReader(stream);
  try {
    let longPath: string | undefined;
    for (let count = 0; count < mostEntries; count += 1) {
      const header = await reader.take(blockBytes);
      if (header === undefined) throw damaged('it is cut off');
      if (header.every((byte) => byte === 0)) return;
      const { path, size, type } = readHeader(header);
      const padded = Math.ceil(size / blockBytes) * blockBytes;
      if (type === 'x' || type === 'L') {
        longPath = (await readLongPath(reader, type, size, padded)) ?? longPath;
        continue;
      }
      const wanted = type === '0' || type === '\0';
      let left = padded;
      async function* content(): AsyncGenerator<Uint8Array> {
        for (let toCome = size; toCome > 0; ) {
          for await (const piece of reader.pieces(toCome)) {
            left -= piece.length;
            toCome -= piece.length;
            yield piece;
          }
          if (toCome > 0) throw damaged('it is cut off');
        }
      }
      if (wanted) yield { paths: [longPath ?? path], size, content: content() };
      longPath = undefined;
      for await (const piece of reader.pieces(left)) left -= piece.length;
      if (left > 0) throw damaged('it is cut off');
    }
    throw damaged(`it has more than ${mostEntries} entries`);
  } finally {
    await reader.close();
  }
}

function readHeader(header: Uint8Array): { path: string; size: number; type: string } {
  const text = (from: number, length: number) =>
    Buffer.from(header.subarray(from, from + length))
      .toString('utf8')
      .replace(/\0[\s\S]*$/, '');
  const number = (from: number, length: number) => {
    const digits = text(from, length).trim();
    if (!/^[0-7]{1,12}$/.test(digits)) throw damaged('a number of a header is none');
    return Number.parseInt(digits, 8);
  };
  // The checksum counts its own eight bytes as spaces.
  const sum = header.reduce((total, byte, at) => total + (at >= 148 && at < 156 ? 32 : byte), 0);
  if (sum !== number(148, 8)) throw damaged('the checksum of a header is wrong');
  const name = text(0, 100);
  const prefix = text(257, 5) === 'ustar' ? text(345, 155) : '';
  return {
    path: prefix === '' ? name : `${prefix}/${name}`,
    size: number(124, 12),
    type: String.fromCharCode(header[156] ?? 0),
  };
}

/** A path that did not fit into the header behind it; undefined where this one says something else. */
async function readLongPath(
  reader: ByteReader,
  type: 'x' | 'L',
  size: number,
  padded: number,
): Promise<string | undefined> {
  if (size > longestPath) throw damaged('a path is too long');
  const block = await reader.take(padded);
  if (block === undefined) throw damaged('it is cut off');
  const text = Buffer.from(block.subarray(0, size)).toString('utf8');
  if (type === 'L') return text.replace(/\0[\s\S]*$/, '');
  return /(?:^|\n)\d+ path=([^\n]*)\n/.exec(text)?.[1];
}
