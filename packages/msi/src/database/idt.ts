/** Tables as .idt text, the archive form of the Windows Installer, byte for byte as msiinfo 0.101 writes it. */
import { columnCode } from './columns.ts';
import type { Database } from './database.ts';
import { summaryText } from './summary.ts';
import type { Table } from './table.ts';

/** What can be exported and is no table: the code page, and the summary in the form of a table. */
export const pseudoTables = ['_SummaryInformation', '_ForceCodepage'] as const;

const newLine = '\r\n';
/** Summary properties from here on are of no use to packages, and msiinfo leaves them out. */
const summaryEnd = 20;

/** Names, types, table with keys, then the rows; a null is nothing between its tabs. */
export function tableText({ name, columns, rows }: Table): string {
  // The keys of the tables that describe the others are not described anywhere.
  const isDescribed = !['_Tables', '_Columns', '_Streams'].includes(name);
  const keys = isDescribed ? columns.filter((column) => column.key).map((column) => column.name) : [];
  const lines = [
    columns.map((column) => column.name).join('\t'),
    columns.map(columnCode).join('\t'),
    [name, ...keys].join('\t'),
    ...rows.map((row) => row.map((value) => value ?? '').join('\t')),
  ];
  return lines.map((line) => line + newLine).join('');
}

async function summaryTable(database: Database): Promise<string> {
  const rows = [...(await database.summary())].filter(([property]) => property < summaryEnd);
  return [
    'PropertyId\tValue',
    'i2\tl255',
    '_SummaryInformation\tPropertyId',
    ...rows.map(([property, value]) => `${property}\t${summaryText(value)}`),
  ]
    .map((line) => line + newLine)
    .join('');
}

/**
 * A table by name, `_SummaryInformation` and `_ForceCodepage` among them. Times are in UTC.
 * @throws HoldfastError `not-found`, `msi.invalid`, `msi.limit`
 */
export async function exportTable(database: Database, name: string): Promise<string> {
  if (name === '_SummaryInformation') return summaryTable(database);
  // The NUL belongs to it: msiinfo writes one, and its readers stop there.
  if (name === '_ForceCodepage')
    return `${newLine}${newLine}${database.codePage}\t_ForceCodepage${newLine}\0`;
  return tableText(await database.table(name));
}
