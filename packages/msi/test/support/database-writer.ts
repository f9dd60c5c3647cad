/** Makes the streams of small databases for tests, from typed tables: independent of the readers. */
import { encodeStreamName } from '@holdfast/msi';

export type TestColumn = { readonly name: string; readonly type: number };
export type TestTable = {
  readonly name: string;
  readonly columns: readonly TestColumn[];
  readonly rows: readonly (readonly (number | string | null)[])[];
};
export type TestDatabase = {
  readonly tables: readonly TestTable[];
  readonly codePage?: number;
  readonly encode?: (text: string) => Uint8Array;
  readonly referenceBytes?: 2 | 3;
};

const isText = (type: number) => (type & 0x800) !== 0 && (type & ~0x1000) !== 0x900;

/** Stored names and contents: put them into a compound file. */
export function databaseStreams({
  tables,
  codePage = 65001,
  encode = (text) => Buffer.from(text),
  referenceBytes = 2,
}: TestDatabase): Record<string, Uint8Array> {
  const numbers = new Map<string, number>();
  const data: Uint8Array[] = [];
  const pool: number[] = [codePage & 0xffff, (codePage >>> 16) | (referenceBytes === 3 ? 0x8000 : 0)];
  const reference = (text: string): number => {
    if (text === '') return 0;
    const known = numbers.get(text);
    if (known !== undefined) return known;
    const bytes = encode(text);
    if (bytes.length > 0xffff) pool.push(0, bytes.length >>> 16);
    pool.push(bytes.length & 0xffff, 1);
    data.push(bytes);
    numbers.set(text, numbers.size + 1);
    return numbers.size;
  };
  const little = (value: number, bytes: number) =>
    Array.from({ length: bytes }, (_, index) => Math.floor(value / 2 ** (8 * index)) & 0xff);
  const cell = (type: number, value: number | string | null): number[] => {
    if (isText(type)) return little(typeof value === 'string' ? reference(value) : 0, referenceBytes);
    const wide = (type & 0x800) === 0 && (type & 0xff) === 4;
    if (value === null) return little(0, wide ? 4 : 2);
    if (typeof value === 'string') return little(1, 2);
    return wide ? little(value + 2 ** 31, 4) : little(value + 0x8000, 2);
  };
  const content = ({ columns, rows }: TestTable): Uint8Array =>
    Uint8Array.from(
      columns.flatMap(({ type }, index) => rows.flatMap((row) => cell(type, row[index] ?? null))),
    );
  const schema: TestTable[] = [
    { name: '_Tables', columns: [{ name: 'Name', type: 0x2940 }], rows: tables.map(({ name }) => [name]) },
    {
      name: '_Columns',
      columns: [
        { name: 'Table', type: 0x2940 },
        { name: 'Number', type: 0x2102 },
        { name: 'Name', type: 0x940 },
        { name: 'Type', type: 0x102 },
      ],
      // Type words fill 16 bits, and the cell is stored with its top bit turned.
      rows: tables.flatMap(({ name, columns }) =>
        columns.map((column, index) => [name, index + 1, column.name, (column.type << 16) >> 16]),
      ),
    },
  ];
  const streams = [...schema, ...tables].map((table) => [
    encodeStreamName({ name: table.name, isTable: true }),
    content(table),
  ]);
  return {
    ...Object.fromEntries(streams),
    [encodeStreamName({ name: '_StringPool', isTable: true })]: Uint8Array.from(
      pool.flatMap((word) => little(word, 2)),
    ),
    [encodeStreamName({ name: '_StringData', isTable: true })]: Buffer.concat(data),
  };
}
