/** Builds descriptions for tests, and reads the built packages back. */
import assert from 'node:assert/strict';
import {
  bytesSink,
  bytesSource,
  type Database,
  type Neighbours,
  openDatabase,
  type Value,
  writePackage,
} from '@holdfast/msi';
import { type CompiledProduct, compileProduct, type ReadFile } from '@holdfast/msi/build';

export type Built = CompiledProduct & {
  readonly bytes: Uint8Array;
  readonly database: Database;
  /** What lies beside it. */
  readonly neighbours: Neighbours;
  /** Rows of a table by column name; none where there is no such table. */
  rows(table: string): Promise<readonly Readonly<Record<string, Value>>[]>;
};

/** The least that a description needs. */
export const least = {
  name: 'Sample',
  manufacturer: 'Holdfast',
  version: '1.2.3',
  upgradeCode: '{6BB5B24E-4A4C-4C6A-9F44-3C1F2C0E2C3B}',
};

/** Every source that is asked for is there: its own name in bytes. */
export const anyFile: ReadFile = async (source) => bytesSource(Buffer.from(`content of ${source}`));

export async function build(description: unknown, readFile: ReadFile = anyFile): Promise<Built> {
  const compiled = await compileProduct(description, readFile);
  const sink = bytesSink();
  await writePackage(compiled.data, sink);
  const database = await openDatabase(bytesSource(sink.bytes()));
  return {
    ...compiled,
    bytes: sink.bytes(),
    database,
    async neighbours(path) {
      const wanted = path.join('/').toLowerCase();
      const found = compiled.beside.find(({ name }) => name.toLowerCase() === wanted);
      return found && { ...found.content, [Symbol.asyncDispose]: async () => undefined };
    },
    async rows(table) {
      if (!database.tables.includes(table)) return [];
      const { columns, rows } = await database.table(table);
      return rows.map((row) =>
        Object.fromEntries(columns.map(({ name }, index) => [name, row[index] ?? null])),
      );
    },
  };
}

/** The one row of a table whose column has this value. */
export async function row(built: Built, table: string, column: string, value: Value) {
  const found = (await built.rows(table)).filter((one) => one[column] === value);
  assert.equal(found.length, 1, `${table}.${column} = ${value}`);
  return found[0] ?? {};
}
