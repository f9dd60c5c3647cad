/** The file that a log goes to: made anew, or appended to. */
import { HoldfastError, isHoldfastError } from '@holdfast/contract';
import type { Disk, Folder, OpenFile } from '@holdfast/ports';
import type { LogFlags } from './flags.ts';

export type LogFile = AsyncDisposable & {
  readonly file: OpenFile;
  /** Where the first byte goes. */
  readonly start: number;
};

/** msiexec's exit code where the log cannot be opened. */
const logUnopened = 1622;

/** msiexec makes no folder for a log. */
async function logFolder(disk: Pick<Disk, 'open'>, path: string): Promise<Folder> {
  try {
    return await disk.open(path);
  } catch (cause) {
    if (!isHoldfastError(cause)) throw cause;
    throw new HoldfastError(cause.code, `The log cannot be opened: ${cause.message}`, {
      cause,
      details: { exitCode: logUnopened, path },
    });
  }
}

/**
 * @param path of the folder, which must exist
 * @throws HoldfastError `disk.not-found` (with `exitCode` 1622 in its details) and what else the disk says
 */
export async function openLogFile(
  disk: Pick<Disk, 'open'>,
  path: string,
  name: string,
  flags: Pick<LogFlags, 'append'>,
): Promise<LogFile> {
  await using folder = await logFolder(disk, path);
  const there = (await folder.entry(name)) !== undefined;
  const file = there ? await folder.edit(name) : await folder.create(name, { mode: 0o644 });
  if (there && !flags.append) await file.truncate(0);
  return {
    file,
    start: await file.size(),
    [Symbol.asyncDispose]: () => file.close(),
  };
}
