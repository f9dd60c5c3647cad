/** A small package, and what a transform makes of it. */
import {
  applyTransform,
  bytesSource,
  type Database,
  encodeStreamName,
  openDatabase,
  openTransform,
} from '@holdfast/msi';
import { databaseStreams } from './database-writer.ts';
import {
  fileOf,
  packageContent,
  summaryBytes,
  type TestChange,
  type TestTransform,
  transformContent,
} from './transform-writer.ts';

export const text = { key: 0x2d48, plain: 0x1d00 } as const;
export const propertyColumns = [
  { name: 'Property', type: text.key },
  { name: 'Value', type: text.plain },
];
export const thingColumns = [
  { name: 'Thing', type: text.key },
  { name: 'Part', type: 0x2502 },
  { name: 'Text', type: text.plain },
  { name: 'Large', type: 0x1104 },
];
export const binaryColumns = [
  { name: 'Name', type: text.key },
  { name: 'Data', type: 0x1900 },
];
export const productCode = '{12345678-1234-1234-1234-123456789012}';
export const upgradeCode = '{ABCDEF01-1234-1234-1234-123456789012}';

export const tables = [
  {
    name: 'Property',
    columns: propertyColumns,
    rows: [
      ['ProductCode', productCode],
      ['UpgradeCode', upgradeCode],
      ['ProductVersion', '1.2.3'],
      ['ProductLanguage', '1033'],
      ['ProductName', 'Before'],
    ],
  },
  {
    name: 'Thing',
    columns: thingColumns,
    rows: [
      ['one', 1, 'first', 100_000],
      ['one', 2, 'second', null],
      ['two', 1, null, -5],
    ],
  },
  {
    name: 'Binary',
    columns: binaryColumns,
    rows: [
      ['icon', 'there'],
      ['gone', 'there'],
    ],
  },
];
export const streams = {
  ...databaseStreams({ tables }),
  [encodeStreamName({ name: 'Binary.icon', isTable: false })]: Buffer.from('old icon'),
  [encodeStreamName({ name: 'Binary.gone', isTable: false })]: Buffer.from('old'),
  [encodeStreamName({ name: 'data.cab', isTable: false })]: Buffer.from('cabinet'),
  '\u0005SummaryInformation': summaryBytes({ 7: 'Intel;1033', 9: productCode }),
};

export async function base(): Promise<Database> {
  return openDatabase(bytesSource(await fileOf(packageContent(streams))));
}

export async function transformed(transform: TestTransform): Promise<Database> {
  return applyTransform(
    await base(),
    await openTransform(bytesSource(await fileOf(transformContent(transform)))),
  );
}

export async function rowsOf(database: Database, table: string) {
  return (await database.table(table)).rows;
}

export const property = (...changes: readonly TestChange[]) => ({
  name: 'Property',
  columns: propertyColumns,
  changes,
});
export const thing = (...changes: readonly TestChange[]) => ({
  name: 'Thing',
  columns: thingColumns,
  changes,
});
