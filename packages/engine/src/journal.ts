/**
 * The journal: state that survives a crash at any point, as a checksummed file that only grows, with snapshots.
 *
 * The file is frames (frames.ts). The first holds `{"snapshot": STATE}`; every further one holds
 * `{"entries": [ENTRY, ...]}`, the entries of one commit, so that they are there together or not at all.
 */
import { HoldfastError, isHoldfastError } from '@holdfast/contract';
import type { Folder, OpenFile } from '@holdfast/ports';
import { journalLimit, readWhole, removeIfThere, replaceFile } from './files.ts';
import { encodeFrame, frameOf, readFrames } from './frames.ts';
import { createSerial } from './serial.ts';

/** Bytes written after a snapshot before the next one is made, unless the caller says otherwise. */
const defaultSnapshotAfterBytes = 1024 * 1024;

export type JournalOptions<State, Entry> = {
  /** Stays open as long as the journal. */
  readonly folder: Folder;
  readonly name: string;
  /** The state of a journal that does not exist yet. */
  readonly initial: State;
  /** The state after an entry; changes nothing in the state it is given. Entries and state are plain JSON. */
  readonly reduce: (state: State, entry: Entry) => State;
  /** Bytes of commits after which the file is written anew as one snapshot. */
  readonly snapshotAfterBytes?: number;
};

export type Journal<State, Entry> = {
  /** What was committed so far. */
  readonly state: State;
  /**
   * Makes the entries durable, all or none, and answers the state after them. Commits run one after the other.
   *
   * When it rejects, the entries may be on the disk or not: nothing is retried on that file handle. The next
   * commit first opens and reads the file anew; from then on `state` says what became of them.
   */
  commit(...entries: readonly Entry[]): Promise<State>;
  /** Writes the file anew from what was committed: for a file that was damaged under its open journal. @throws HoldfastError `disk.*` */
  rewrite(): Promise<void>;
  close(): Promise<void>;
};

type Media<State> = {
  /** Undefined once it is closed. */
  file: OpenFile | undefined;
  state: State;
  /** Bytes of the file, and how many of them are the snapshot. */
  end: number;
  snapshotBytes: number;
};

/**
 * Opens a journal, or makes it. A torn tail (the commit under way when the power went) is cut off.
 * @throws HoldfastError `journal.damaged` when the file is broken before its tail: `setAside` keeps it, then open again
 */
export async function openJournal<State, Entry>(
  options: JournalOptions<State, Entry>,
): Promise<Journal<State, Entry>> {
  const { folder, name, reduce } = options;
  const snapshotAfterBytes = options.snapshotAfterBytes ?? defaultSnapshotAfterBytes;
  const serial = createSerial();
  let media = await load(options);
  /** Something failed on the file: it is not touched again before it was read back. */
  let poisoned = false;

  /** The file was to be written anew from memory, and that failed: it is not read again before it was. */
  let unwritten = false;

  const renew = async () => {
    unwritten = true;
    media = await writeSnapshot(folder, name, media);
    unwritten = false;
  };

  const reopen = async () => {
    await closeFile(media);
    media = await load(options);
    poisoned = false;
  };

  const append = async (frame: Uint8Array) => {
    const { file } = media;
    if (!file) throw new HoldfastError('internal', `The journal ${name} is closed.`);
    poisoned = true;
    await file.write(media.end, frame);
    await file.sync();
    poisoned = false;
    media.end += frame.length;
  };

  const compactWhenLong = async () => {
    if (media.end - media.snapshotBytes < Math.max(snapshotAfterBytes, media.snapshotBytes)) return;
    try {
      media = await writeSnapshot(folder, name, media);
    } catch {
      // What was committed stays durable in the old file; the next commit opens that and tries again.
      poisoned = true;
    }
  };

  return {
    get state() {
      return media.state;
    },
    commit: (...entries) =>
      serial(async () => {
        if (unwritten) await renew();
        if (poisoned) await reopen();
        if (entries.length === 0) return media.state;
        const text = JSON.stringify({ entries });
        await append(frameOf(text));
        // Entries are passed through JSON so that the state is the same before and after a restart.
        const next = (JSON.parse(text) as { entries: Entry[] }).entries.reduce(reduce, media.state);
        media.state = next;
        await compactWhenLong();
        return next;
      }),
    rewrite: () =>
      serial(async () => {
        if (poisoned) await reopen();
        if (!media.file) throw new HoldfastError('internal', `The journal ${name} is closed.`);
        await renew();
      }),
    close: () => serial(() => closeFile(media)),
  };
}

/** Keeps a damaged journal as `<name>.damaged`, replacing an older one, so that a new one can begin. */
export async function setAside(folder: Folder, name: string): Promise<void> {
  await folder.rename(name, { name: `${name}.damaged` });
  await folder.sync();
}

/**
 * Reads the file and makes durable what was read, before anyone relies on it: a crash may have come before the sync of
 * the last commit, or that sync may have failed and have dropped bytes that are still read. A new sync of that file
 * would prove nothing, so whatever stands behind the snapshot is written anew, as a snapshot.
 */
async function load<State, Entry>(
  options: JournalOptions<State, Entry>,
  { anew = true } = {},
): Promise<Media<State>> {
  const { folder, name, initial, reduce } = options;
  await removeIfThere(folder, `${name}.new`);
  if (!(await folder.entry(name))) return await createWith(folder, name, initial);
  const bytes = await readWhole(folder, name, journalLimit);
  const { values, end, damaged } = readFrames(bytes);
  const [first, ...rest] = values as [{ snapshot?: State }?, ...({ entries?: Entry[] } | null)[]];
  if (damaged || first?.snapshot === undefined || rest.some((frame) => !Array.isArray(frame?.entries))) {
    throw new HoldfastError('journal.damaged', `The journal ${name} is damaged at byte ${end}.`, {
      details: { name, end, bytes: bytes.length },
    });
  }
  const state = rest.flatMap((frame) => frame?.entries ?? []).reduce(reduce, first.snapshot);
  const torn = end < bytes.length;
  if (!anew || (rest.length === 0 && !torn))
    return await goOn(folder, name, state, { first, bytes, end, torn });
  try {
    return await createWith(folder, name, state);
  } catch (thrown) {
    if (!isHoldfastError(thrown, 'disk.full')) throw thrown;
    // A client that cannot open its journal could not make room either: it goes on with the file as it is.
    return await load(options, { anew: false });
  }
}

/**
 * Opens the file as it was read. A snapshot alone needs no sync: its bytes were durable before it had its name. What
 * stands behind it is written once more where it is: that needs no room, and has what a failed sync dropped on its way again.
 */
async function goOn<State>(
  folder: Folder,
  name: string,
  state: State,
  { first, bytes, end, torn }: { first: object; bytes: Uint8Array; end: number; torn: boolean },
): Promise<Media<State>> {
  const file = await folder.edit(name);
  const snapshotBytes = encodeFrame(first).length;
  try {
    if (torn) await file.truncate(end);
    if (end > snapshotBytes) await file.write(snapshotBytes, bytes.subarray(snapshotBytes, end));
    if (torn || end > snapshotBytes) await file.sync();
    await folder.sync();
  } catch (thrown) {
    await file.close();
    throw thrown;
  }
  return { file, state, end, snapshotBytes };
}

async function createWith<State>(folder: Folder, name: string, state: State): Promise<Media<State>> {
  const frame = encodeFrame({ snapshot: state });
  await replaceFile(folder, name, frame);
  return { file: await folder.edit(name), state, end: frame.length, snapshotBytes: frame.length };
}

/** Closes the old file first: Windows renames nothing over an open file. */
async function writeSnapshot<State>(folder: Folder, name: string, old: Media<State>): Promise<Media<State>> {
  await closeFile(old);
  return await createWith(folder, name, old.state);
}

async function closeFile(media: Media<unknown>): Promise<void> {
  const { file } = media;
  media.file = undefined;
  await file?.close();
}
