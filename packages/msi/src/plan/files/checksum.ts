/** The checksum that a Windows program carries in its header. Source: "PE Format", optional header, CheckSum. */
import type { ByteSource } from '../../source.ts';

const pieceBytes = 1 << 18;

/** Where the header keeps it; undefined for what is no Windows program. */
async function checksumAt(source: ByteSource): Promise<number | undefined> {
  const dos = await source.read(0, 64);
  if (dos.length < 64 || dos[0] !== 0x4d || dos[1] !== 0x5a) return undefined;
  const header = new DataView(dos.buffer, dos.byteOffset, 64).getUint32(60, true);
  const signature = await source.read(header, 4);
  const isProgram = signature.length === 4 && signature[0] === 0x50 && signature[1] === 0x45;
  return isProgram ? header + 24 + 64 : undefined;
}

/** True as well for a file that has none to be wrong. */
export async function checksumHolds(source: ByteSource): Promise<boolean> {
  const at = await checksumAt(source);
  if (at === undefined) return true;
  const stored = await source.read(at, 4);
  if (stored.length < 4) return true;
  const expected = new DataView(stored.buffer, stored.byteOffset, 4).getUint32(0, true);
  if (expected === 0) return true;
  let sum = 0;
  for (let position = 0; position < source.size; position += pieceBytes) {
    const piece = await source.read(position, Math.min(pieceBytes, source.size - position));
    for (let index = 0; index < piece.length; index += 2) {
      const place = position + index;
      // Its own four bytes count as zero.
      if (place === at || place === at + 2) continue;
      sum += (piece[index] ?? 0) | ((piece[index + 1] ?? 0) << 8);
      sum = (sum & 0xffff) + (sum >>> 16);
    }
  }
  return ((sum & 0xffff) + (sum >>> 16) + source.size) >>> 0 === expected;
}
