/** Writes cpio archives in the "new ASCII" form (cpio(5)), the payload of an .rpm. */
import type { ArchiveEntry } from './entry.ts';

const fileTypes = { file: 0o100000, folder: 0o040000, link: 0o120000 } as const;
const lastName = 'TRAILER!!!';

/** Mode with the type of the file, as file systems keep it. */
export const fullMode = (entry: ArchiveEntry): number => fileTypes[entry.kind] | entry.mode;

/** What is stored of an entry: a link stores where it leads. */
export function contentOf(entry: ArchiveEntry): Uint8Array {
  if (entry.kind === 'file') return entry.content;
  return Buffer.from(entry.kind === 'link' ? entry.target : '');
}

const padding = (length: number) => Buffer.alloc(-length & 3);

function header(name: string, mode: number, inode: number, size: number, seconds: number): Buffer {
  const links = mode === 0 || (mode & 0o170000) !== fileTypes.folder ? 1 : 2;
  const nameSize = Buffer.byteLength(name) + 1;
  // Inode, mode, user, group, links, time, size, four device numbers, length of the name, checksum (none).
  const numbers = [inode, mode, 0, 0, links, mode === 0 ? 0 : seconds, size, 0, 0, 0, 0, nameSize, 0];
  const hex = numbers.map((number) => number.toString(16).padStart(8, '0')).join('');
  const text = Buffer.from(`070701${hex}${name}\0`);
  return Buffer.concat([text, padding(text.length)]);
}

/**
 * The archive in pieces: a large content is a piece of its own, not copied.
 * @param seconds since 1970, of every entry
 */
export function cpioPieces(entries: readonly ArchiveEntry[], seconds: number): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (const [index, entry] of entries.entries()) {
    const content = contentOf(entry);
    pieces.push(header(`./${entry.path}`, fullMode(entry), index + 1, content.length, seconds));
    pieces.push(content, padding(content.length));
  }
  pieces.push(header(lastName, 0, 0, 0, seconds));
  return pieces;
}
