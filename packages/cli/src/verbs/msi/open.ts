/** Opens the package that a verb names, and writes its text. */
import { realpath } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { HoldfastError } from '@holdfast/contract';
import { localDisk } from '@holdfast/machine';
import {
  applyTransform,
  type ByteSource,
  bytesSource,
  type Database,
  fileSource,
  openDatabase,
  openTransform,
  type Transform,
  transformIn,
} from '@holdfast/msi';
import type { Folder, OpenFile } from '@holdfast/ports';
import { plain } from '../../terminal.ts';
import type { Session } from '../verb.ts';

/** Bytes up to which a package is read at once: most are small, and then one read is quicker than a hundred. */
const smallPackage = 8 * 1024 * 1024;

type Opened = { readonly source: ByteSource; readonly folder: Folder };

async function sourceOf(file: OpenFile): Promise<ByteSource> {
  const source = await fileSource(file);
  return source.size > smallPackage ? source : bytesSource(await source.read(0, source.size));
}

/** A file by path, open until `files` is disposed of. */
export async function openFile(files: AsyncDisposableStack, path: string): Promise<Opened> {
  const real = await realpath(resolve(path)).catch((cause: unknown) => {
    throw new HoldfastError('disk.not-found', `There is no file ${path}.`, { cause });
  });
  const folder = files.use(await localDisk().open(dirname(real)));
  return { source: await sourceOf(files.use(await folder.read(basename(real)))), folder };
}

/** A transform in a file, or for `:name` in a storage of the package. */
async function namedTransform(
  files: AsyncDisposableStack,
  database: Database,
  name: string,
): Promise<Transform> {
  if (!name.startsWith(':')) return openTransform((await openFile(files, name)).source);
  const storage = database.storage(name.slice(1));
  if (storage !== undefined) return transformIn(storage);
  throw new HoldfastError('not-found', `The package has no transform ${name.slice(1)} in it.`, {
    details: { transforms: database.storages.join(', ') },
  });
}

/**
 * Opens a package by path, with the folder that it lies in, for as long as `use` takes.
 * @param transforms paths of transforms to apply, in their order; `:name` for one inside the package
 */
export async function withPackage<T>(
  path: string,
  use: (database: Database, size: number, folder: Folder) => Promise<T>,
  transforms: readonly string[] = [],
): Promise<T> {
  await using files = new AsyncDisposableStack();
  const { source, folder } = await openFile(files, path);
  let database = await openDatabase(source);
  for (const name of transforms) {
    database = await applyTransform(database, await namedTransform(files, database, name));
  }
  // Awaited here: the files are closed when this function returns.
  return await use(database, source.size, folder);
}

/** A row of a table, safe to print; its tabs stay. */
function plainRow(row: string): string {
  return row.split('\t').map(plain).join('\t');
}

/** Text of a package: byte for byte into a file or pipe, harmless on a terminal. */
export function write({ surroundings }: Session, text: string): void {
  surroundings.out(surroundings.columns === undefined ? text : text.split(/\r?\n/).map(plainRow).join('\n'));
}
