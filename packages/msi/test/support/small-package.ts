/** Columns and packages in few words, for tests that write them. */
import type { Column, PackageData, Summary, TableData } from '@holdfast/msi';

const plain = { size: 0, key: false, nullable: true, localizable: false } as const;
export const text = (name: string, more: Partial<Column> = {}): Column => ({
  ...plain,
  name,
  kind: 'string',
  ...more,
});
export const small = (name: string): Column => ({ ...plain, name, kind: 'i2', size: 2 });
export const large = (name: string): Column => ({ ...plain, name, kind: 'i4', size: 4 });
export const binary = (name: string): Column => ({ ...plain, name, kind: 'binary' });
export const key = text('Key', { size: 72, key: true, nullable: false });
export const summary: Summary = new Map([
  [1, { kind: 'number', number: 1252 }],
  [2, { kind: 'text', text: 'Größe' }],
  [9, { kind: 'text', text: '{1B3D5F70-0000-4000-8000-000000000001}' }],
  [10, { kind: 'time', time: 60_000 - 11_644_473_600_000 }],
  [12, { kind: 'time', time: Date.UTC(2017, 1, 18, 17, 14, 40) }],
  [14, { kind: 'number', number: 200 }],
  [15, { kind: 'number', number: -2 }],
  [19, { kind: 'number', number: 2 }],
]);

export function packageOf(tables: readonly TableData[], more: Partial<PackageData> = {}): PackageData {
  return { kind: 'installer', codePage: 1252, tables, streams: [], summary, ...more };
}
