/** Opens packages that Windows keeps, for as long as a plan is made and run. */
import { isHoldfastError } from '@holdfast/contract';
import type { OpenFile } from '@holdfast/ports';
import { type Database, openDatabase } from '../database/database.ts';
import { fileSource } from '../source.ts';
import type { OpenCached, PlanMachine } from './machine.ts';
import { parentFolder } from './planned-files.ts';

export type CachedPackages = AsyncDisposable & { readonly openCached: OpenCached };

/** Undefined where the package is gone, or is none any more. */
export function openCachedPackages(files: PlanMachine['files']): CachedPackages {
  const open: OpenFile[] = [];
  const opened = new Map<string, Promise<Database | undefined>>();
  async function openOne(path: string): Promise<Database | undefined> {
    try {
      const entry = await files.stat(path);
      if (entry?.kind !== 'file') return undefined;
      const folder = await files.open(parentFolder(entry.path));
      try {
        const file = await folder.read(entry.path.split('\\').at(-1) ?? '');
        open.push(file);
        return await openDatabase(await fileSource(file));
      } finally {
        await folder.close();
      }
    } catch (thrown) {
      if (isHoldfastError(thrown, 'disk.not-found', 'msi.invalid')) return undefined;
      throw thrown;
    }
  }
  return {
    openCached(path) {
      const database = opened.get(path) ?? openOne(path);
      opened.set(path, database);
      return database;
    },
    async [Symbol.asyncDispose]() {
      for (const file of open.splice(0)) await file.close();
    },
  };
}
