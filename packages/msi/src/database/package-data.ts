/** What a package is written from: the twin of what `openDatabase` reads. */
import type { ByteSource } from '../source.ts';
import type { Column } from './columns.ts';
import type { Summary } from './summary.ts';
import type { Value } from './table.ts';

/** A cell to be written; bytes for a binary column, whose stream is named by the table and its keys. */
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
  /** Streams that belong to no table: cabinets. */
  readonly streams: readonly { readonly name: string; readonly content: ByteSource }[];
  readonly summary: Summary;
};
