/** Tables as .idt text, the archive form of the Windows Installer, byte for byte as msiinfo 0.101 writes it. */
import { beyond } from '../compound/errors.ts';
import { columnCode } from './columns.ts';
import type { Database } from './database.ts';
import { summaryText } from './summary.ts';
import type { Row, Table } from './table.ts';

/** What can be exported and is no table: the code page, and the summary in the form of a table. */
export const pseudoTables = ['_SummaryInformation', '_ForceCodepage'] as const;

/** Characters of one row, and of one table, that are written. One text may stand in every row: a small file can ask for much. */
export const mostRowCharacters = 1 << 24;
export const mostTextCharacters = 1 << 28;

const newLine = '\r\n';
/** Rows are handed out in pieces of about this many characters. */
const pieceCharacters = 1 << 16;
/** Summary properties from here on are of no use to packages, and msiinfo leaves them out. */
const summaryEnd = 20;
/** Tables that describe the others; their own keys are described nowhere. */
const describing: readonly string[] = ['_Tables', '_Columns', '_Streams'];

function rowCharacters(row: Row): number {
  let sum = row.length + 1;
  // No number has more than 11 characters.
  for (const value of row) sum += typeof value === 'string' ? value.length : 11;
  return sum;
}

/**
 * Adds up the text of a table before any of it is written.
 * @param most characters
 * @throws HoldfastError `msi.limit`
 */
export function limitText({ name, rows }: Table, most: number = mostTextCharacters): void {
  let sum = 0;
  for (const [index, row] of rows.entries()) {
    const characters = rowCharacters(row);
    sum += characters;
    if (characters > mostRowCharacters || sum > most) {
      throw beyond(`table ${name}`, index, 'its rows are more text than any package has');
    }
  }
}

/** Names, types, table with keys, then the rows; a null is nothing between its tabs. */
function* tableText({ name, columns, rows }: Table): Generator<string> {
  const keys = columns.filter((column) => column.key && !describing.includes(name));
  let piece = [
    columns.map((column) => column.name),
    columns.map(columnCode),
    [name, ...keys.map((key) => key.name)],
  ]
    .map((line) => line.join('\t') + newLine)
    .join('');
  for (const row of rows) {
    for (const [index, value] of row.entries()) {
      if (index > 0) piece += '\t';
      if (value !== null) piece += value;
    }
    piece += newLine;
    if (piece.length >= pieceCharacters) {
      yield piece;
      piece = '';
    }
  }
  if (piece !== '') yield piece;
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
 * The text of a table by name, `_SummaryInformation` and `_ForceCodepage` among them, in pieces. Times are in UTC.
 * Errors come before the first piece.
 * @throws HoldfastError `not-found`, `msi.invalid`, `msi.limit`
 */
export async function exportTable(database: Database, name: string): Promise<Iterable<string>> {
  if (name === '_SummaryInformation') return [await summaryTable(database)];
  // The NUL belongs to it: msiinfo writes one, and its readers stop there.
  if (name === '_ForceCodepage')
    return [`${newLine}${newLine}${database.codePage}\t_ForceCodepage${newLine}\0`];
  const table = await database.table(name);
  limitText(table);
  return tableText(table);
}
