/** Packs files into one cabinet [MS-CAB], stored or as MSZIP: one folder, nothing reserved, no neighbours. */
import { HoldfastError } from '@holdfast/contract';
import { type Appender, appender, pieces } from '../appender.ts';
import type { ByteSink, ByteSource } from '../source.ts';
import { blockChecksum } from './checksum.ts';
import { cabinetLimits } from './limits.ts';
import { mszipBlock } from './mszip-pack.ts';

/** A local time as FAT keeps it: years 1980 to 2107, seconds even. */
export type DosTime = {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
};

export type FileToPack = {
  /** As it is to be written, with `\` between folders. */
  readonly name: string;
  readonly content: ByteSource;
  /** 1980-01-01 00:00:00 where it is not given, so that the same files are the same bytes. */
  readonly modified?: DosTime;
  /** FAT attributes: 1 read-only, 2 hidden, 4 system, 32 archive (if not given); 64 run after extraction. */
  readonly attributes?: number;
};

export type PackOptions = { readonly compression: 'none' | 'mszip' };

/** Blocks that are packed at the same time: enough to keep a thread for each of a few processors busy. */
const blocksInFlight = 8;
const archive = 32;
const nameIsUtf = 0x80;
const headerBytes = 36;
const folderBytes = 8;
const compressionTypes = { none: 0, mszip: 1 } as const;
const firstMoment: DosTime = { year: 1980, month: 1, day: 1, hour: 0, minute: 0, second: 0 };

function invalid(happened: string): HoldfastError {
  return new HoldfastError('cab.invalid', happened);
}

function beyond(happened: string): HoldfastError {
  return new HoldfastError('cab.limit', happened);
}

function dosWords(
  name: string,
  { year, month, day, hour, minute, second }: DosTime,
): [date: number, time: number] {
  const fits = (value: number, first: number, last: number) =>
    Number.isInteger(value) && value >= first && value <= last;
  const isDate = fits(year, 1980, 2107) && fits(month, 1, 12) && fits(day, 1, 31);
  if (!isDate || !fits(hour, 0, 23) || !fits(minute, 0, 59) || !fits(second, 0, 59)) {
    throw invalid(`The file ${JSON.stringify(name)} has a time that a cabinet cannot keep.`);
  }
  return [((year - 1980) << 9) | (month << 5) | day, (hour << 11) | (minute << 5) | (second >> 1)];
}

function fileEntry(
  { name, content, modified = firstMoment, attributes = archive }: FileToPack,
  offset: number,
) {
  const encoded = Buffer.from(name);
  const shown = JSON.stringify(name);
  if (encoded.length === 0 || encoded.length > cabinetLimits.nameBytes || name.includes('\0')) {
    throw invalid(`${shown} cannot be a name in a cabinet: it takes 1 to ${cabinetLimits.nameBytes} bytes.`);
  }
  if (!name.isWellFormed()) throw invalid(`The name ${shown} is no text.`);
  if (!Number.isInteger(attributes) || attributes < 0 || attributes >= nameIsUtf) {
    throw invalid(`The file ${shown} has attributes that a cabinet cannot keep: ${attributes}.`);
  }
  const [date, time] = dosWords(name, modified);
  const entry = Buffer.alloc(17 + encoded.length);
  entry.writeUInt32LE(content.size, 0);
  entry.writeUInt32LE(offset, 4);
  entry.writeUInt16LE(date, 10);
  entry.writeUInt16LE(time, 12);
  entry.writeUInt16LE(attributes | (encoded.length > name.length ? nameIsUtf : 0), 14);
  encoded.copy(entry, 16);
  return entry;
}

/** Entries of all files, and what they come to. */
function fileEntries(files: readonly FileToPack[]): { entries: Buffer; size: number } {
  if (files.length === 0) throw invalid('A cabinet without files cannot be packed.');
  if (files.length > cabinetLimits.files) throw beyond(`${files.length} files do not fit into one cabinet.`);
  const names = new Set<string>();
  let size = 0;
  const entries = files.map((file) => {
    const { name, content } = file;
    if (names.has(name)) throw invalid(`Two files have the name ${JSON.stringify(name)}.`);
    names.add(name);
    if (!Number.isSafeInteger(content.size) || content.size < 0) {
      throw invalid(`The file ${JSON.stringify(name)} has ${content.size} bytes.`);
    }
    const entry = fileEntry(file, size);
    size += content.size;
    if (size > cabinetLimits.folderBytes)
      throw beyond('The files are more than 2 GiB: too much for one cabinet.');
    return entry;
  });
  return { entries: Buffer.concat(entries), size };
}

/** The contents one after another in blocks, all full but for the last. Each is a buffer of its own. */
async function* blocksOf(files: readonly FileToPack[], size: number): AsyncGenerator<Uint8Array> {
  let left = size;
  const empty = () => new Uint8Array(Math.min(cabinetLimits.blockBytes, left));
  let block = empty();
  let filled = 0;
  for (const { name, content } of files) {
    const tooShort = (position: number) =>
      invalid(`The file ${JSON.stringify(name)} ends after ${position} bytes, before its size.`);
    for await (const piece of pieces(content, tooShort)) {
      for (let at = 0; at < piece.length; ) {
        const take = Math.min(piece.length - at, block.length - filled);
        block.set(piece.subarray(at, at + take), filled);
        at += take;
        filled += take;
        if (filled < block.length) continue;
        yield block;
        left -= filled;
        block = empty();
        filled = 0;
      }
    }
  }
}

async function appendBlock(out: Appender, packed: Uint8Array, size: number): Promise<void> {
  const head = new Uint8Array(8);
  const view = new DataView(head.buffer);
  view.setUint16(4, packed.length, true);
  view.setUint16(6, size, true);
  view.setUint32(0, blockChecksum(head.subarray(4), blockChecksum(packed, 0)), true);
  await out.append(head);
  await out.append(packed);
  if (out.position > cabinetLimits.cabinetBytes) throw beyond('The cabinet is longer than 2 GiB.');
}

/** Packs several blocks at a time, each with the one before as its history, and writes them in their order. */
async function appendMszip(out: Appender, blocks: AsyncIterable<Uint8Array>): Promise<void> {
  const waiting: { readonly size: number; readonly packed: Promise<Uint8Array> }[] = [];
  const write = async () => {
    const next = waiting.shift();
    if (next !== undefined) await appendBlock(out, await next.packed, next.size);
  };
  let history: Uint8Array | undefined;
  try {
    for await (const block of blocks) {
      waiting.push({ size: block.length, packed: mszipBlock(block, history) });
      history = block;
      if (waiting.length === blocksInFlight) await write();
    }
    while (waiting.length > 0) await write();
  } finally {
    // After an error no block stays behind unwatched.
    await Promise.allSettled(waiting.map(({ packed }) => packed));
  }
}

function headOf(files: number, entries: Buffer, blocks: number, type: number, size: number): Buffer {
  const head = Buffer.alloc(headerBytes + folderBytes);
  head.write('MSCF', 0, 'latin1');
  head.writeUInt32LE(size, 8);
  head.writeUInt32LE(head.length, 16);
  head.writeUInt16LE(0x0103, 24);
  head.writeUInt16LE(1, 26);
  head.writeUInt16LE(files, 28);
  head.writeUInt32LE(head.length + entries.length, headerBytes);
  head.writeUInt16LE(blocks, headerBytes + 4);
  head.writeUInt16LE(type, headerBytes + 6);
  return head;
}

/**
 * Writes a cabinet from position 0 of the sink on, its header last. The same files make the same bytes. Memory: a few
 * dozen blocks and one piece.
 * @returns bytes
 * @throws HoldfastError `cab.invalid` for a name, time or attribute that a cabinet cannot keep, no files, or a content
 * shorter than its size; `cab.limit` for more than 65,535 files or 2 GiB
 */
export async function packCabinet(
  files: readonly FileToPack[],
  sink: ByteSink,
  { compression }: PackOptions = { compression: 'mszip' },
): Promise<number> {
  const { entries, size } = fileEntries(files);
  const out = appender(sink, headerBytes + folderBytes);
  await out.append(entries);
  const blocks = blocksOf(files, size);
  if (compression === 'mszip') await appendMszip(out, blocks);
  else for await (const block of blocks) await appendBlock(out, block, block.length);
  await out.flush();
  const count = Math.ceil(size / cabinetLimits.blockBytes);
  await sink.write(0, headOf(files.length, entries, count, compressionTypes[compression], out.position));
  return out.position;
}
