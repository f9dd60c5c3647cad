/** What the installer's rules for files ask of a simulated Windows: each content is read once, whoever has it on a disk. */
import {
  type ByteSource,
  bytesSource,
  checksumHolds,
  type FileLooker,
  type FileVersion,
  fileHash,
  fileVersion,
  type HostFiles,
} from '@holdfast/msi';
import { readFile } from './files.ts';

const versions = new WeakMap<Uint8Array, Promise<FileVersion | undefined>>();

function versionOf(bytes: Uint8Array): Promise<FileVersion | undefined> {
  const version = versions.get(bytes) ?? fileVersion(bytesSource(bytes));
  versions.set(bytes, version);
  return version;
}

export function fileLooker(files: HostFiles): FileLooker {
  const read = <T>(path: string, use: (content: ByteSource) => Promise<T>) => files.read(path, use);
  return {
    entry: (path) => files.stat(path),
    times: async (path) => ((await files.stat(path)) === undefined ? undefined : await files.times(path)),
    async version(path) {
      const bytes = await readFile(files, path);
      return bytes && (await versionOf(bytes));
    },
    hash: (path) => read(path, fileHash),
    checksumHolds: async (path) => (await read(path, checksumHolds)) ?? true,
    async [Symbol.asyncDispose]() {
      // Nothing stays open.
    },
  };
}
