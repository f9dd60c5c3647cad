/** What kind of value a column holds: the type word of `_Columns`, taken apart. */
import { invalid } from '../compound/errors.ts';

/** Bits of the type word. */
const bits = {
  size: 0xff,
  valid: 0x100,
  localizable: 0x200,
  usual: 0x400,
  text: 0x800,
  nullable: 0x1000,
  key: 0x2000,
} as const;

export type ColumnKind = 'i2' | 'i4' | 'string' | 'binary';

export type Column = {
  readonly name: string;
  readonly kind: ColumnKind;
  /** Most characters of text, 0 for no limit; bytes of a whole number. */
  readonly size: number;
  readonly key: boolean;
  readonly nullable: boolean;
  readonly localizable: boolean;
};

/** @throws HoldfastError `msi.invalid` where no column has this type */
export function columnOf(table: string, number: number, name: string, type: number): Column {
  const size = type & bits.size;
  const isBinary = (type & ~bits.nullable) === (bits.valid | bits.text);
  const isText = (type & bits.text) !== 0;
  if (!isText && size > 2 && size !== 4) {
    throw invalid(
      '_Columns',
      number,
      `column ${JSON.stringify(name)} of ${table}: a number of ${size} bytes`,
    );
  }
  return {
    name,
    kind: isBinary ? 'binary' : isText ? 'string' : size <= 2 ? 'i2' : 'i4',
    size,
    key: (type & bits.key) !== 0,
    nullable: (type & bits.nullable) !== 0,
    localizable: (type & bits.localizable) !== 0,
  };
}

/** Bytes of a cell. */
export function cellBytes({ kind }: Column, referenceBytes: number): number {
  return kind === 'string' ? referenceBytes : kind === 'i4' ? 4 : 2;
}

/** As an .idt file says it: a letter (upper case for nullable) and the size. */
export function columnCode(column: Column): string {
  const letter =
    column.kind === 'binary' ? 'v' : column.kind !== 'string' ? 'i' : column.localizable ? 'l' : 's';
  return `${column.nullable ? letter.toUpperCase() : letter}${column.size}`;
}

/** The type word of a column. The bit that text and short numbers have beside "valid" is in all that Windows writes. */
export function columnType({ kind, size, key, nullable, localizable }: Column): number {
  const base = {
    i2: bits.valid | bits.usual,
    i4: bits.valid,
    string: bits.valid | bits.usual | bits.text,
    binary: bits.valid | bits.text,
  }[kind];
  const marks = (key ? bits.key : 0) | (nullable ? bits.nullable : 0) | (localizable ? bits.localizable : 0);
  return base | marks | size;
}
