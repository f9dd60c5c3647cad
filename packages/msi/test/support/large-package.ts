/** Packages of any size that take little room on the disk, and what reading one takes in a program of its own. */
import { execFile } from 'node:child_process';
import { open } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type ByteSink, type ByteSource, type Column, type PackageData, writePackage } from '@holdfast/msi';
import type { Measured } from './measure-reading.ts';

const reader = fileURLToPath(new URL('./measure-reading.ts', import.meta.url));

/** Zeros with a byte now and then: what is zero takes no room on the disk. */
export function thinStream(size: number): ByteSource {
  return {
    size,
    async read(position, length) {
      const bytes = new Uint8Array(Math.max(0, Math.min(length, size - position)));
      if (position % (64 * 1024 * 1024) === 0) bytes[0] = 1;
      return bytes;
    },
  };
}

/** A table of 50,000 rows, and one stream. */
export function packageWith(stream: ByteSource): PackageData {
  const columns: Column[] = [
    { name: 'Key', kind: 'string', size: 72, key: true, nullable: false, localizable: false },
    { name: 'Number', kind: 'i4', size: 4, key: false, nullable: true, localizable: false },
  ];
  const rows = Array.from({ length: 50_000 }, (_, row) => [`text ${row}`, row]);
  return {
    kind: 'installer',
    codePage: 1252,
    tables: [{ name: 'Many', columns, rows }],
    streams: [{ name: 'big.cab', content: stream }],
    summary: new Map(),
  };
}

/**
 * Writes a package with holes where nothing but zeros is.
 * @returns its length in bytes
 */
export async function writeThin(path: string, data: PackageData): Promise<number> {
  const zeros = Buffer.alloc(1 << 20);
  await using file = await open(path, 'w');
  const sink: ByteSink = {
    async write(position, bytes) {
      if (bytes.length <= zeros.length && zeros.subarray(0, bytes.length).equals(bytes)) return;
      await file.write(bytes, 0, bytes.length, position);
    },
  };
  const size = await writePackage(data, sink);
  await file.truncate(size);
  return size;
}

/** Reads all that a package has, in a process of its own. */
export async function measureReading(path: string): Promise<Measured> {
  // With what lets this Node read our sources.
  const imports = process.execArgv.filter((word) => word.startsWith('--import='));
  const { stdout } = await promisify(execFile)(process.execPath, [...imports, reader, path]);
  return JSON.parse(stdout) as Measured;
}
