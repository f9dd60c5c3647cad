/**
 * Calls of a disk that wait for it: for a program that has nothing else to do meanwhile, opening, writing and closing a
 * small file costs a third of what it costs on other threads. Only flushes go there: several at a time cost the disk
 * little more than one.
 */
import {
  closeSync,
  fchmodSync,
  fstatSync,
  fsync,
  ftruncateSync,
  futimesSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmdirSync,
  type Stats,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { promisify } from 'node:util';
import type { FileCalls } from '../shared/disk-file.ts';

/** What is asked of the file system by path: `node:fs/promises` is one. */
export type DiskCalls = {
  open(path: string, flags: number, mode?: number): Promise<FileCalls>;
  lstat(path: string): Promise<Stats>;
  mkdir(path: string, mode: number): Promise<unknown>;
  readdir(path: string): Promise<string[]>;
  rename(from: string, to: string): Promise<void>;
  rmdir(path: string): Promise<void>;
  unlink(path: string): Promise<void>;
};

const flush = promisify(fsync);

async function openWaiting(path: string, flags: number, mode?: number): Promise<FileCalls> {
  const descriptor = openSync(path, flags, mode);
  /** The descriptor must not be closed, and given out anew, under them. */
  const flushing = new Set<Promise<void>>();
  return {
    fd: descriptor,
    stat: async () => fstatSync(descriptor),
    read: async (into, offset, length, position) => ({
      bytesRead: readSync(descriptor, into, offset, length, position),
    }),
    write: async (data, offset, length, position) => ({
      bytesWritten: writeSync(descriptor, data, offset, length, position),
    }),
    truncate: async (length) => ftruncateSync(descriptor, length),
    utimes: async (accessed, modified) => futimesSync(descriptor, accessed, modified),
    sync: async () => {
      const flushed = flush(descriptor);
      flushing.add(flushed);
      await flushed.finally(() => flushing.delete(flushed));
    },
    chmod: async (bits) => fchmodSync(descriptor, bits),
    close: async () => {
      if (flushing.size > 0) await Promise.allSettled([...flushing]);
      closeSync(descriptor);
    },
  };
}

export const waitingCalls: DiskCalls = {
  open: openWaiting,
  lstat: async (path) => lstatSync(path),
  mkdir: async (path, mode) => mkdirSync(path, mode),
  readdir: async (path) => readdirSync(path),
  rename: async (from, to) => renameSync(from, to),
  rmdir: async (path) => rmdirSync(path),
  unlink: async (path) => unlinkSync(path),
};
