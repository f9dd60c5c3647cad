/** What a package is written from: the twin of what `openDatabase` reads. */
import type { NamedStorage } from '../compound/directory-writer.ts';
import type { ByteSource } from '../source.ts';
import type { Column } from './columns.ts';
import type { Summary } from './summary.ts';
import type { Value } from './table.ts';

/**
 * A cell to be written. In a binary column: its bytes, which become a stream named by the table and its keys, or that
 * name, as it is read, where the stream is among those of the package.
 */
export type CellData = Value | ByteSource;

export type TableData = {
  readonly name: string;
  readonly columns: readonly Column[];
  /** In any order: rows are stored sorted by their keys. */
  readonly rows: readonly (readonly CellData[])[];
};

export type PackageData = {
  readonly kind: 'installer' | 'merge-module' | 'transform' | 'patch';
  /** Code page of the text; 0 is neutral. */
  readonly codePage: number;
  readonly tables: readonly TableData[];
  /** Streams that belong to no table, which are cabinets, and those that binary cells name. */
  readonly streams: readonly { readonly name: string; readonly content: ByteSource }[];
  /** Storages inside, with the names of everything in them as stored: embedded transforms. */
  readonly storages?: readonly NamedStorage[];
  readonly summary: Summary;
};
