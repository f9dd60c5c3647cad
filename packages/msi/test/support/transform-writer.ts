/** Makes transforms for tests, mask by mask: independent of the readers, and able to say what no tool would. */
import { bytesSink, bytesSource, encodeStreamName, type StorageContent } from '@holdfast/msi';
import { writeCompound } from '../../src/compound/writer.ts';
import type { TestColumn } from './database-writer.ts';

type Cell = number | string | null;
export type TestChange =
  | { readonly insert: readonly Cell[] }
  /** Undefined for what stays as it is. */
  | { readonly update: readonly (Cell | undefined)[] }
  | { readonly delete: readonly Cell[] };

export type TestTransform = {
  readonly tables: readonly {
    readonly name: string;
    readonly columns: readonly TestColumn[];
    readonly changes: readonly TestChange[];
  }[];
  readonly streams?: Readonly<Record<string, Uint8Array>>;
  readonly codePage?: number;
  readonly referenceBytes?: 2 | 3;
  /** Numbers and texts by property number. */
  readonly summary?: Readonly<Record<number, string | number>>;
};

export const tablesColumns = [{ name: 'Name', type: 0x2940 }];
export const columnsColumns = [
  { name: 'Table', type: 0x2940 },
  { name: 'Number', type: 0x2102 },
  { name: 'Name', type: 0x940 },
  { name: 'Type', type: 0x102 },
];
/** {000C1082-0000-0000-C000-000000000046} and {000C1084-...}: a transform, a database. */
const transformClass = Uint8Array.of(0x82, 0x10, 0x0c, 0, 0, 0, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0x46);
const databaseClass = Uint8Array.of(0x84, ...transformClass.subarray(1));

const little = (value: number, bytes: number) =>
  Array.from({ length: bytes }, (_, index) => Math.floor(value / 2 ** (8 * index)) & 0xff);

/** A property set of one section, in code page 1252. */
export function summaryBytes(properties: Readonly<Record<number, string | number>>): Uint8Array {
  const values = [[1, 1252] as const, ...Object.entries(properties)].map(([property, value]) => ({
    property: Number(property),
    bytes:
      typeof value === 'string'
        ? [
            ...little(30, 4),
            ...little(value.length + 1, 4),
            ...Buffer.from(`${value}\0`),
            ...pad(value.length + 1),
          ]
        : Number(property) === 1
          ? [...little(2, 4), ...little(value, 4)]
          : [...little(3, 4), ...little(value, 4)],
  }));
  let at = 8 + values.length * 8;
  const index = values.flatMap(({ property, bytes }) => {
    const entry = [...little(property, 4), ...little(at, 4)];
    at += bytes.length;
    return entry;
  });
  const section = [
    ...little(at, 4),
    ...little(values.length, 4),
    ...index,
    ...values.flatMap(({ bytes }) => bytes),
  ];
  const formatId = Buffer.from('e0859ff2f94f6810ab9108002b27b3d9', 'hex');
  const head = [
    ...little(0xfffe, 2),
    ...little(0, 2),
    ...little(2, 4),
    ...new Uint8Array(16),
    ...little(1, 4),
  ];
  return Uint8Array.from([...head, ...formatId, ...little(48, 4), ...section]);
}

function pad(length: number): number[] {
  return Array.from({ length: (4 - (length % 4)) % 4 }, () => 0);
}

const isKey = ({ type }: TestColumn) => (type & 0x2000) !== 0;
const isStream = ({ type }: TestColumn) => (type & ~0x1000) === 0x900;
const isText = (column: TestColumn) => (column.type & 0x800) !== 0 && !isStream(column);

/** What a transform consists of, to be a file or a storage of one. */
export function transformContent(transform: TestTransform): StorageContent {
  const { tables, streams = {}, codePage = 65001, referenceBytes = 2, summary } = transform;
  const numbers = new Map<string, number>();
  const texts: Buffer[] = [];
  const reference = (text: string): number => {
    if (text === '') return 0;
    if (!numbers.has(text)) {
      numbers.set(text, numbers.size + 1);
      texts.push(Buffer.from(text));
    }
    return numbers.get(text) ?? 0;
  };
  const cell = (column: TestColumn, value: Cell): number[] => {
    if (isText(column)) return little(typeof value === 'string' ? reference(value) : 0, referenceBytes);
    const wide = !isStream(column) && (column.type & 0xff) === 4;
    if (value === null) return little(0, wide ? 4 : 2);
    if (typeof value === 'string') return little(1, 2);
    return wide ? little(value + 2 ** 31, 4) : little(value + 0x8000, 2);
  };
  const row = (columns: readonly TestColumn[], change: TestChange): number[] => {
    if ('insert' in change) {
      const cells = change.insert.flatMap((value, at) =>
        cell(columns[at] ?? { name: '', type: 0x800 }, value),
      );
      return [...little(change.insert.length * 0x100 + 1, 2), ...cells];
    }
    const values = 'delete' in change ? change.delete : change.update;
    let mask = 0;
    const cells = columns.flatMap((column, at) => {
      const value = values[at];
      if (!isKey(column) && (value === undefined || 'delete' in change)) return [];
      if (!isKey(column)) mask |= 1 << at;
      return cell(column, value ?? null);
    });
    return [...little(mask, 2), ...cells];
  };
  const changed = tables.map(({ name, columns, changes }) => ({
    name: encodeStreamName({ name, isTable: true }),
    content: Uint8Array.from(changes.flatMap((change) => row(columns, change))),
  }));
  const pool = [
    ...little((codePage + (referenceBytes === 3 ? 2 ** 31 : 0)) >>> 0, 4),
    ...texts.flatMap(({ length }) => [...little(length, 2), ...little(1, 2)]),
  ];
  const own = [
    { name: encodeStreamName({ name: '_StringPool', isTable: true }), content: Uint8Array.from(pool) },
    { name: encodeStreamName({ name: '_StringData', isTable: true }), content: Buffer.concat(texts) },
    ...Object.entries(streams).map(([name, content]) => ({
      name: encodeStreamName({ name, isTable: false }),
      content,
    })),
    ...(summary === undefined ? [] : [{ name: '\u0005SummaryInformation', content: summaryBytes(summary) }]),
  ];
  return {
    classId: transformClass,
    streams: [...changed, ...own].map(({ name, content }) => ({ name, content: bytesSource(content) })),
    storages: [],
  };
}

/** A package of streams by their stored names, with storages inside. */
export function packageContent(
  streams: Readonly<Record<string, Uint8Array>>,
  storages: Readonly<Record<string, StorageContent>> = {},
): StorageContent {
  return {
    classId: databaseClass,
    streams: Object.entries(streams).map(([name, bytes]) => ({ name, content: bytesSource(bytes) })),
    storages: Object.entries(storages).map(([name, content]) => ({
      ...content,
      name,
    })),
  };
}

/** The bytes of a compound file. */
export async function fileOf(content: StorageContent): Promise<Uint8Array> {
  const sink = bytesSink();
  await writeCompound(content, sink);
  return sink.bytes();
}
