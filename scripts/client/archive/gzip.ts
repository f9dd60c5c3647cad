/** Compresses as gzip, and large contents that come again and again only once. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { cacheFolder } from '../../../packages/machine/wine/places.ts';

/** Level 9 takes five times as long as 6, and makes a client less than one per cent smaller. */
const level = 6;
/** From here on a piece is compressed by itself and remembered: the runtime, which is nearly all of a client. */
const largeBytes = 1 << 20;
const systemByte = 9;
const unknownSystem = 255;

const compress = promisify<Uint8Array, { level: number }, Buffer>(gzip);

/** One member (RFC 1952). It does not say on which system it was made: the same bytes everywhere. */
async function member(content: Uint8Array): Promise<Buffer> {
  const packed = await compress(content, { level });
  packed[systemByte] = unknownSystem;
  return packed;
}

async function remembered(content: Uint8Array): Promise<Buffer> {
  const key = createHash('sha256').update(content).digest('hex');
  const folder = join(cacheFolder, 'client-compressed');
  const path = join(folder, `${key}-${level}-${process.versions.zlib}.gz`);
  if (existsSync(path)) return readFile(path);
  const packed = await member(content);
  await mkdir(folder, { recursive: true });
  const unfinished = `${path}.${process.pid}.new`;
  await writeFile(unfinished, packed);
  await rename(unfinished, path);
  return packed;
}

/** The pieces, one after another, as members of one gzip file: what is decompressed is all of them. */
export async function gzipPieces(pieces: readonly Uint8Array[]): Promise<Buffer> {
  const members: Promise<Buffer>[] = [];
  let small: Uint8Array[] = [];
  const flush = () => {
    if (small.length > 0) members.push(member(Buffer.concat(small)));
    small = [];
  };
  for (const piece of pieces) {
    if (piece.length < largeBytes) {
      small.push(piece);
      continue;
    }
    flush();
    members.push(remembered(piece));
  }
  flush();
  return Buffer.concat(await Promise.all(members));
}
