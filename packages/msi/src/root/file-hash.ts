/** MD5 of a file: what the MsiFileHash table compares unversioned files by. It proves sameness, not origin. */
import { createHash } from 'node:crypto';
import type { ByteSource } from '../source.ts';

const pieceBytes = 1 << 20;

/** What MsiGetFileHash answers for a file without content (Wine's tests of msi.dll have it from Windows). */
const nothing = '0'.repeat(32);

/** In lower-case hexadecimal, as `ProductFile.hash` has it. */
export async function fileHash(source: ByteSource): Promise<string> {
  if (source.size === 0) return nothing;
  const hash = createHash('md5');
  for (let position = 0; position < source.size; position += pieceBytes) {
    const piece = await source.read(position, Math.min(pieceBytes, source.size - position));
    if (piece.length === 0) break;
    hash.update(piece);
  }
  return hash.digest('hex');
}
