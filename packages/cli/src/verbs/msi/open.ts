/** Opens the package that a verb names, and writes its text. */
import { realpath } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { HoldfastError } from '@holdfast/contract';
import { type Database, fileSource, openDatabase } from '@holdfast/msi';
import { plain } from '../../terminal.ts';
import { thisMachine } from '../../this-machine.ts';
import type { Session } from '../verb.ts';

/** Opens a package by path for as long as `use` takes. */
export async function withPackage<T>(
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
export function write({ surroundings }: Session, text: string): void {
  surroundings.out(surroundings.columns === undefined ? text : text.split(/\r?\n/).map(plainRow).join('\n'));
}
