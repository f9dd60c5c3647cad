/** Looking at a journal's file as it lies on the disk, whoever has it open. */
import { isHoldfastError } from '@holdfast/contract';
import type { Folder } from '@holdfast/ports';
import { journalLimit, readWhole } from './files.ts';
import { readFrames } from './frames.ts';
import type { JournalOptions } from './journal.ts';

export type JournalScan = {
  /** Of the file. */
  readonly bytes: number;
  /** Where the last whole frame ends. Less than `bytes`: what follows is no frame, a commit cut off or damage. */
  readonly whole: number;
};

/** Reads every frame and its checksum. @throws HoldfastError `disk.*` */
export async function scanJournal(folder: Folder, name: string): Promise<JournalScan> {
  const bytes = await readWhole(folder, name, journalLimit);
  return { bytes: bytes.length, whole: readFrames(bytes).end };
}

/**
 * The state of a journal as far as it is whole, nothing of it touched: it may be open elsewhere.
 * Undefined where there is none that could be read.
 */
export async function peekJournal<State, Entry>(
  options: JournalOptions<State, Entry>,
): Promise<State | undefined> {
  try {
    const { values } = readFrames(await readWhole(options.folder, options.name, journalLimit));
    const [first, ...rest] = values as [{ snapshot?: State }?, ...{ entries?: Entry[] }[]];
    if (first?.snapshot === undefined) return undefined;
    return rest.flatMap(({ entries = [] }) => entries).reduce(options.reduce, first.snapshot);
  } catch (thrown) {
    if (isHoldfastError(thrown)) return undefined;
    throw thrown;
  }
}
