/** Makes cabinets for tests, sound and otherwise: stored, MSZIP, and LZX with flat trees. */
import { deflateRawSync } from 'node:zlib';
import { blockChecksum } from '../src/cabinet/checksum.ts';
import { bytesSource, openCabinetSet, unpack } from '../src/index.ts';

export type TestFile = {
  name: string | Buffer;
  size: number;
  offset: number;
  folder?: number;
  attributes?: number;
};
export type TestBlock = { packed: Uint8Array; size: number; sum?: number };
export type TestCabinet = {
  files: readonly TestFile[];
  blocks?: readonly TestBlock[];
  compression?: number;
  /** Reserved bytes of header, folders and blocks. */
  reserve?: readonly [number, number, number];
  previous?: string;
  next?: string;
  setId?: number;
  index?: number;
  folders?: number;
};

export const lzx = (windowBits: number) => 3 | (windowBits << 8);
export const frames = (data: Uint8Array) =>
  Array.from({ length: Math.ceil(data.length / 32_768) }, (_, at) =>
    data.subarray(at * 32_768, (at + 1) * 32_768),
  );
export const stored = (data: Uint8Array): TestBlock[] =>
  frames(data).map((one) => ({ packed: one, size: one.length }));
export const mszip = (data: Uint8Array): TestBlock[] =>
  frames(data).map((one, at, all) => {
    const before = all[at - 1];
    const options = before === undefined ? {} : { dictionary: before };
    return { packed: Buffer.concat([Buffer.from('CK'), deflateRawSync(one, options)]), size: one.length };
  });

function block({ packed, size, sum }: TestBlock, reserve: number): Buffer {
  const head = Buffer.alloc(8 + reserve);
  head.writeUInt16LE(packed.length, 4);
  head.writeUInt16LE(size, 6);
  head.writeUInt32LE(sum ?? blockChecksum(head.subarray(4, 8), blockChecksum(packed, 0)), 0);
  return Buffer.concat([head, packed]);
}

/** The bytes of a cabinet as described, whether or not that makes sense. */
export function cabinet(made: TestCabinet): Buffer {
  const { files, blocks = [], compression = 0, reserve, folders = 1 } = made;
  const extra: Buffer[] = [];
  if (reserve) {
    const sizes = Buffer.alloc(4 + reserve[0]);
    sizes.writeUInt16LE(reserve[0], 0);
    sizes.writeUInt8(reserve[1], 2);
    sizes.writeUInt8(reserve[2], 3);
    extra.push(sizes);
  }
  if (made.previous !== undefined) extra.push(Buffer.from(`${made.previous}\0disk\0`));
  if (made.next !== undefined) extra.push(Buffer.from(`${made.next}\0disk\0`));
  const entries = files.map(({ name, size, offset, folder = 0, attributes = 0x20 }) => {
    const entry = Buffer.alloc(16);
    entry.writeUInt32LE(size, 0);
    entry.writeUInt32LE(offset, 4);
    entry.writeUInt16LE(folder, 8);
    entry.writeUInt16LE((29 << 9) | (7 << 5) | 12, 10);
    entry.writeUInt16LE((13 << 11) | (5 << 5) | 29, 12);
    entry.writeUInt16LE(attributes, 14);
    return Buffer.concat([entry, Buffer.from(name), Buffer.alloc(1)]);
  });
  const extraSize = Buffer.concat(extra).length;
  const folderEntry = Buffer.alloc(8 + (reserve?.[1] ?? 0));
  const firstFile = 36 + extraSize + folderEntry.length * folders;
  folderEntry.writeUInt32LE(firstFile + Buffer.concat(entries).length, 0);
  folderEntry.writeUInt16LE(blocks.length, 4);
  folderEntry.writeUInt16LE(compression, 6);
  const data = blocks.map((one) => block(one, reserve?.[2] ?? 0));
  const header = Buffer.alloc(36);
  const whole = Buffer.concat([header, ...extra, ...Array(folders).fill(folderEntry), ...entries, ...data]);
  whole.write('MSCF', 0, 'latin1');
  whole.writeUInt32LE(whole.length, 8);
  whole.writeUInt32LE(firstFile, 16);
  whole.writeUInt16LE(0x0103, 24);
  whole.writeUInt16LE(folders, 26);
  whole.writeUInt16LE(files.length, 28);
  const marks = (made.previous === undefined ? 0 : 1) | (made.next === undefined ? 0 : 2) | (reserve ? 4 : 0);
  whole.writeUInt16LE(marks, 30);
  whole.writeUInt16LE(made.setId ?? 7, 32);
  whole.writeUInt16LE(made.index ?? 0, 34);
  return whole;
}

/** Unpacks everything; the content by name. `others` are the other cabinets of the set by name. */
export async function unpackAll(
  bytes: Uint8Array,
  others: Record<string, Uint8Array> = {},
): Promise<Map<string, Buffer>> {
  const set = await openCabinetSet(bytesSource(bytes), async (name) => {
    const other = others[name];
    return other === undefined ? undefined : bytesSource(other);
  });
  const found = new Map<string, Buffer>();
  for await (const { files, content } of unpack(set)) {
    const pieces: Uint8Array[] = [];
    for await (const piece of content) pieces.push(piece);
    for (const file of files) found.set(file.name, Buffer.concat(pieces));
  }
  return found;
}
