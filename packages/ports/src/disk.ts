/**
 * The disk, by folder handles: a folder is opened once and names are used inside it, so that a link
 * swapped in between cannot lead out.
 *
 * Every failure is a HoldfastError: `disk.not-found`, `disk.exists`, `disk.full`, `disk.read-only`,
 * `disk.denied`, `disk.busy` (held by another program: try again), `disk.name-invalid`, `disk.failed`.
 * Durability: file content survives a power cut once `OpenFile.sync` resolved; names (created, renamed,
 * removed) once `Folder.sync` of their folder resolved. After a failed sync the content is unknown:
 * it is never synced again, but read back or written anew.
 */
export type Disk = {
  /** What this disk cannot do is said here, not thrown. */
  readonly can: {
    /** Whether `Folder.sync` makes names durable. Where false it resolves and does nothing (Windows). */
    readonly syncFolder: boolean;
    /** Whether files have permission bits. */
    readonly modes: boolean;
    readonly links: boolean;
  };
  /** Opens an existing folder by absolute path. */
  open(path: string): Promise<Folder>;
  /** Bytes free for this account on the volume of an absolute path. */
  freeBytes(path: string): Promise<number>;
};

export type EntryKind = 'file' | 'folder' | 'link' | 'other';

export type Entry = {
  readonly name: string;
  readonly kind: EntryKind;
  /** Bytes; 0 for everything but files. */
  readonly size: number;
};

/** Milliseconds since 1970. */
export type FileTimes = {
  /** Undefined where the disk keeps none, or none that could be set (Linux): it would say only when a copy was made. */
  readonly created: number | undefined;
  /** Content or, of a folder, names in it. */
  readonly modified: number;
};

/** An open folder. `name` is always one plain name: no separator, not `.` or `..`, no device name on Windows. */
export type Folder = AsyncDisposable & {
  /** Absolute path: to show, and to hand to other programs. */
  readonly path: string;
  /** Opens a folder inside; with `create` makes it if it is missing: `mode` is 0o700 unless given. Links are refused. */
  folder(name: string, options?: { create?: boolean; mode?: number }): Promise<Folder>;
  /** Opens an existing file for reading. Links are refused. */
  read(name: string): Promise<OpenFile>;
  /** Creates a file that must not exist, for writing. `mode` is 0o600 unless given. */
  create(name: string, options?: { mode?: number }): Promise<OpenFile>;
  /** Opens an existing file for writing and reading, nothing truncated. */
  edit(name: string): Promise<OpenFile>;
  /** Undefined where there is nothing of this name. Does not follow links. */
  entry(name: string): Promise<Entry | undefined>;
  /** Undefined where there is nothing of this name. Does not follow links. */
  times(name: string): Promise<FileTimes | undefined>;
  /** All entries, sorted by name (by UTF-16 code unit). */
  list(): Promise<readonly Entry[]>;
  /** Names of all entries, in the same order: nothing of them is looked at, which is quicker in large folders. */
  names(): Promise<readonly string[]>;
  /** Moves a file or folder to a name in this or another folder of the same disk, replacing a file there at one stroke. */
  rename(name: string, target: { folder?: Folder; name: string }): Promise<void>;
  /** Removes a file or link. */
  remove(name: string): Promise<void>;
  /** Removes an empty folder. */
  removeFolder(name: string): Promise<void>;
  /** Makes the names in this folder durable. */
  sync(): Promise<void>;
  close(): Promise<void>;
};

/** An open file. Positions and lengths are bytes. */
export type OpenFile = AsyncDisposable & {
  size(): Promise<number>;
  /** Up to `length` bytes from `position`; shorter only at the end of the file. */
  read(position: number, length: number): Promise<Uint8Array>;
  /** Writes all of `data` at `position`; the file grows as needed. */
  write(position: number, data: Uint8Array): Promise<void>;
  truncate(length: number): Promise<void>;
  /** Says when the file was made and modified, both `time` (whole milliseconds since 1970); what is written later changes it. */
  setTimes(time: number): Promise<void>;
  /** Makes content, length and times durable. */
  sync(): Promise<void>;
  close(): Promise<void>;
};
