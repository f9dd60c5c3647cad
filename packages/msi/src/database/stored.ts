/** The streams of a package by what their stored names stand for: those that are tables, and its own. */
import type { CompoundFile } from '../compound/compound.ts';
import type { StreamEntry } from '../compound/directory.ts';
import { beyond } from '../compound/errors.ts';
import { decodeStreamName } from './stream-names.ts';

export const summaryName = '\u0005SummaryInformation';

/** Bytes of one table that are taken into memory. */
const mostTableBytes = 64 * 1024 * 1024;

/**
 * Bytes of what describes the tables, and of the summary. They grow in memory: text to twice its length, its numbers by
 * eight bytes each, rows of the schema to ten times theirs, and each property of a summary may be all of it.
 */
const mostOf: Readonly<Record<string, number>> = {
  _StringPool: 4 * 1024 * 1024,
  _StringData: 24 * 1024 * 1024,
  _Tables: 512 * 1024,
  _Columns: 512 * 1024,
  [summaryName]: 64 * 1024,
};

/** Bytes of a table, or of another stream that is read as a whole, that are taken into memory. */
export function mostBytes(name: string): number {
  return mostOf[name] ?? mostTableBytes;
}

export type PackageStream = {
  readonly name: string;
  /** Bytes. */
  readonly size: number;
};

export type Names = {
  readonly tables: ReadonlyMap<string, StreamEntry>;
  readonly streams: ReadonlyMap<string, StreamEntry>;
  readonly listed: readonly PackageStream[];
};

/**
 * Decoded names of the streams. Two stored names may stand for one (wixl writes the summary packed, a signing tool
 * adds it as it is): the one that is stored as it is counts, else the first.
 */
export function namesOf(file: CompoundFile): Names {
  const tables = new Map<string, StreamEntry>();
  const streams = new Map<string, StreamEntry>();
  const listed: PackageStream[] = [];
  for (const entry of file.root.streams.values()) {
    const { name, isTable } = decodeStreamName(entry.name);
    const into = isTable ? tables : streams;
    if (!isTable) listed.push({ name, size: entry.size });
    if (!into.has(name) || entry.name === name) into.set(name, entry);
  }
  return { tables, streams, listed };
}

/**
 * A stream as a whole; nothing where there is none.
 * @throws HoldfastError `msi.limit`
 */
export async function whole(file: CompoundFile, entry: StreamEntry | undefined): Promise<Uint8Array> {
  if (entry === undefined) return new Uint8Array(0);
  const { name } = decodeStreamName(entry.name);
  if (entry.size > mostBytes(name)) throw beyond(`table ${name}`, 0, `it has ${entry.size} bytes`);
  return file.open(entry).read(0, entry.size);
}
