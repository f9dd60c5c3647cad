/** A Windows machine as far as an installation changes it: what the runner needs, whoever brings it. */
import type { Clock, Entropy, Folder, Processes } from '@holdfast/ports';
import type { TargetMachine } from '../evaluate/model.ts';
import type { RegistryData } from '../root/data.ts';
import type { RootFiles } from '../root/files.ts';
import type { RegistryPlace, RootRegistry } from '../root/registry.ts';
import type { ByteSource } from '../source.ts';

/** Of a file on the machine. Milliseconds since 1970; undefined where the disk does not keep it. */
export type FileTimes = { readonly created: number | undefined; readonly modified: number };

/**
 * Files by Windows paths. Every change is durable when its promise resolves; `disk.*` errors, `disk.busy` where another
 * program holds the file.
 */
export type HostFiles = RootFiles & {
  times(path: string): Promise<FileTimes | undefined>;
  list(path: string): Promise<readonly string[]>;
  /** Makes the folder; its parent is there. Nothing happens where it is there already. */
  createFolder(path: string): Promise<void>;
  /** The folder itself, for the runner's own journal; whoever asks closes it. It is there. */
  open(path: string): Promise<Folder>;
  /** Makes the names in a folder durable, whoever changed them; nothing happens where there is no such folder. */
  sync(path: string): Promise<void>;
  /** Only where it is empty; answers whether it is gone. */
  removeFolder(path: string): Promise<boolean>;
  /**
   * Writes a new file that nobody looks at yet: made durable, read back, compared. Its folder is there; its name is durable
   * when that is synced.
   */
  stage(path: string, content: AsyncIterable<Uint8Array>, size: number, modified?: number): Promise<void>;
  /** Moves a file over another one, or to a free name, at one stroke. */
  move(from: string, to: string): Promise<void>;
  /** The same for many; durable when both folders are synced. */
  rename(from: string, to: string): Promise<void>;
  /** Nothing happens where there is none. */
  remove(path: string): Promise<void>;
  /** A short and long name of the same file are one path; `[!file]` asks for the short one. */
  shortPath(path: string): Promise<string>;
  freeBytes(path: string): Promise<number>;
  /**
   * Done at the next start of the machine, in order: a rename over `to`, or a removal where it is undefined. Asked for
   * twice (again, after a power cut) it is as asked for once.
   */
  atRestart(from: string, to: string | undefined): Promise<void>;
};

export type RegistryChange =
  | {
      readonly kind: 'set';
      readonly place: RegistryPlace;
      readonly name: string;
      readonly data: RegistryData;
    }
  | { readonly kind: 'remove-value'; readonly place: RegistryPlace; readonly name: string }
  | { readonly kind: 'create-key'; readonly place: RegistryPlace }
  /** With everything below it. */
  | { readonly kind: 'remove-key'; readonly place: RegistryPlace };

/** Reads see what was applied. */
export type HostRegistry = RootRegistry & {
  /** In order. Durable when it resolves; after a power cut any part of it may be there, and it is applied again or undone. */
  apply(changes: readonly RegistryChange[]): Promise<void>;
  /**
   * What a change really does, as the registry is now: the same at places that are the only key that is read and written
   * there (HKLM, HKCU, HKU in the 64-bit view, `Software\Wow6432Node\...` among them; never HKCR), or nothing. An
   * installation is made of these, and what undoes it.
   */
  physical(change: RegistryChange): readonly RegistryChange[];
};

/** The ServiceInstall table's columns with their numbers (winsvc.h). */
export type ServiceConfiguration = {
  readonly name: string;
  readonly displayName: string;
  readonly type: number;
  readonly start: number;
  readonly errorControl: number;
  readonly binaryPath: string;
  readonly loadOrderGroup: string;
  readonly dependencies: readonly string[];
  /** Empty for LocalSystem. */
  readonly account: string;
  readonly description: string;
};

/** Errors of all: `service.*` of the catalogue, with the Win32 error in `details.win32`. */
export type HostServices = {
  /** False where nothing runs (a folder): start and stop are then reported as skipped, never asked for. */
  readonly run: boolean;
  get(name: string): Promise<{ configuration: ServiceConfiguration; running: boolean } | undefined>;
  put(configuration: ServiceConfiguration): Promise<void>;
  remove(name: string): Promise<void>;
  start(name: string, words: readonly string[]): Promise<void>;
  stop(name: string): Promise<void>;
};

/** Windows File Protection, or what stands for it. */
export type HostProtection = {
  isProtected(path: string): Promise<boolean>;
  /** Asks the system to install its own versions; answers a Win32 error, 0 for success, 21 for "not ready". */
  install(paths: readonly string[]): Promise<number>;
};

export type WindowsHost = {
  readonly machine: TargetMachine;
  readonly files: HostFiles;
  readonly registry: HostRegistry;
  readonly services: HostServices;
  readonly protection: HostProtection;
  /** Undefined where no program of Windows can run. */
  readonly processes: Pick<Processes, 'start'> | undefined;
  readonly clock: Clock;
  readonly entropy: Entropy;
  /**
   * Takes the machine for one installation; a holder that ended without giving it back is not in the way.
   * @throws HoldfastError `installer.running` (exit code 1618)
   */
  lock(): Promise<{ release(): Promise<void> }>;
};

/** The bytes of a package, opened as long as it is used. */
export type PackageSource = { readonly name: string; readonly source: ByteSource };
