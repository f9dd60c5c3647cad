/** The lines of a log in any of the encodings that logs come in, read in pieces and bounded. */
import { isAscii, isUtf8 } from 'node:buffer';

export type LogEncoding = 'utf-16le' | 'utf-16be' | 'utf-8' | 'windows-1252';

/** One line, without its end. */
export type Line = {
  readonly number: number;
  readonly text: string;
};

/** What was found out on the way; whole once the lines have been read. */
export type Reading = { encoding: LogEncoding; lines: number; cutLines: number };

/** Characters of a line that are kept: no line of an installer that says something is longer. */
export const longestLine = 32_768;
/** Bytes that the encoding is recognised by. */
const sampleBytes = 4096;
const lineFeed = 0x0a;

function encodingOf(bytes: Uint8Array): LogEncoding {
  const [first, second, third] = bytes;
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  if (first === 0xfe && second === 0xff) return 'utf-16be';
  if (first === 0xef && second === 0xbb && third === 0xbf) return 'utf-8';
  // Without a mark: in UTF-16 every second byte of English text is zero.
  const zeros = [0, 0];
  const sample = bytes.subarray(0, sampleBytes);
  for (const [index, byte] of sample.entries())
    if (byte === 0) zeros[index & 1] = (zeros[index & 1] ?? 0) + 1;
  const [even = 0, odd = 0] = zeros;
  if (odd > sample.length / 4 && odd > even) return 'utf-16le';
  if (even > sample.length / 4) return 'utf-16be';
  return 'utf-8';
}

const ansi = new TextDecoder('windows-1252');
const utf8 = new TextDecoder('utf-8');

/** Logs of older builds are in the code page of their machine: whatever is not UTF-8 is taken for the most common one. */
function decodeBytes(bytes: Uint8Array, reading: Reading): string {
  if (isAscii(bytes)) return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  if (isUtf8(bytes)) return utf8.decode(bytes);
  reading.encoding = 'windows-1252';
  return ansi.decode(bytes);
}

type Splitter = { pieces(bytes: Uint8Array): Iterable<string>; last(): string };

/** Text is decoded line by line, so that a piece may end inside a character. */
function byteSplitter(reading: Reading): Splitter {
  let held: Uint8Array = new Uint8Array(0);
  let cutting = false;
  function keep(bytes: Uint8Array): Uint8Array {
    const room = longestLine - held.length;
    if (bytes.length > room) cutting = true;
    return Buffer.concat([held, bytes.subarray(0, Math.max(0, room))]);
  }
  function finish(bytes: Uint8Array): string {
    const whole = held.length === 0 && bytes.length <= longestLine ? bytes : keep(bytes);
    if (cutting) reading.cutLines += 1;
    held = new Uint8Array(0);
    cutting = false;
    return decodeBytes(whole, reading);
  }
  return {
    *pieces(bytes) {
      let start = 0;
      for (let end = bytes.indexOf(lineFeed); end !== -1; end = bytes.indexOf(lineFeed, start)) {
        yield finish(bytes.subarray(start, end));
        start = end + 1;
      }
      if (start < bytes.length) held = keep(bytes.subarray(start));
    },
    last: () => finish(new Uint8Array(0)),
  };
}

function wideSplitter(encoding: 'utf-16le' | 'utf-16be', reading: Reading): Splitter {
  const decoder = new TextDecoder(encoding);
  let held = '';
  let cutting = false;
  function keep(text: string): void {
    if (held.length + text.length > longestLine) cutting = true;
    held = (held + text).slice(0, longestLine);
  }
  function finish(): string {
    const whole = held;
    if (cutting) reading.cutLines += 1;
    held = '';
    cutting = false;
    return whole;
  }
  return {
    *pieces(bytes) {
      const text = decoder.decode(bytes, { stream: true });
      let start = 0;
      for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', start)) {
        keep(text.slice(start, end));
        yield finish();
        start = end + 1;
      }
      keep(text.slice(start));
    },
    last() {
      keep(decoder.decode());
      return finish();
    },
  };
}

/** Without its end, and without a byte order mark: one is in the middle of a log that was appended to. */
function bare(text: string): string {
  const end = text.endsWith('\r') ? text.length - 1 : text.length;
  const start = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  return start === 0 && end === text.length ? text : text.slice(start, end);
}

/** Enough of the beginning to recognise the encoding by, in one piece. */
async function* gathered(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let first: Uint8Array | undefined = new Uint8Array(0);
  for await (const piece of bytes) {
    if (first === undefined) yield piece;
    else {
      first = Buffer.concat([first, piece]);
      if (first.length < sampleBytes) continue;
      yield first;
      first = undefined;
    }
  }
  if (first !== undefined) yield first;
}

export function newReading(): Reading {
  return { encoding: 'utf-8', lines: 0, cutLines: 0 };
}

/**
 * The lines of a log, in groups: one for each piece of bytes.
 * @param reading is filled in
 */
export async function* logLines(
  bytes: AsyncIterable<Uint8Array>,
  reading: Reading,
): AsyncGenerator<readonly Line[]> {
  let splitter: Splitter | undefined;
  const line = (text: string): Line => {
    reading.lines += 1;
    return { number: reading.lines, text: bare(text) };
  };
  for await (const piece of gathered(bytes)) {
    if (splitter === undefined) {
      const encoding = encodingOf(piece);
      reading.encoding = encoding;
      splitter =
        encoding === 'utf-16le' || encoding === 'utf-16be'
          ? wideSplitter(encoding, reading)
          : byteSplitter(reading);
    }
    const group: Line[] = [];
    for (const text of splitter.pieces(piece)) group.push(line(text));
    yield group;
  }
  const rest = bare(splitter?.last() ?? '');
  if (rest !== '') yield [line(rest)];
}
