/** A temporary folder on the real disk, and a disk that fails when told. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { type ErrorCode, HoldfastError } from '@holdfast/contract';
import { linuxMachine } from '@holdfast/machine';
import type { Folder, OpenFile } from '@holdfast/ports';

export async function temporaryFolder(test: TestContext): Promise<Folder> {
  const path = await mkdtemp(join(tmpdir(), 'holdfast-engine-'));
  const folder = await linuxMachine().disk.open(path);
  test.after(async () => {
    await folder.close();
    await rm(path, { recursive: true });
  });
  return folder;
}

type Call = 'write' | 'sync' | 'rename';

/** The same folder; `fail(call)` lets the next such call on a file or name fail, without doing it. */
export function failing(
  folder: Folder,
): Folder & { fail(call: Call, code?: ErrorCode): void; reads: number } {
  let next: { readonly call: Call; readonly code: ErrorCode } | undefined;
  const check = (call: Call) => {
    if (next?.call !== call) return;
    const { code } = next;
    next = undefined;
    throw new HoldfastError(code, `The ${call} failed.`);
  };
  const file = (real: OpenFile): OpenFile => ({
    ...real,
    write: async (position, data) => {
      check('write');
      await real.write(position, data);
    },
    sync: async () => {
      check('sync');
      await real.sync();
    },
  });
  const wrapped = {
    ...folder,
    reads: 0,
    read: (name: string) => {
      wrapped.reads += 1;
      return folder.read(name);
    },
    create: async (name: string, options?: { mode?: number }) => file(await folder.create(name, options)),
    edit: async (name: string) => file(await folder.edit(name)),
    rename: async (name: string, target: { folder?: Folder; name: string }) => {
      check('rename');
      await folder.rename(name, target);
    },
    fail: (call: Call, code: ErrorCode = 'disk.failed') => {
      next = { call, code };
    },
  };
  return wrapped;
}
