/** The cabinets of the benches: a large one by gcab, and one that repeats the LZX folders of others. */
import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { bytesSource, type Cabinet, readCabinet } from '@holdfast/msi';

const run = promisify(execFile);

/** Packs `bytes` of this Node's own program file, in files of 10 MB, with gcab in MSZIP: what software is made of. */
export async function makeMszipCabinet(path: string, bytes: number): Promise<void> {
  const folder = `${path}.files`;
  const program = readFileSync(process.execPath);
  mkdirSync(folder);
  const names: string[] = [];
  for (let left = bytes; left > 0; left -= 10_000_000) {
    const start = (names.length * 10_000_000) % (program.length - 10_000_000);
    const name = `part${names.length}.bin`;
    writeFileSync(join(folder, name), program.subarray(start, start + Math.min(left, 10_000_000)));
    names.push(name);
  }
  await run('gcab', ['-c', '-z', path, ...names], { cwd: folder });
  rmSync(folder, { recursive: true });
}

/** One folder of a cabinet as it is stored: its data blocks, and the sizes of its files. */
type Packed = {
  readonly blocks: Buffer;
  readonly count: number;
  readonly window: number;
  readonly files: readonly number[];
};

/** The packed bytes of each LZX folder [MS-CAB 2.4]: blocks are a head of 8 bytes with their length, and their data. */
function packedFolders(bytes: Buffer, cabinet: Cabinet): Packed[] {
  return cabinet.folders.flatMap(({ position, blocks, compression }, index) => {
    if (compression.kind !== 'lzx' || cabinet.blockReserve > 0) return [];
    let end = position;
    for (let block = 0; block < blocks; block += 1) end += 8 + bytes.readUInt16LE(end + 4);
    const files = cabinet.files.filter((file) => file.folder.index === index).map((file) => file.size);
    return [{ blocks: bytes.subarray(position, end), count: blocks, window: compression.windowBits, files }];
  });
}

/** Repeats the LZX folders of `cabinets` one after another until they unpack to `bytes`. */
export async function repeatLzxFolders(cabinets: readonly Buffer[], bytes: number): Promise<Buffer> {
  const folders: Packed[] = [];
  for (const one of cabinets) folders.push(...packedFolders(one, await readCabinet(bytesSource(one))));
  const chosen: Packed[] = [];
  for (let unpacked = 0, at = 0; unpacked < bytes && folders.length > 0; at += 1) {
    const folder = folders[at % folders.length] as Packed;
    chosen.push(folder);
    unpacked += folder.files.reduce((sum, size) => sum + size, 0);
  }
  return layOut(chosen);
}

/** Header, folder entries, file entries, data [MS-CAB 2.1-2.3]. */
function layOut(folders: readonly Packed[]): Buffer {
  const fileEntries = folders.flatMap(({ files }, folder) => {
    let offset = 0;
    return files.map((size, index) => {
      const head = Buffer.alloc(16);
      head.writeUInt32LE(size, 0);
      head.writeUInt32LE(offset, 4);
      head.writeUInt16LE(folder, 8);
      head.writeUInt16LE(0x21, 10); // 1980-01-01
      head.writeUInt16LE(0x20, 14);
      offset += size;
      return Buffer.concat([head, Buffer.from(`${folder}-${index}.bin\0`)]);
    });
  });
  const filesAt = 36 + folders.length * 8;
  let dataAt = filesAt + fileEntries.reduce((sum, entry) => sum + entry.length, 0);
  const folderEntries = folders.map(({ blocks, count, window }) => {
    const entry = Buffer.alloc(8);
    entry.writeUInt32LE(dataAt, 0);
    entry.writeUInt16LE(count, 4);
    entry.writeUInt16LE((window << 8) | 3, 6);
    dataAt += blocks.length;
    return entry;
  });
  const header = Buffer.alloc(36);
  header.write('MSCF', 0, 'latin1');
  header.writeUInt32LE(dataAt, 8);
  header.writeUInt32LE(filesAt, 16);
  header.writeUInt16LE(0x0103, 24);
  header.writeUInt16LE(folders.length, 26);
  header.writeUInt16LE(fileEntries.length, 28);
  return Buffer.concat([header, ...folderEntries, ...fileEntries, ...folders.map(({ blocks }) => blocks)]);
}
