/**
 * A file that takes the output of a program and of which the tail is kept.
 *
 * A file and not a pipe: when the client is killed, a pipe loses its reader, and the next line that a running
 * installer prints ends it with SIGPIPE (or EPIPE) in the middle of its work. A file goes on taking output.
 */
import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, open, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { outputLimit } from '@holdfast/ports';

/** Bytes at which the file is cut back to nothing; its tail is remembered. */
const spoolLimit = 8 * 1024 * 1024;
/** Milliseconds between two looks at its size. */
const spoolCheckMs = 1000;

export type OutputSpool = {
  /** To be given to the program as standard output and standard error. */
  readonly descriptor: number;
  /** The last `outputLimit` bytes as text. Ends the spool. */
  finish(): Promise<string>;
};

/** The file has no name once this has resolved: it is gone when the last program that holds it ends. */
export async function openOutputSpool(folder: string): Promise<OutputSpool> {
  const path = join(folder, `holdfast-output-${randomUUID()}`);
  const { O_RDWR, O_CREAT, O_EXCL, O_APPEND } = constants;
  // O_APPEND: after a cut the program's next write starts at the new end, not where it was.
  const given = await open(path, O_RDWR | O_CREAT | O_EXCL | O_APPEND, 0o600);
  // A handle of our own: on Windows one for appending may not cut (libuv opens it without FILE_WRITE_DATA).
  const file = await open(path, O_RDWR);
  await unlink(path);

  let remembered: Buffer = Buffer.alloc(0);
  const cut = async () => {
    if ((await file.stat()).size < spoolLimit) return;
    remembered = await tailOf(file);
    await file.truncate(0);
  };
  let cutting = Promise.resolve();
  const timer = setInterval(() => {
    // A look that fails is not the program's failure: the next look, or the end, tries again.
    cutting = cutting.then(cut).catch(() => undefined);
  }, spoolCheckMs);
  timer.unref();

  return {
    descriptor: given.fd,
    finish: async () => {
      clearInterval(timer);
      await cutting;
      try {
        return tailText(Buffer.concat([remembered, await tailOf(file)]));
      } finally {
        await given.close();
        await file.close();
      }
    },
  };
}

async function tailOf(file: FileHandle): Promise<Buffer> {
  const { size } = await file.stat();
  const tail = Buffer.alloc(Math.min(size, outputLimit));
  const { bytesRead } = await file.read(tail, 0, tail.length, size - tail.length);
  return tail.subarray(0, bytesRead);
}

/** The last `outputLimit` bytes, without the rest of a character that the limit cut in two. */
export function tailText(bytes: Buffer): string {
  const tail = bytes.subarray(Math.max(0, bytes.length - outputLimit));
  let start = 0;
  // Continuation bytes of UTF-8 are 10xxxxxx, at most three in a row.
  while (bytes.length > outputLimit && start < 3 && ((tail[start] ?? 0) & 0xc0) === 0x80) start += 1;
  return tail.subarray(start).toString('utf8');
}
