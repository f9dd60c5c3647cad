/** Writes tar archives as POSIX describes them under "ustar Interchange Format". */
import type { ArchiveEntry } from './entry.ts';

const blockBytes = 512;
const nameBytes = 100;
const prefixBytes = 155;
const types = { file: '0', link: '2', folder: '5' } as const;

/** A long path is kept in two fields, parted at a slash. */
function namesOf(path: string): { name: string; prefix: string } {
  if (Buffer.byteLength(path) <= nameBytes) return { name: path, prefix: '' };
  for (let at = path.indexOf('/'); at > 0; at = path.indexOf('/', at + 1)) {
    const prefix = path.slice(0, at);
    const name = path.slice(at + 1);
    if (name !== '' && Buffer.byteLength(name) <= nameBytes && Buffer.byteLength(prefix) <= prefixBytes) {
      return { name, prefix };
    }
  }
  throw new RangeError(`${path} is too long for a tar archive`);
}

function header(entry: ArchiveEntry, prefix: string, seconds: number): Buffer {
  const block = Buffer.alloc(blockBytes);
  const octal = (value: number, at: number, width: number) =>
    block.write(value.toString(8).padStart(width - 1, '0'), at, 'latin1');
  const names = namesOf(`${prefix}${entry.path}${entry.kind === 'folder' ? '/' : ''}`);
  block.write(names.name, 0);
  octal(entry.mode, 100, 8);
  // Owner and group: root.
  octal(0, 108, 8);
  octal(0, 116, 8);
  octal(entry.kind === 'file' ? entry.content.length : 0, 124, 12);
  octal(seconds, 136, 12);
  block.write('        ', 148, 'latin1');
  block.write(types[entry.kind], 156, 'latin1');
  if (entry.kind === 'link') {
    if (Buffer.byteLength(entry.target) > nameBytes) throw new RangeError(`${entry.target} is too long`);
    block.write(entry.target, 157);
  }
  block.write('ustar\0', 257, 'latin1');
  block.write('00', 263, 'latin1');
  block.write('root', 265, 'latin1');
  block.write('root', 297, 'latin1');
  block.write(names.prefix, 345);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return block;
}

/**
 * The archive in pieces: a large content is a piece of its own, not copied.
 * @param prefix before every path: `./` in packages of Debian
 * @param seconds since 1970, of every entry
 */
export function tarPieces(entries: readonly ArchiveEntry[], prefix: string, seconds: number): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (const entry of entries) {
    pieces.push(header(entry, prefix, seconds));
    if (entry.kind !== 'file') continue;
    pieces.push(entry.content, Buffer.alloc(-entry.content.length & (blockBytes - 1)));
  }
  pieces.push(Buffer.alloc(2 * blockBytes));
  return pieces;
}
