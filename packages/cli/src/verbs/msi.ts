/** `holdfast msi`: what is in a Windows Installer package, read without Windows. */
import { realpath } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { HoldfastError } from '@holdfast/contract';
import {
  type Database,
  exportTable,
  fileSource,
  limitText,
  openDatabase,
  pseudoTables,
  summaryProperties,
  summaryText,
} from '@holdfast/msi';
import type { Command } from 'commander';
import { bytes, facts, plain, type Surroundings, table } from '../terminal.ts';
import { thisMachine } from '../this-machine.ts';
import { argument, localVerb, runLocal, type Session } from './verb.ts';

/** Characters of one table that go into a JSON document, which is made in memory. */
const mostJsonCharacters = 1 << 25;

/** Opens a package by path for as long as `use` takes. */
async function withPackage<T>(
  path: string,
  use: (database: Database, size: number) => Promise<T>,
): Promise<T> {
  const real = await realpath(resolve(path)).catch((cause: unknown) => {
    throw new HoldfastError('disk.not-found', `There is no file ${path}.`, { cause });
  });
  const machine = thisMachine();
  try {
    await using folder = await machine.disk.open(dirname(real));
    await using file = await folder.read(basename(real));
    const source = await fileSource(file);
    // Awaited here: the file is closed when this function returns.
    return await use(await openDatabase(source), source.size);
  } finally {
    machine.close();
  }
}

/** A row of a table, safe to print; its tabs stay. */
function plainRow(row: string): string {
  return row.split('\t').map(plain).join('\t');
}

/** Text of a package: byte for byte into a file or pipe, harmless on a terminal. */
function write({ surroundings }: Session, text: string): void {
  surroundings.out(surroundings.columns === undefined ? text : text.split(/\r?\n/).map(plainRow).join('\n'));
}

/** Values of the Property table; empty where a package (a merge module, a transform) has none. */
async function properties(database: Database): Promise<ReadonlyMap<string, string>> {
  if (!database.tables.includes('Property')) return new Map();
  const { rows } = await database.table('Property');
  return new Map(
    rows.flatMap(([name, value]) =>
      typeof name === 'string' && typeof value === 'string' ? [[name, value] as const] : [],
    ),
  );
}

async function summaryOf(database: Database): Promise<Record<string, string | number>> {
  const summary = await database.summary();
  return Object.fromEntries(
    Object.entries(summaryProperties).flatMap(([number, name]) => {
      const value = summary.get(Number(number));
      if (value === undefined) return [];
      if (value.kind === 'time') return [[name, new Date(value.time).toISOString()]];
      return [[name, value.kind === 'number' ? value.number : summaryText(value)]];
    }),
  );
}

async function info(session: Session, path: string): Promise<void> {
  const document = await withPackage(path, async (database, size) => {
    const of = await properties(database);
    const value = (name: string) => of.get(name) ?? null;
    return {
      product: {
        name: value('ProductName'),
        version: value('ProductVersion'),
        manufacturer: value('Manufacturer'),
        language: value('ProductLanguage'),
        productCode: value('ProductCode'),
        upgradeCode: value('UpgradeCode'),
      },
      summary: await summaryOf(database),
      codePage: database.codePage,
      tables: database.tables.length,
      streams: database.streams.length,
      size,
    };
  });
  const { product, summary } = document;
  session.answer(document, () =>
    facts([
      ['product', product.name ?? undefined],
      ['version', product.version ?? undefined],
      ['manufacturer', product.manufacturer ?? undefined],
      ['language', product.language ?? undefined],
      ['product code', product.productCode ?? undefined],
      ['upgrade code', product.upgradeCode ?? undefined],
      ['title', summary.title],
      ['subject', summary.subject],
      ['author', summary.author],
      ['comments', summary.comments],
      ['template', summary.template],
      ['package code', summary.packageCode],
      ['created', summary.created],
      ['last saved', summary.lastSaved],
      ['application', summary.application],
      ['code page', document.codePage],
      ['tables', document.tables],
      ['streams', document.streams],
      ['size', bytes(document.size)],
    ]),
  );
}

async function tables(session: Session, path: string): Promise<void> {
  await withPackage(path, async (database) => {
    if (!session.json) return write(session, `${[...pseudoTables, ...database.tables].join('\n')}\n`);
    const items = [];
    for (const name of database.tables) {
      const { columns, rows } = await database.table(name);
      items.push({ name, rows: rows.length, columns });
    }
    session.answer({ items }, () => '');
  });
}

async function streams(session: Session, path: string): Promise<void> {
  const items = await withPackage(path, async (database) => database.streams);
  session.answer({ items }, () =>
    table(
      items,
      [
        { title: 'STREAM', value: (stream) => stream.name, whole: true },
        { title: 'SIZE', value: (stream) => bytes(stream.size) },
      ],
      session.surroundings.columns,
    ),
  );
}

async function exportTables(session: Session, path: string, wanted: readonly string[]): Promise<void> {
  await withPackage(path, async (database) => {
    const names = wanted.length > 0 ? wanted : database.tables;
    if (!session.json) {
      for (const name of names) {
        for (const piece of await exportTable(database, name)) write(session, piece);
      }
      return;
    }
    const items = [];
    for (const name of names) {
      const one = await database.table(name);
      limitText(one, mostJsonCharacters);
      items.push(one);
    }
    session.answer({ items }, () => '');
  });
}

export function msiVerbs(program: Command, surroundings: Surroundings): void {
  const msi = program.command('msi').description('look into Windows Installer packages');
  const one =
    (action: (session: Session, path: string) => Promise<void>) =>
    (session: Session, values: readonly string[]) =>
      action(session, argument(values, 0));

  const aboutInfo = localVerb(
    msi,
    'info <package>',
    'the product in a package, and its summary information',
    ['msi info putty-0.68-installer.msi', 'msi info putty-0.68-installer.msi --json'],
  );
  runLocal(aboutInfo, surroundings, one(info));

  const aboutTables = localVerb(msi, 'tables <package>', 'names of the tables, one a line', [
    'msi tables putty-0.68-installer.msi',
    'msi tables putty-0.68-installer.msi --json    (with columns and numbers of rows)',
  ]);
  runLocal(aboutTables, surroundings, one(tables));

  const aboutStreams = localVerb(msi, 'streams <package>', 'cabinets, binaries and signatures in a package', [
    'msi streams putty-0.68-installer.msi',
    'msi streams putty-0.68-installer.msi --json',
  ]);
  runLocal(aboutStreams, surroundings, one(streams));

  const aboutExport = localVerb(
    msi,
    'export <package> [tables...]',
    'tables as .idt text on standard output (all of them if none is named); nothing is written to disk',
    [
      'msi export putty-0.68-installer.msi Property',
      'msi export putty-0.68-installer.msi File Component > tables.idt',
      'msi export putty-0.68-installer.msi File --json',
    ],
  );
  runLocal(aboutExport, surroundings, (session, values) =>
    exportTables(session, argument(values, 0), values.slice(1)),
  );
}
