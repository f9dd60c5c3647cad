/** What a plan asks a machine: the reading half of a WindowsHost. Nothing here changes anything. */
import type { Clock, Entry, FileTimes } from '@holdfast/ports';
import type { Database } from '../database/database.ts';
import type { TargetMachine } from '../evaluate/model.ts';
import type { HostFiles, HostProtection, HostServices } from '../host/model.ts';
import type { FileVersion } from '../root/file-version.ts';
import type { RootRegistry } from '../root/registry.ts';

/** What the rules for files ask of those that are there; each undefined where there is nothing of this name. */
export type FileLooker = AsyncDisposable & {
  entry(path: string): Promise<Pick<Entry, 'kind' | 'size'> | undefined>;
  times(path: string): Promise<FileTimes | undefined>;
  version(path: string): Promise<FileVersion | undefined>;
  /** MD5 in lower-case hexadecimal. */
  hash(path: string): Promise<string | undefined>;
  /** True as well for a file that carries no checksum. */
  checksumHolds(path: string): Promise<boolean>;
};

export type PlanMachine = {
  /** Its property `UserSID` is the account that installs for itself. */
  readonly machine: TargetMachine;
  readonly files: Pick<HostFiles, 'covers' | 'stat' | 'read' | 'open' | 'list'>;
  /** Where the machine knows its files by other means than their bytes: `files` is opened otherwise. */
  look?(): FileLooker;
  readonly registry: RootRegistry;
  readonly services: Pick<HostServices, 'get' | 'run'>;
  readonly protection: Pick<HostProtection, 'isProtected'>;
  readonly clock: Pick<Clock, 'now'>;
};

/** A package that is planned: its database with all transforms applied, and where it was found. */
export type PlanPackage = {
  readonly database: Database;
  /** As the machine sees it: `C:\packages\client.msi`. */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
};

/**
 * Opens the package that Windows keeps for a product; undefined where it is gone. It stays open as long as the plan is
 * run.
 */
export type OpenCached = (path: string) => Promise<Database | undefined>;
