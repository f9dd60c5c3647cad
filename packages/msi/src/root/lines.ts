/** Lines of a file, one byte a character, read in pieces. */
import type { ByteSource } from '../source.ts';
import { badRoot } from './errors.ts';

const pieceBytes = 1 << 18;
const mostBytes = 1 << 29;
const mostLineBytes = 1 << 24;

/**
 * Lines without their ends (`\n` or `\r\n`), many at a time.
 * @throws HoldfastError `root.invalid` where the file, or a line of it, is longer than any registry needs
 */
export async function* linesOf(source: ByteSource, file: string): AsyncGenerator<readonly string[]> {
  if (source.size > mostBytes) throw badRoot(file, `${source.size} bytes are more than a registry needs`);
  let rest = '';
  for (let position = 0; position < source.size; position += pieceBytes) {
    const bytes = await source.read(position, pieceBytes);
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
    const lines = text.split('\n');
    lines[0] = rest + (lines[0] ?? '');
    rest = lines.pop() ?? '';
    if (rest.length > mostLineBytes) throw badRoot(file, 'a line is too long');
    yield lines.map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line));
  }
  if (rest !== '') yield [rest];
}
