/** An open file of a real disk. */
import type { OpenFile } from '@holdfast/ports';
import { closedError, diskError } from './disk-errors.ts';

/** What is asked of the handle of a file, however it waits: a `FileHandle` of Node is one. */
export type FileCalls = {
  readonly fd: number;
  stat(): Promise<{ readonly size: number; isFile(): boolean }>;
  read(
    into: Uint8Array,
    offset: number,
    length: number,
    position: number,
  ): Promise<{ readonly bytesRead: number }>;
  write(
    data: Uint8Array,
    offset: number,
    length: number,
    position: number,
  ): Promise<{ readonly bytesWritten: number }>;
  truncate(length: number): Promise<void>;
  /** Seconds since 1970. */
  utimes(accessed: number, modified: number): Promise<void>;
  sync(): Promise<void>;
  chmod(mode: number): Promise<void>;
  close(): Promise<void>;
};

/** @param setCreated where the platform keeps a time of creation that can be set */
export function openFileOf(handle: FileCalls, path: string, setCreated?: (time: number) => void): OpenFile {
  let closed: Promise<void> | undefined;
  /** Why content is in doubt: after a failed fsync the kernel may count the pages as clean (fsync(2), NOTES). */
  let doubt: unknown;

  const use = async <T>(doing: string, call: () => Promise<T>): Promise<T> => {
    if (closed !== undefined) throw closedError(`The file ${path}`);
    try {
      return await call();
    } catch (thrown) {
      throw diskError(thrown, `${doing} ${path}`);
    }
  };
  const close = () => {
    closed ??= handle.close().catch((thrown: unknown) => {
      throw diskError(thrown, `close ${path}`);
    });
    return closed;
  };

  return {
    size: () => use('measure', async () => (await handle.stat()).size),
    read: (position, length) => use('read', () => readUpTo(handle, position, length)),
    write: (position, data) => use('write', () => writeAll(handle, position, data)),
    truncate: (length) => use('truncate', () => handle.truncate(length)),
    setTimes: (time) =>
      use('set the times of', async () => {
        await handle.utimes(time / 1000, time / 1000);
        setCreated?.(time);
      }),
    sync: () =>
      use('sync', async () => {
        if (doubt !== undefined) throw doubt;
        await handle.sync().catch((thrown: unknown) => {
          doubt = thrown;
          throw thrown;
        });
      }),
    close,
    [Symbol.asyncDispose]: close,
  };
}

async function readUpTo(handle: FileCalls, position: number, length: number): Promise<Uint8Array> {
  const data = new Uint8Array(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await handle.read(data, filled, length - filled, position + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return data.subarray(0, filled);
}

async function writeAll(handle: FileCalls, position: number, data: Uint8Array): Promise<void> {
  let written = 0;
  while (written < data.length) {
    written += (await handle.write(data, written, data.length - written, position + written)).bytesWritten;
  }
}
