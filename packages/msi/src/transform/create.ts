/** Makes a transform out of two packages: what Windows itself does with MsiDatabaseGenerateTransform. */
import type { StorageContent } from '../compound/directory-writer.ts';
import { viewOf } from '../compound/header.ts';
import { writeCompound } from '../compound/writer.ts';
import { type Column, cellBytes } from '../database/columns.ts';
import type { Database } from '../database/database.ts';
import { classIdOf } from '../database/kind.ts';
import { summaryName } from '../database/stored.ts';
import { encodeStreamName } from '../database/stream-names.ts';
import { type WrittenPool, writeStringPool } from '../database/string-pool-writer.ts';
import type { Summary, SummaryValue } from '../database/summary.ts';
import { writeSummary } from '../database/summary-writer.ts';
import type { Value } from '../database/table.ts';
import { type ByteSink, bytesSource } from '../source.ts';
import { type RowChange, wholeRow } from './changes.ts';
import { differenceOf, type TableChanges } from './difference.ts';
import { overlooks, textOf } from './fit.ts';

export type TransformOptions = {
  /** Bits of `validations`: what must be right of a package that it is applied to. */
  readonly validate?: number;
  /** Bits of `overlooks`: what is no error. */
  readonly overlook?: number;
};

/** The format of transforms that this is: of packages for Windows Installer 2.0. */
const installerVersion = 200;
/** Read-only enforced (Security Summary property). */
const enforced = 4;
/** The application that made it. */
const application = 'Holdfast';

function countTexts(tables: readonly TableChanges[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { columns, changes } of tables) {
    for (const { cells } of changes) {
      for (const [index, cell] of cells.entries()) {
        if (columns[index]?.kind !== 'string' || typeof cell !== 'string' || cell === '') continue;
        counts.set(cell, (counts.get(cell) ?? 0) + 1);
      }
    }
  }
  return counts;
}

function maskOf(columns: readonly Column[], { kind, cells }: RowChange): number {
  if (kind === 'insert') return columns.length * 0x100 + wholeRow;
  if (kind === 'delete') return 0;
  return columns.reduce(
    (mask, { key }, index) => (key || cells[index] === undefined ? mask : mask | (1 << index)),
    0,
  );
}

/** The number that is stored for a cell; 0 is null. */
function storedCell(column: Column, cell: Value, pool: WrittenPool): number {
  if (cell === null) return 0;
  if (column.kind === 'string') return pool.reference(String(cell));
  if (typeof cell === 'string') return 1;
  return column.kind === 'i4' ? cell + 0x8000_0000 : cell + 0x8000;
}

function changesBytes({ columns, changes }: TableChanges, pool: WrittenPool): Uint8Array {
  const rowBytes = ({ cells }: RowChange) =>
    columns.reduce(
      (sum, column, index) =>
        cells[index] === undefined ? sum : sum + cellBytes(column, pool.referenceBytes),
      2,
    );
  const bytes = new Uint8Array(changes.reduce((sum, change) => sum + rowBytes(change), 0));
  const view = viewOf(bytes);
  let at = 0;
  for (const change of changes) {
    view.setUint16(at, maskOf(columns, change), true);
    at += 2;
    for (const [index, column] of columns.entries()) {
      const cell = change.cells[index];
      if (cell === undefined) continue;
      const width = cellBytes(column, pool.referenceBytes);
      const stored = storedCell(column, cell, pool);
      if (width === 4) view.setUint32(at, stored, true);
      else view.setUint16(at, stored & 0xffff, true);
      if (width === 3) view.setUint8(at + 2, stored >>> 16);
      at += width;
    }
  }
  return bytes;
}

async function identity(database: Database) {
  const rows = database.tables.includes('Property') ? (await database.table('Property')).rows : [];
  const properties = new Map(rows.map(([name, value]) => [name, String(value ?? '')]));
  const summary = await database.summary();
  const property = (name: string) => properties.get(name) ?? '';
  return {
    summary,
    template: textOf(summary, 7),
    language: property('ProductLanguage'),
    name: property('ProductName'),
    upgradeCode: property('UpgradeCode'),
    product: `${property('ProductCode')}${property('ProductVersion')}`,
  };
}

/** What it is for, in the places where a transform says so: Template, Last Saved By, Revision and Character Count. */
async function summaryOf(base: Database, target: Database, options: TransformOptions): Promise<Summary> {
  const [before, after] = [await identity(base), await identity(target)];
  const pages = [base.codePage, target.codePage];
  const newPage = !pages.includes(0) && pages[0] !== pages[1] ? overlooks.changeCodePage : 0;
  const [platform = ''] = before.template.split(';');
  const text = (words: string): SummaryValue => ({ kind: 'text', text: words });
  const number = (value: number): SummaryValue => ({ kind: 'number', number: value });
  return new Map([
    [1, after.summary.get(1) ?? number(target.codePage)],
    [2, text('Transform')],
    [3, text(after.name)],
    [7, text(`${platform};${before.language}`)],
    [8, text(after.template)],
    [9, text(`${before.product};${after.product};${before.upgradeCode}`)],
    [14, number(installerVersion)],
    [16, number((((options.validate ?? 0) << 16) | (options.overlook ?? 0) | newPage) >>> 0)],
    [18, text(application)],
    [19, number(enforced)],
  ]);
}

/**
 * The transform that makes `target` out of `base`: to be written with `writeTransform`, or put into a package among its
 * storages. The same two packages make the same bytes.
 * @throws HoldfastError `msi.invalid`, `msi.limit`
 */
export async function createTransform(
  base: Database,
  target: Database,
  options: TransformOptions = {},
): Promise<StorageContent> {
  const { tables, streams } = await differenceOf(base, target);
  const pool = writeStringPool(countTexts(tables), target.codePage);
  const contents = [
    ...tables.map((table) => ({ name: table.name, bytes: changesBytes(table, pool) })),
    { name: '_StringPool', bytes: pool.pool },
    { name: '_StringData', bytes: pool.data },
  ];
  return {
    classId: classIdOf('transform'),
    streams: [
      ...contents.map(({ name, bytes }) => ({
        name: encodeStreamName({ name, isTable: true }),
        content: bytesSource(bytes),
      })),
      ...[...streams].map(([name, content]) => ({
        name: encodeStreamName({ name, isTable: false }),
        content,
      })),
      { name: summaryName, content: bytesSource(writeSummary(await summaryOf(base, target, options))) },
    ],
    storages: [],
  };
}

/**
 * Writes a transform into a file of its own, from position 0 of the sink on.
 * @returns bytes
 */
export async function writeTransform(transform: StorageContent, sink: ByteSink): Promise<number> {
  return writeCompound(transform, sink);
}
