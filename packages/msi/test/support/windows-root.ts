/** A Windows in a temporary folder, for tests that look at one. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { localDisk } from '@holdfast/machine';
import { openRoot, type Root } from '../../src/root/root.ts';

export type RootFolder = AsyncDisposable & {
  readonly path: string;
  /** Linux path of a Windows path on drive C. */
  toLinux(path: string): string;
  write(path: string, content: string | Uint8Array): Promise<void>;
  /** Writes a registry file: lines of keys and values. */
  registry(
    name: 'system.reg' | 'user.reg' | 'userdef.reg',
    lines: readonly string[],
    mount?: string,
  ): Promise<void>;
  open(): Promise<Root>;
};

export async function rootFolder(): Promise<RootFolder> {
  const path = await mkdtemp(join(tmpdir(), 'holdfast-root-'));
  await mkdir(join(path, 'drive_c'));
  const toLinux = (windows: string) => join(path, 'drive_c', windows.slice(3).replaceAll('\\', '/'));
  return {
    path,
    toLinux,
    async write(windows, content) {
      await mkdir(dirname(toLinux(windows)), { recursive: true });
      await writeFile(toLinux(windows), content);
    },
    async registry(name, lines, mount = 'REGISTRY\\\\Machine') {
      const head = ['WINE REGISTRY Version 2', `;; All keys relative to ${mount}`, '', '#arch=win64', ''];
      await writeFile(join(path, name), [...head, ...lines, ''].join('\n'));
    },
    open: () => openRoot(localDisk(), path),
    async [Symbol.asyncDispose]() {
      await rm(path, { recursive: true });
    },
  };
}
